/**
 * Runs agents as processes of this machine. Whatever it does may be its last act: the folder of each agent tells the next
 * owner what happened. It reports each end once, and only after nothing of the agent runs any more.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createEmitter, type Emitter } from '../../base/emitter.ts'
import type {
  LaunchOrder,
  LeftProcess,
  LiveFacts,
  Runtime,
  RuntimeReport,
  TreeUse,
} from '../../domain/executor.ts'
import type { WorkFailure } from '../../domain/failure.ts'
import type { AgentId } from '../../domain/ids.ts'
import type { TailNews } from '../output/followed-output.ts'
import { waitForTerminal } from '../pilot/terminal-stage.ts'
import { createExitWatch, type ExitWatch } from '../process/exit-watch.ts'
import { recoverStage, type Recovery } from '../process/recover.ts'
import type { ExitRecord } from '../process/stage-files.ts'
import {
  endTree,
  factsOf,
  measureTrees,
  unsupervised,
  noteNews,
  speaksEvents,
  useOfTrees,
} from './agent-tree.ts'
import {
  endedUnlaunched,
  endedUnseen,
  endedWithoutWorkdir,
  neverRan,
  settledEnd,
  type ObservedEnd,
} from './evidence.ts'
import {
  clearBefore,
  launchFailureOf,
  makeFolder,
  prepareStage,
  unstarted,
} from './stages/launch-stage.ts'
import { Leftovers } from './stages/leftovers.ts'
import { createLineStages, type LineStages } from './stages/line-stage.ts'
import { endUnknownAgents } from './stages/old-stages.ts'
import { setUpWorktree } from './stages/setup-stage.ts'
import { readStageRecord } from './stages/stage-record.ts'
import {
  asksForMore,
  committedStart,
  conversationOf,
  createTracked,
  gitGuardOf,
  isOf,
  isPilot,
  recall,
  tailedAgent,
  type LocalRuntimeOptions,
  type TrackedAgent,
} from './tracked-agent.ts'
import { prepareWorkdir, type Workdir } from './workdir.ts'

type News = Parameters<Parameters<Runtime['onReport']>[0]>

/** Pause before an agent whose end could not be settled (disk full, permissions) is examined again. */
const LOOK_AGAIN_MS = 5000

export const createLocalRuntime = (options: LocalRuntimeOptions): Runtime =>
  new LocalRuntime(options)

class LocalRuntime implements Runtime {
  readonly #options: LocalRuntimeOptions
  readonly #held = new Map<AgentId, TrackedAgent>()
  readonly #byFolder = new Map<string, TrackedAgent>()
  readonly #news: Emitter<News>
  readonly #leftovers: Leftovers
  readonly #watch: ExitWatch
  readonly #lines: LineStages
  readonly #offTail: () => void
  #isClosed = false

  constructor(options: LocalRuntimeOptions) {
    const { log, tail } = options
    this.#options = options
    mkdirSync(options.agents, { recursive: true, mode: 0o700 })
    this.#news = createEmitter((error) =>
      log.error('a listener of reports threw', { error: String(error) }),
    )
    this.#leftovers = new Leftovers({ ...options, file: join(options.agents, 'left-behind') })
    this.#watch = createExitWatch({
      ...options,
      onExit: (folder, exit) => this.#onExit(folder, exit),
      onVanished: (folder) => this.#onVanished(folder),
    })
    this.#lines = createLineStages(options, () => this.#watch)
    this.#offTail = tail.onNews((news) => this.#onTailNews(news))
  }

  launch(order: LaunchOrder): void {
    if (this.#isClosed || this.#held.has(order.agent.id)) return
    const one = this.#hold(order)
    const start = async (): Promise<void> => {
      if (await this.#isClear(one)) await this.#start(one)
    }
    void this.#step(one, start, (error) => this.#onUnlaunched(one, unstarted(error)))
  }

  async recover(orders: readonly LaunchOrder[]): Promise<void> {
    await Promise.all(
      orders.map(async (order) => {
        if (this.#held.has(order.agent.id)) return
        const one = this.#hold(order)
        const record = readStageRecord(one.folder)
        recall(one, record)
        if (record && !isOf(record, order)) return this.#step(one, () => this.#endStranger(one))
        await this.#step(one, async () => this.#settleBy(one, await this.#recoverStage(one)))
      }),
    )
  }

  /** Its folder is another agent's; that one is ended before this one's end is reported. */
  async #endStranger(one: TrackedAgent): Promise<void> {
    const { id } = one.order.agent
    await endUnknownAgents(this.#options.agents, (agent) => agent !== id, this.#options)
    one.key = null
    this.#report(one, endedUnseen(one.order.agent, this.#options.clock.now()))
  }

  stop(agentId: AgentId, how: Parameters<Runtime['stop']>[1]): void {
    const one = this.#held.get(agentId)
    if (!one || !asksForMore(how, one.stop)) return
    // Its own end is read only once nothing of it runs: until then an agent may have written exit.json.
    one.stop = how
    if (!how.keepsResult) one.stopped.abort()
    this.#stopNow(one)
  }

  isHolding(agentId: AgentId): boolean {
    return this.#held.has(agentId)
  }

  facts(agentId: AgentId): LiveFacts | null {
    const one = this.#held.get(agentId)
    return one ? factsOf(one, this.#options) : null
  }

  measure(): Promise<ReadonlyMap<AgentId, TreeUse>> {
    return useOfTrees(this.#held.values(), this.#options)
  }

  async endLeftovers(): Promise<readonly LeftProcess[]> {
    return (await this.#leftovers.endAll()).left
  }

  async look(): Promise<void> {
    await this.#watch.checkAll()
    for (const one of this.#held.values())
      if (one.isUndecided) await this.#settleBy(one, await this.#recoverStage(one))
      else if (isPilot(one)) await this.#lookAtTerminal(one)
    const orphaned = await unsupervised(this.#held.values(), this.#options)
    for (const one of [...orphaned, ...(await measureTrees(this.#held.values(), this.#options))])
      if (!this.#watch.check(one.folder)) this.#onVanished(one.folder)
  }

  /** A terminal that dies leaves its CLI running, so the whole tree still looks alive. */
  async #lookAtTerminal(one: TrackedAgent): Promise<void> {
    if (!one.leader || one.stop || one.isSettling) return
    const found = await this.#recoverStage(one)
    if (found.kind !== 'alive') await this.#settleBy(one, found)
  }

  onReport(listener: (...news: News) => void): () => void {
    return this.#news.on((news) => listener(...news))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#offTail()
    this.#watch.close()
    await this.#leftovers.close()
    this.#held.clear()
  }

  #hold(order: LaunchOrder): TrackedAgent {
    const one = createTracked(order, this.#options)
    this.#held.set(order.agent.id, one)
    this.#byFolder.set(one.folder, one)
    return one
  }

  #report(one: TrackedAgent, report: RuntimeReport): void {
    if (this.#isClosed) return
    const { id, generation } = one.order.agent
    if (report.kind === 'ended') this.#release(one)
    this.#news.emit([id, generation, report])
  }

  #release(one: TrackedAgent): void {
    this.#held.delete(one.order.agent.id)
    this.#byFolder.delete(one.folder)
    this.#watch.forget(one.folder)
    if (one.key !== null && !one.order.profile.keepBackground)
      this.#leftovers.add(one.key, one.order.task.id)
  }

  /** Runs a step of one agent; an error is logged, does not affect other agents, and the agent is examined again. */
  async #step(
    one: TrackedAgent,
    step: () => Promise<void>,
    onError?: (error: unknown) => Promise<void>,
  ): Promise<void> {
    try {
      await step()
    } catch (error) {
      const text = error instanceof Error ? error.stack : String(error)
      const about = { agent: one.order.agent.id, error: text }
      this.#options.log.error('handling an agent failed', about)
      if (onError) await onError(error).catch(() => this.#lookAgain(one))
      else this.#lookAgain(one)
    }
  }

  /** Reports nothing yet; the agent is examined again after a pause. */
  #lookAgain(one: TrackedAgent): void {
    one.isSettling = false
    one.isUndecided = true
    this.#options.clock.after(LOOK_AGAIN_MS, () => {
      if (this.#isClosed || !one.isUndecided || !this.#held.has(one.order.agent.id)) return
      void this.#step(one, async () => this.#settleBy(one, await this.#recoverStage(one)))
    })
  }

  /** Whatever the error, the folder decides: once recovery owns `pid`, the supervisor can never start late. */
  async #onUnlaunched(one: TrackedAgent, failure: WorkFailure): Promise<void> {
    const found = await this.#recoverStage(one)
    if (found.kind !== 'never-ran') return this.#settleBy(one, found)
    this.#report(one, endedUnlaunched(failure, this.#options.clock.now()))
  }

  async #start(one: TrackedAgent): Promise<void> {
    const { clock, host, launcher, root, worktrees } = this.#options
    const bootId = await host.bootId()
    const { target } = this.#options.worktree()
    const guard = gitGuardOf(one, this.#held, this.#options)
    const placed = await prepareWorkdir(one.order, root, worktrees, {
      guard,
      target,
      own: one.folder,
    })
    if (!placed.ok) return this.#report(one, endedWithoutWorkdir(placed.error, clock.now()))
    const { workplace, worktreeName } = placed.value
    one.workplace = workplace
    if (workplace.branch !== null || one.order.profile.coding)
      this.#report(one, { kind: 'placed', workplace, worktreeName })
    const unready = makeFolder(one) ?? (await this.#setUp(one, placed.value, bootId))
    if (unready) return this.#report(one, endedUnlaunched(unready, clock.now()))
    const prepared = prepareStage(one, { place: placed.value, bootId }, this.#options)
    if (!prepared.ok) return this.#report(one, endedUnlaunched(prepared.error, clock.now()))
    if (one.stop || this.#isClosed) return this.#settleBy(one, await this.#recoverStage(one))
    if (isPilot(one)) return this.#offer(one)
    this.#watch.watch(one.folder)
    one.startedAt = clock.now()
    one.starting = launcher.start(prepared.value.stage)
    const started = await one.starting
    if (started.ok) return this.#onStarted(one, started.value, prepared.value.conversation)
    return this.#onUnlaunched(one, launchFailureOf(started.error))
  }

  /** False when processes of an earlier try still run, which was reported as its end. */
  async #isClear(one: TrackedAgent): Promise<boolean> {
    const cleared = await clearBefore(one, this.#leftovers)
    if (!cleared.ok) this.#report(one, endedUnlaunched(cleared.error, this.#options.clock.now()))
    else if (cleared.value !== null) this.#report(one, { kind: 'note', text: cleared.value })
    return cleared.ok
  }

  /** A person's terminal starts it; `started` without a pid means that it may. */
  async #offer(one: TrackedAgent): Promise<void> {
    const at = this.#options.clock.now()
    one.startedAt = at
    this.#report(one, { kind: 'started', at, pid: null, pidStartTime: null })
    const isOver = (): boolean => this.#isClosed || one.stop !== null
    await waitForTerminal(one.folder, this.#options.clock, isOver)
    // The next owner finds the terminal by the folder, too.
    if (!this.#isClosed) await this.#settleBy(one, await this.#recoverStage(one))
  }

  async #setUp(one: TrackedAgent, place: Workdir, bootId: string): Promise<WorkFailure | null> {
    one.bootId = bootId
    one.key = this.#options.newKey()
    const guard = gitGuardOf(one, this.#held, this.#options)
    const parts = { stages: this.#lines, options: this.#options, guard }
    const ready = await setUpWorktree(one, place, this.#options.worktree(), parts)
    return ready.ok ? null : ready.error
  }

  #onStarted(
    one: TrackedAgent,
    leader: { pid: number; startTime: string | null },
    conversation: string | null,
  ): void {
    one.leader = { pid: leader.pid, startTime: leader.startTime ?? '' }
    if (!isPilot(one)) this.#watch.know(one.folder, one.leader)
    one.heardAt = this.#options.clock.now()
    const { id } = one.order.agent
    if (!this.#held.has(id)) return
    const { pid, startTime: pidStartTime } = leader
    this.#report(one, { kind: 'started', at: one.startedAt, pid, pidStartTime })
    if (conversation !== null) this.#report(one, { kind: 'conversation', id: conversation })
    if (isPilot(one)) this.#report(one, { kind: 'heard', at: one.heardAt })
    else if (speaksEvents(one)) this.#options.tail.follow(tailedAgent(one))
    if (one.stop) this.#stopNow(one)
  }

  #recoverStage(one: TrackedAgent): Promise<Recovery> {
    const started = isPilot(one) ? null : (one.leader ?? committedStart(one.order.agent))
    const { host } = this.#options
    return recoverStage(one.folder, { bootIdAtLaunch: one.bootId, host, started })
  }

  async #settleBy(one: TrackedAgent, found: Recovery): Promise<void> {
    one.isUndecided = found.kind === 'undecided'
    switch (found.kind) {
      case 'exited':
        return this.#settle(one, { kind: 'exited', exit: found.exit })
      case 'never-ran':
        return this.#report(one, neverRan(this.#options.clock.now()))
      case 'lost':
        await endTree(one, 0, this.#options)
        return this.#settle(one, { kind: 'lost', isFolderGone: !existsSync(one.folder) })
      case 'alive':
        this.#watch.watch(one.folder, {
          isAdopted: true,
          ...(isPilot(one) ? {} : { supervisor: found }),
        })
        return this.#onStarted(one, found, conversationOf(one))
      case 'undecided': {
        this.#lookAgain(one)
        const about = { agent: one.order.agent.id, why: found.message }
        const message = 'it is unknown whether an agent ran; asked again later'
        return this.#options.log.error(message, about)
      }
    }
  }

  async #settle(one: TrackedAgent, going: ObservedEnd): Promise<void> {
    if (one.isSettling) return
    one.isSettling = true
    await one.killing
    const options = this.#options
    const guard = gitGuardOf(one, this.#held, options)
    this.#report(one, await settledEnd(one, going, { options, guard, stages: this.#lines }))
  }

  #onExit(folder: string, exit: ExitRecord): void {
    if (this.#lines.onExit(folder, exit)) return
    const one = this.#byFolder.get(folder)
    if (one) void this.#step(one, () => this.#settle(one, { kind: 'exited', exit }))
  }

  #onVanished(folder: string): void {
    if (this.#lines.onVanished(folder)) return
    const one = this.#byFolder.get(folder)
    if (!one || one.killing) return
    void this.#step(one, async () => {
      // The start and the end may be reported together: the start is handled first.
      await one.starting
      await this.#settleBy(one, await this.#recoverStage(one))
    })
  }

  #onTailNews(news: TailNews): void {
    const one = this.#held.get(news.agentId)
    if (!one) return
    for (const report of noteNews(one, news, this.#options.clock.now())) this.#report(one, report)
  }

  #stopNow(one: TrackedAgent): void {
    if (!one.leader) return
    const ending = endTree(one, one.stop?.force ? 0 : (one.stop?.graceMs ?? 0), this.#options)
    one.killing = one.killing ? one.killing.then(() => ending) : ending
    void this.#step(one, async () => {
      await ending
      if (!this.#watch.check(one.folder) && !one.isSettling)
        await this.#settleBy(one, await this.#recoverStage(one))
    })
  }
}
