/**
 * Runs agents as processes of this machine. Whatever it does may be its last act: the folder of each agent tells the next
 * owner what happened. It reports each end once, and only after nothing of the agent runs any more.
 */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createEmitter } from '../../base/emitter.ts'
import type { AgentId } from '../../domain/ids.ts'
import type { LaunchOrder, LiveFacts, Runtime, RuntimeReport } from '../../domain/executor.ts'
import { executorOf } from '../executors/registry.ts'
import type { TailNews } from '../output/tail-wire.ts'
import { createExitWatch } from '../process/exit-watch.ts'
import { recoverStage, type Recovery } from '../process/recover.ts'
import { STAGE_FILES, type ExitRecord } from '../process/stage-files.ts'
import { endedUnlaunched, gatherEvidence, neverRan, type Going } from './evidence.ts'
import { createHeld, type HeldAgent, type LocalRuntimeOptions } from './held-agent.ts'
import { launchFailureOf, prepareStage } from './launch-stage.ts'
import { createLeftovers } from './leftovers.ts'
import { preparePlace } from './place.ts'
import { readStageRecord } from './stage-record.ts'
import { createVerifyStages } from './verify-stage.ts'

type News = {
  readonly agentId: AgentId
  readonly generation: number
  readonly report: RuntimeReport
}

/** Less CPU than this between two looks is a process that only waits. */
const BUSY_CPU_MS = 20

export function createLocalRuntime(options: LocalRuntimeOptions): Runtime {
  const { launcher, tail, clock, log, host } = options
  const held = new Map<AgentId, HeldAgent>()
  const byFolder = new Map<string, HeldAgent>()
  const news = createEmitter<News>((error) =>
    log.error('a listener of reports threw', { error: String(error) }),
  )
  const underWay = new Set<Promise<void>>()
  let isClosed = false
  mkdirSync(options.agents, { recursive: true })
  const leftovers = createLeftovers({
    file: join(options.agents, 'left-behind'),
    launcher,
    clock,
    log,
    bootId: () => host.bootId(),
  })
  const watch = createExitWatch({ launcher, clock, log, onExit, onVanished })
  const verify = createVerifyStages(options, () => watch)
  const offTail = tail.onNews(onTailNews)

  function hold(order: LaunchOrder): HeldAgent {
    const one = createHeld(order, join(options.agents, order.agent.id), clock.now())
    held.set(order.agent.id, one)
    byFolder.set(one.folder, one)
    return one
  }
  function release(one: HeldAgent): void {
    held.delete(one.order.agent.id)
    byFolder.delete(one.folder)
    watch.forget(one.folder)
    if (one.key !== null && !one.order.profile.keepBackground) leftovers.add(one.key)
  }
  function report(one: HeldAgent, what: RuntimeReport): void {
    if (isClosed) return
    if (what.kind === 'ended') release(one)
    const { id, generation } = one.order.agent
    news.emit({ agentId: id, generation, report: what })
  }
  /** Runs one agent's step; what it throws is a bug, told and never fatal. */
  function run(one: HeldAgent, step: () => Promise<void>): void {
    const done: Promise<void> = step()
      .catch((error: unknown) =>
        log.error('handling an agent failed', {
          agent: one.order.agent.id,
          error: error instanceof Error ? error.stack : String(error),
        }),
      )
      .finally(() => underWay.delete(done))
    underWay.add(done)
  }

  async function start(one: HeldAgent): Promise<void> {
    const bootId = await host.bootId()
    const placed = await preparePlace(one.order, options.root, options.worktrees)
    if (!placed.ok) return report(one, endedUnlaunched(placed.error, clock.now()))
    one.workplace = placed.value.workplace
    const { workplace, worktreeName } = placed.value
    if (workplace.branch !== null) report(one, { kind: 'placed', workplace, worktreeName })
    const prepared = prepareStage(one, placed.value, bootId, options)
    if (!prepared.ok) return report(one, endedUnlaunched(prepared.error, clock.now()))
    if (one.stop || isClosed) return settleBy(one, await recover(one))
    watch.watch(one.folder)
    one.startedAt = clock.now()
    const started = await launcher.start(prepared.value.stage)
    if (!started.ok) {
      const found = await recover(one)
      if (found.kind !== 'never-ran') return settleBy(one, found)
      return report(one, endedUnlaunched(launchFailureOf(started.error), clock.now()))
    }
    onStarted(one, started.value, prepared.value.conversation)
  }
  function onStarted(
    one: HeldAgent,
    leader: { pid: number; startTime: string | null },
    conversation: string | null,
  ): void {
    one.leader = { pid: leader.pid, startTime: leader.startTime ?? '' }
    one.heardAt = clock.now()
    if (!held.has(one.order.agent.id)) return
    report(one, {
      kind: 'started',
      at: clock.now(),
      pid: leader.pid,
      pidStartTime: leader.startTime,
    })
    if (conversation !== null) report(one, { kind: 'conversation', id: conversation })
    follow(one)
    if (one.stop) stopNow(one)
  }
  /** What speaks no event format is only looked at by the size of its output. */
  function follow(one: HeldAgent): void {
    const { type } = one.order.profile
    if (executorOf(type)?.givesFinal)
      tail.follow({ agentId: one.order.agent.id, folder: one.folder, executorType: type })
  }

  const recover = (one: HeldAgent): Promise<Recovery> =>
    recoverStage(one.folder, { bootIdAtLaunch: one.bootId, host })

  async function settleBy(one: HeldAgent, found: Recovery): Promise<void> {
    switch (found.kind) {
      case 'exited':
        return settle(one, { kind: 'exited', exit: found.exit })
      case 'never-ran':
        return report(one, neverRan(clock.now()))
      case 'lost':
        await endTree(one, 0)
        return settle(one, { kind: 'lost' })
      case 'alive':
        return adopt(one, found)
      case 'undecided':
        one.isUndecided = true
        log.error('it cannot be told whether an agent ran; asked again later', {
          agent: one.order.agent.id,
          why: found.message,
        })
    }
  }
  function adopt(one: HeldAgent, found: Extract<Recovery, { kind: 'alive' }>): void {
    one.isUndecided = false
    watch.watch(one.folder, { isAdopted: true })
    onStarted(one, found, one.order.agent.conversation?.id ?? null)
  }
  async function settle(one: HeldAgent, going: Going): Promise<void> {
    if (one.isSettling) return
    one.isSettling = true
    await one.killing
    report(one, await gatherEvidence(one, going, options, verify.run))
  }

  function onExit(folder: string, exit: ExitRecord): void {
    if (verify.onExit(folder, exit)) return
    const one = byFolder.get(folder)
    if (one) run(one, () => settle(one, { kind: 'exited', exit }))
  }
  function onVanished(folder: string): void {
    if (verify.onVanished(folder)) return
    const one = byFolder.get(folder)
    if (one && !one.killing) run(one, async () => settleBy(one, await recover(one)))
  }
  function onTailNews(told: TailNews): void {
    const one = held.get(told.agentId)
    if (!one) return
    one.outputBytes = told.outputBytes
    one.heardAt = Math.max(one.heardAt, told.heardAt ?? 0)
    one.waitsUntil = told.waiting ? (told.waiting.until ?? clock.now() + 120_000) : null
    one.doing = told.doing
    if (told.heardAt !== null && !one.hasBeenHeard) {
      one.hasBeenHeard = true
      report(one, { kind: 'heard', at: told.heardAt })
    }
    if (told.conversation !== null) report(one, { kind: 'conversation', id: told.conversation })
  }

  function stopNow(one: HeldAgent): void {
    if (!one.leader) return
    const graceMs = one.stop?.force ? 0 : (one.stop?.graceMs ?? 0)
    const ending = endTree(one, graceMs)
    one.killing = one.killing ? one.killing.then(() => ending) : ending
    run(one, async () => {
      await ending
      if (!watch.check(one.folder) && !one.isSettling) await settleBy(one, await recover(one))
    })
  }
  async function endTree(one: HeldAgent, graceMs: number): Promise<void> {
    const executor = executorOf(one.order.profile.type)
    const ended = await launcher.killTree({
      folder: one.folder,
      leader: one.leader && one.leader.startTime !== '' ? one.leader : null,
      marker: one.key,
      bootId: one.bootId ?? (await host.bootId()),
      signal: executor?.stopSignal ?? 'SIGTERM',
      graceMs,
    })
    if (!ended.ok)
      log.error('an agent could not be ended', {
        agent: one.order.agent.id,
        why: ended.error.message,
      })
    else if (ended.value.leftovers.length > 0)
      log.warn('processes of an agent are still there', {
        agent: one.order.agent.id,
        leftovers: ended.value.leftovers,
      })
  }

  /** CPU of each tree since the last look: a long quiet build is alive. A tree that is gone without a word is looked up. */
  async function measure(): Promise<void> {
    const living = [...held.values()].filter((one) => one.leader !== null && !one.isSettling)
    if (living.length === 0) return
    const trees = await launcher.treeCpu(
      living.map((one) => ({ leader: one.leader?.startTime ? one.leader : null, marker: one.key })),
    )
    if (!trees.ok) return
    living.forEach((one, i) => {
      const tree = trees.value[i]
      if (!tree) return
      one.isBusy = tree.cpuMs - one.cpuMs > BUSY_CPU_MS
      one.cpuMs = tree.cpuMs
      if (tree.count === 0 && !watch.check(one.folder)) onVanished(one.folder)
    })
  }
  function sizeUp(one: HeldAgent): void {
    if (executorOf(one.order.profile.type)?.givesFinal) return
    const stats = statSync(join(one.folder, STAGE_FILES.stdout), { throwIfNoEntry: false })
    if (!stats || stats.size === one.outputBytes) return
    one.outputBytes = stats.size
    one.heardAt = Math.max(one.heardAt, Math.round(stats.mtimeMs))
  }

  return {
    launch(order) {
      if (isClosed || held.has(order.agent.id)) return
      const one = hold(order)
      run(one, () => start(one))
    },
    async recover(orders) {
      await Promise.all(
        orders.map(async (order) => {
          const one = hold(order)
          const record = readStageRecord(one.folder)
          one.key = record?.key ?? null
          one.bootId = record?.bootId ?? null
          one.workplace = record?.workplace ?? order.agent.workplace
          await settleBy(one, await recover(one))
        }),
      )
    },
    stop(agentId, { graceMs, force }) {
      const one = held.get(agentId)
      if (!one) return
      const isHarder = one.stop === null || (force && !one.stop.force)
      if (!isHarder) return
      one.stop = { graceMs, force }
      stopNow(one)
    },
    isHolding: (agentId) => held.has(agentId),
    facts(agentId): LiveFacts | null {
      const one = held.get(agentId)
      if (!one) return null
      sizeUp(one)
      return {
        lastHeardAt: one.heardAt,
        outputBytes: one.outputBytes,
        isBusy: one.isBusy,
        waitsForProviderUntil: one.waitsUntil,
        doing: one.doing,
      }
    },
    async look() {
      watch.checkAll()
      for (const one of held.values()) if (one.isUndecided) await settleBy(one, await recover(one))
      await measure()
    },
    onReport: (listener) =>
      news.on(({ agentId, generation, report: told }) => listener(agentId, generation, told)),
    async close() {
      isClosed = true
      offTail()
      watch.close()
      await leftovers.close()
      held.clear()
    },
  }
}
