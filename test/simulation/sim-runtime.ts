/** The `Runtime` port over the simulated world. Each of its steps is an effect that the history runs when it likes, or never. */
import type { Clock } from '../../src/base/clock.ts'
import type { Changes, RuntimeUsage } from '../../src/domain/agent.ts'
import type { Evidence } from '../../src/domain/completion.ts'
import type { LaunchOrder, Runtime, RuntimeReport } from '../../src/domain/executor.ts'
import { workFailure } from '../../src/domain/failure.ts'
import type { AgentId } from '../../src/domain/ids.ts'
import type { Conflict } from '../../src/domain/landing.ts'
import { isStanding } from '../../src/domain/messages/standing.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { evidenceOf } from '../support/plan-builder.ts'
import { leftBy, type Process, type Sight, type World } from './world.ts'

export interface RuntimeFaults {
  /** How often a launch fails, a notice is lost, a report is doubled, comes again late, or an end is not passed on; 0 to 1. */
  launchFails: number
  noticeLost: number
  reportDoubled: number
  reportLate: number
  endLost: number
  /** False plants a fault: what never began is reported without fencing it out. */
  readonly fences: boolean
}

export interface SimRuntimeParts {
  readonly world: World
  readonly random: SeededRandom
  readonly clock: Clock
  readonly faults: RuntimeFaults
  /** Puts an effect among those that may come next. */
  readonly later: (label: string, run: () => void) => void
}

interface Held {
  readonly order: LaunchOrder
  hasStarted: boolean
  isForked: boolean
  stop: 'no' | 'polite' | 'hard'
}

/** What the folder of an agent that does not run says; null: nothing yet. */
function endOf(sight: Sight, process: Process | null): 'exited' | 'lost' | 'never-ran' | null {
  if (sight === 'exited') return 'exited'
  if (sight === 'gone') return 'lost'
  if (sight === 'fenced') return 'never-ran'
  if (sight === 'no folder') return process ? 'lost' : 'never-ran'
  return null
}

/** What its CLI has told: nothing before its first step, nothing of a shell, and of some CLIs all that its conversation has used. */
function usageOf(process: Process | null): RuntimeUsage | null {
  if (!process || process.used === 0) return null
  const { executorType, used, usedBefore } = process
  const unknown = { outputTokens: null, cachedTokens: null, reasoningTokens: null, costUsd: null }
  return executorType === 'codex'
    ? { ...unknown, inputTokens: usedBefore + used, ofConversation: true }
    : { ...unknown, inputTokens: used }
}

/** Some could not begin because the work below them does not merge; the same work never does. */
function conflictOf({ task }: LaunchOrder, random: SeededRandom): Conflict | null {
  // A turn of a member builds on nothing.
  if (task.merging !== null || isStanding(task.id) || !random.chance(0.3)) return null
  const part = (name: string) => ({ name, commit: `${name}-${task.id}` })
  return { ours: part('left'), theirs: part('right'), paths: ['a'], reason: 'clash', hunks: '' }
}

const isBad = ({ exit, final }: Partial<Evidence>): boolean =>
  (exit !== undefined && exit?.code !== 0) || final?.ok === false

/** What it left in git: every try its own commit. */
const changesOf = ({ task, agent }: LaunchOrder): Changes => ({
  commit: `result-${task.id}-${agent.id}`,
  filesChanged: 1,
  insertions: 1,
  deletions: 0,
  commits: 1,
  notes: [],
})

export function createSimRuntime(parts: SimRuntimeParts): Runtime {
  const { world, random, faults, later } = parts
  const held = new Map<AgentId, Held>()
  const listeners = new Set<Parameters<Runtime['onReport']>[0]>()

  const emit = (id: AgentId, generation: number, news: RuntimeReport): void => {
    for (const listener of listeners) listener(id, generation, news)
  }
  const report = (id: AgentId, generation: number, news: RuntimeReport): void => {
    if (news.kind === 'ended') held.delete(id)
    if (news.kind === 'ended' && random.chance(faults.endLost)) return
    emit(id, generation, news)
    if (random.chance(faults.reportDoubled)) emit(id, generation, news)
    if (random.chance(faults.reportLate))
      later(`a late report (${news.kind}) of ${id}`, () => emit(id, generation, news))
  }
  const ended = (known: Held, how: 'exited' | 'lost' | 'never-ran' | 'not-launched'): void => {
    const { id, generation } = known.order.agent
    const failure = how === 'not-launched' ? workFailure('launch', 'no memory') : null
    const conflict = how === 'not-launched' ? conflictOf(known.order, random) : null
    const process = world.processOf(id)
    const own = how === 'exited' ? world.evidence(id) : { how, exit: null, failure }
    const left = process && isBad(own) ? leftBy(process) : {}
    const evidence = evidenceOf({ ...left, ...own, ...(conflict && { conflict }) })
    if (how === 'not-launched') world.refusedLaunches.add(id)
    report(id, generation, {
      kind: 'ended',
      at: process?.end?.wall ?? parts.clock.now(),
      evidence,
      usage: usageOf(process),
      conversation: null,
      changes: how === 'exited' ? changesOf(known.order) : null,
      artifacts: [],
    })
  }
  const watch = (id: AgentId): void => {
    const known = held.get(id)
    if (!known) return
    const { sight, process } = world.see(id)
    if (!process?.isAlive) {
      const how = endOf(sight, process)
      return how === null ? undefined : ended(known, how)
    }
    if (!known.hasStarted) {
      known.hasStarted = true
      const { generation } = known.order.agent
      const at = process.beganAt.wall
      report(id, generation, { kind: 'started', at, pid: process.pid, pidStartTime: 'x' })
      report(id, generation, { kind: 'heard', at: process.heardAt.wall })
      report(id, generation, { kind: 'conversation', id: process.conversation })
    }
    if (known.stop === 'hard') world.kill(process)
    else if (known.stop === 'polite') world.signal(process)
  }
  /** Settles what has no process, but only after it can never get one. */
  const fenceOut = (known: Held, how: 'never-ran' | 'not-launched'): void => {
    const { id } = known.order.agent
    if (held.get(id) !== known) return
    if (!faults.fences || world.fence(id)) ended(known, how)
    else watch(id)
  }
  const spawn = (known: Held): void => {
    const { id } = known.order.agent
    if (held.get(id) !== known) return
    if (known.stop !== 'no') return fenceOut(known, 'never-ran')
    if (random.chance(faults.launchFails)) return fenceOut(known, 'not-launched')
    known.isForked = true
    world.fork(known.order)
  }
  const hold = (order: LaunchOrder): Held => {
    const known: Held = { order, hasStarted: false, isForked: false, stop: 'no' }
    held.set(order.agent.id, known)
    return known
  }
  const recoverOne = (order: LaunchOrder, done: () => void): void => {
    const known = hold(order)
    const { id } = order.agent
    later(`look at the folder of ${id}`, () => {
      const { sight, process } = world.see(id)
      // Nobody can tell what it writes any more: what is left of it is ended first.
      if (sight === 'no folder' && process) world.kill(process)
      if (sight === 'nothing yet')
        return later(`fence out ${id}`, () => {
          fenceOut(known, 'never-ran')
          done()
        })
      watch(id)
      done()
    })
  }
  world.onChange = (id) => {
    if (!random.chance(faults.noticeLost)) later(`notice ${id}`, () => watch(id))
  }

  return {
    launch(order) {
      if (held.has(order.agent.id)) return
      const known = hold(order)
      later(`make the folder of ${order.agent.id}`, () => {
        const workplace = { cwd: order.task.repo ?? '/yard', branch: null, baseCommit: null }
        report(order.agent.id, order.agent.generation, {
          kind: 'placed',
          workplace,
          worktreeName: null,
        })
        later(`fork for ${order.agent.id}`, () => spawn(known))
      })
    },
    recover: (orders) =>
      new Promise((resolve) => {
        let left = orders.length
        for (const order of orders)
          recoverOne(order, () => {
            left -= 1
            if (left === 0) resolve()
          })
      }),
    stop(id, { graceMs, force }) {
      const known = held.get(id)
      if (!known || known.stop === 'hard' || (known.stop === 'polite' && !force)) return
      known.stop = force ? 'hard' : 'polite'
      const press = (): void => {
        if (known.isForked && world.see(id).sight === 'nothing yet') fenceOut(known, 'never-ran')
        else watch(id)
      }
      later(`stop ${id}`, press)
      if (!force)
        parts.clock.after(graceMs, () => {
          known.stop = 'hard'
          later(`end the tree of ${id}`, press)
        })
    },
    endLeftovers: () => Promise.resolve([]),
    isHolding: (id) => held.has(id),
    facts(id) {
      const process = held.has(id) ? world.processOf(id) : null
      if (!process) return null
      const life = { lastHeardAt: process.heardAt.wall, outputBytes: 0, isBusy: false }
      return { ...life, waitsForProviderUntil: null, doing: null, usage: usageOf(process) }
    },
    measure: () => Promise.resolve(new Map()),
    look: () =>
      new Promise((resolve) => {
        later('look at all agents', () => {
          for (const id of held.keys()) watch(id)
          resolve()
        })
      }),
    onReport(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => held.clear(),
  }
}
