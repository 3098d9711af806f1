/**
 * Other orchestrators: they claim tasks for a lease and renew it while they live, as programs beside the owner do, whatever
 * becomes of that. What the owner has really heard of each stands here.
 */
import type { Command } from '../../src/domain/command.ts'
import { agentIdOf, type AgentId, type TaskId } from '../../src/domain/ids.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { PERSON, asAgent } from '../support/plan-builder.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import type { Wish } from './clients.ts'
import type { Owner } from './owner.ts'
import type { SimTime } from './sim-time.ts'

const LEASES_MS = [30_000, 60_000, 300_000] as const
/** A holder that lives renews its lease so often in the time of one. */
const RENEWALS = 3

export interface Holder {
  readonly id: AgentId
  readonly taskId: TaskId
  readonly leaseMs: number
  /** Monotonic instants. */
  readonly since: number
  heardAt: number
  ranOut: boolean
  isAlive: boolean
}

export interface Orchestrators {
  /** Its lease has run out at least once; null where no clock can tell. */
  hasRunOut(id: AgentId): boolean | null
  readonly holders: Iterable<Holder>
  /** What one of them asks for next: a task, or to settle its own. Null: one has died without a word. */
  next(plan: Plan, count: number): Wish | null
  /** Their claim was carried out. */
  claimed(command: Command, plan: Plan): void
  /** From now on none of them lives. */
  calm(): void
}

export function createOrchestrators(
  random: SeededRandom,
  time: SimTime,
  owner: () => Owner | null,
): Orchestrators {
  const holders = new Map<AgentId, Holder & { readonly generation: number }>()
  const { clock } = time
  const isOver = ({ heardAt, leaseMs }: Holder): boolean => {
    const now = clock.monotonic()
    // A command knows of no gaps: it goes by what is written, and one lease more.
    const isByCommand = owner()?.startsAgents === false && now >= heardAt + 2 * leaseMs
    return isByCommand || now >= time.endOf(heardAt, leaseMs)
  }
  const renew = (holder: Holder): void => {
    const living = owner()
    if (!holder.isAlive) return
    clock.after(holder.leaseMs / RENEWALS, () => renew(holder))
    // Its request waits with all others that came while the owner stood still.
    if (living?.opened.plan.agents.has(holder.id))
      living.effects.push({
        label: `${holder.id} renews its lease`,
        run: () => {
          if (!holder.isAlive || living.isDead || !living.opened.plan.agents.has(holder.id)) return
          living.coordinator.heard(holder.id)
          holder.ranOut ||= isOver(holder)
          holder.heardAt = clock.monotonic()
        },
      })
  }
  const claim = (plan: Plan, count: number): Wish => {
    const free = [...plan.tasks.values()].filter(({ executor }) => executor === 'manual')
    const fallback = [...plan.tasks.keys()]
    const taskId = free.length > 0 ? random.pick(free).id : random.pick(fallback)
    const command: Command = {
      type: 'task.take',
      claim: {
        taskId,
        agentId: agentIdOf(2_000_000 + count),
        executor: 'external',
        executorType: 'external',
        model: null,
        modelId: null,
        provider: null,
        timeoutMs: null,
        provenance: { executor: 'claimed', model: 'claimed' },
        leaseMs: random.pick(LEASES_MS),
      },
      workplaceCwd: '/yard',
    }
    return { command, by: PERSON, isLate: false }
  }
  const settle = (holder: Holder & { generation: number }): Wish => {
    const { id: agentId, taskId: id, generation } = holder
    const rest = { id, agentId, generation, nextFireAt: null }
    const command: Command = random.chance(0.7)
      ? { type: 'task.complete', ...rest, artifacts: [], force: false }
      : { type: 'task.fail', ...rest, reason: 'it says so', class: 'reported' }
    holder.isAlive = false
    return {
      command,
      by: asAgent(Number(agentId.slice('agent-'.length)), id, generation),
      isLate: false,
    }
  }
  return {
    hasRunOut(id) {
      const holder = holders.get(id)
      if (!holder || time.wasSetSince(holder.since)) return null
      return holder.ranOut || isOver(holder)
    },
    get holders() {
      return holders.values()
    },
    next(plan, count) {
      const living = [...holders.values()].filter(
        ({ id, isAlive }) => isAlive && plan.agents.has(id),
      )
      const what = living.length === 0 ? 'claim' : random.weighted({ claim: 3, settle: 1, die: 1 })
      if (what === 'settle') return settle(random.pick(living))
      if (what === 'die') {
        const holder = random.pick(living)
        holder.isAlive = false
        return null
      }
      return claim(plan, count)
    },
    claimed(command, plan) {
      if (command.type !== 'task.take' || command.claim.leaseMs === undefined) return
      const { agentId: id, taskId, leaseMs } = command.claim
      const agent = plan.agents.get(id)
      if (holders.has(id) || !agent) return
      // Its lease began with the claim, however long the answer was on its way.
      const lateMs = Math.max(0, clock.now() - agent.claimedAt)
      const now = clock.monotonic()
      const about = { id, taskId, leaseMs, generation: agent.generation, since: now - lateMs }
      const holder = { ...about, heardAt: now - lateMs, ranOut: false, isAlive: true }
      holders.set(id, holder)
      renew(holder)
    },
    calm() {
      for (const holder of holders.values()) holder.isAlive = false
    },
  }
}
