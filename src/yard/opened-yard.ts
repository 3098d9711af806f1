/** The `Yard` that hosts and handlers see, over the opened parts. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { errorText } from '../base/text.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { LoadedConfig } from '../config/load.ts'
import { pendingEntries } from '../config/settings-form.ts'
import type { YardPaths } from '../config/paths.ts'
import type { Flags } from '../contract/service.ts'
import type { CommittedBatch } from '../coordinator/committed.ts'
import type { Coordinator } from '../coordinator/coordinator.ts'
import { isLaunched } from '../domain/agent.ts'
import type { Actor, AnyCommand, Reply } from '../domain/command.ts'
import type { IndexedFault } from '../domain/decide/decide-add.ts'
import type { LiveFacts } from '../domain/executor.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { NewTask } from '../domain/new-task.ts'
import type { Plan } from '../domain/plan.ts'
import type { Settings } from '../domain/settings.ts'
import type { Schedule } from '../domain/task.ts'
import type { Store } from '../store/store.ts'
import { searchOutput, type SearchFound } from '../agents/output/search-output.ts'
import { askTrust, giveTrust } from './ask-trust.ts'
import { backupNow, startBackups } from './backups.ts'
import { configure } from './configure.ts'
import { readConfig } from './current.ts'
import { createExecutorHealth, type ExecutorHealth } from './executor-health.ts'
import { startCompacting } from './old-outputs.ts'
import { withProof } from './merge-proof.ts'
import { createPast, type Past } from './past/past.ts'
import { createPauseWatch } from './pause-watch.ts'
import { createPositions, type Positions } from './positions.ts'
import { cachedPrograms, hostProblem, probe, programsOn, type FindProgram } from './probe.ts'
import { createRates, type Rates } from './rates.ts'
import { readWindow, unknownAgent } from './read-window.ts'
import { createRoutes, faultOf, importFaults } from './routes.ts'
import type { Spending } from './spending.ts'
import { nextFireAt } from './timetable.ts'
import { isTrusted, type TrustPlace } from './trust.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { YardParts } from './yard-parts.ts'
import { YARD_VERSION } from './yard-version.ts'
import type { HostKind, Yard } from './yard.ts'

/** Beyond the grace: the kill loop itself and the settling. */
const KILL_MARGIN_MS = 20_000
/** A worktree of a large repository takes its time. */
const LAUNCH_WAIT_MS = 30_000

const UNSAVED_KILL =
  'the agents are being ended all the same, and that is saved once there is room; until then they are shown as they were'

export const createYard = (parts: YardParts, coordinator: Coordinator): OpenedYard =>
  new OpenedYard(parts, coordinator)

class OpenedYard implements Yard {
  readonly paths: YardPaths
  readonly host: HostKind
  readonly version = YARD_VERSION
  readonly openedAt: number
  readonly log: Log
  readonly plan: Plan
  readonly store: Store
  readonly nextAgentId: () => AgentId
  readonly wasGiven: (id: AgentId) => boolean
  readonly positions: Positions
  readonly spending: Spending
  readonly vitals: Metrics
  readonly rates: Rates | null
  readonly past: Past
  readonly health: ExecutorHealth
  readonly pausedSince: Yard['pausedSince']
  settledAtOpen: readonly AgentId[] = []
  readonly #parts: YardParts
  readonly #coordinator: Coordinator
  readonly #findProgram: FindProgram

  constructor(parts: YardParts, coordinator: Coordinator) {
    this.#parts = parts
    this.#coordinator = coordinator
    this.paths = parts.options.paths
    const { env } = parts.options
    this.#findProgram = cachedPrograms(programsOn({ env, root: this.paths.root }), parts.clock)
    this.host = parts.options.host
    this.openedAt = parts.clock.now()
    this.log = parts.log
    this.plan = parts.opened.plan
    this.store = parts.opened.store
    this.nextAgentId = parts.nextAgentId
    this.wasGiven = parts.wasGiven
    this.positions = createPositions(parts)
    this.spending = parts.spending
    this.vitals = createMetrics({ ...parts, ...machineOf(parts) })
    this.health = createExecutorHealth(parts.options.env, this.store)
    this.past = createPast(parts, () => this.config().settings)
    parts.scope.add(() => this.past.close())
    this.pausedSince = createPauseWatch(parts.opened)
    const { runsAgents } = parts.options
    this.rates = runsAgents ? createRates({ ...parts, plan: this.plan }) : null
    parts.scope.add(() => this.rates?.close())
    // First of all listeners: what is told of a commit is told by these.
    parts.dispatcher.onCommitted((batch) => {
      this.positions.note(batch)
      this.spending.note(batch)
      this.health.note(batch)
    })
    startBackups(parts, runsAgents)
    if (runsAgents) startCompacting(parts)
  }

  config(): LoadedConfig {
    return this.#parts.current.config
  }
  now(): number {
    return this.#parts.clock.now()
  }
  onCommitted(listener: (batch: CommittedBatch) => void): () => void {
    return this.#parts.dispatcher.onCommitted(listener)
  }
  nextFireAt(schedule: Schedule, fromMs: number): Result<number | null, Failure> {
    return nextFireAt(schedule, fromMs, this.config().settings.schedule.tz)
  }
  facts(id: AgentId): LiveFacts | null {
    return this.#parts.runtime.facts(id)
  }
  readOnly(): string | null {
    return this.#parts.dispatcher.readOnly()
  }
  isTrusted(): boolean {
    return this.#parts.current.isTrusted
  }
  askTrust(): ReturnType<Yard['askTrust']> {
    return askTrust(this.#trustPlace(), () => this.#settingsNow())
  }
  async giveTrust(seen: string): Promise<Result<void, Failure>> {
    const given = giveTrust(this.#trustPlace(), () => this.#settingsNow(), seen)
    if (!given.ok) return given
    const reloaded = await this.reload(this.#parts.current.flags)
    return reloaded.ok ? ok(undefined) : reloaded
  }
  recentErrors(): YardParts['errors'] {
    return this.#parts.errors
  }
  lastTickAt(): number | null {
    return this.#coordinator.lastTickAt()
  }
  machineHold(): ReturnType<Yard['machineHold']> {
    return this.#parts.place.hold()
  }
  heard(id: AgentId): void {
    this.#coordinator.heard(id)
  }
  leaseUntil(id: AgentId): number | null {
    return this.#coordinator.leaseUntil(id)
  }
  startNone(): void {
    this.#coordinator.drain()
  }
  setUrl(url: string | null): void {
    this.#parts.current.url = url
  }
  look(): Promise<void> {
    return this.#coordinator.tick()
  }
  async testExecutor(name: string): ReturnType<Yard['testExecutor']> {
    const { trials, current } = this.#parts
    if (!current.isTrusted)
      return err(
        failure('untrusted', 'this yard was not made here: nothing of it is run', {
          hint: 'yard trust shows what it would run, and confirms it',
        }),
      )
    if (!trials) return err(failure('internal', 'nothing can be tried here'))
    return trials.run(current.config.settings, name)
  }
  probeExecutor(name: string, model?: string | null): ReturnType<Yard['probeExecutor']> {
    return probe(this.config().settings, name, this.#parts.options, model)
  }
  hostProblem(route: Parameters<Yard['hostProblem']>[0]): string | null {
    const { env } = this.#parts.options
    return hostProblem(this.config().settings, route, { env, find: this.#findProgram })
  }
  wake(): void {
    this.#coordinator.wake()
  }
  readOutput(
    id: AgentId,
    window: Parameters<Yard['readOutput']>[1],
  ): ReturnType<Yard['readOutput']> {
    return readWindow({ agents: this.paths.agents, plan: this.plan, store: this.store }, id, window)
  }
  async searchOutput(
    id: AgentId,
    wish: Parameters<Yard['searchOutput']>[1],
    signal?: AbortSignal,
  ): Promise<Result<SearchFound, Failure>> {
    const agent = this.plan.agents.get(id) ?? this.store.agent(id)
    if (!agent) return err(unknownAgent(id))
    const isEnded = agent.state.kind === 'ended'
    const place = { folder: join(this.paths.agents, id), stream: 'merged', isEnded } as const
    return ok(await searchOutput({ ...place, ...wish }, signal))
  }
  configure(...[scope, edits]: Parameters<Yard['configure']>): ReturnType<Yard['configure']> {
    const reload = (): Promise<Result<LoadedConfig, Failure>> =>
      this.reload(this.#parts.current.flags)
    return configure({ ...this.#parts, reload }, scope, edits)
  }
  backup(): Promise<Result<string, Failure>> {
    return backupNow(this.#parts)
  }

  async dispatch(
    command: AnyCommand,
    by: Actor,
    commandId?: string,
  ): Promise<Result<Reply, Failure>> {
    const { current, dispatcher } = this.#parts
    const fault = faultOf(current.routes, this.plan, command)
    if (fault) return err(fault)
    const place = { plan: this.plan, paths: this.paths, isTrusted: current.isTrusted }
    const reply = await dispatcher.dispatch(await withProof(place, command), by, commandId)
    if (reply.ok && command.type === 'yard.pause') await this.#untilLaunched()
    if (reply.ok && command.type === 'landing.request') this.#coordinator.landingAsked(command.id)
    return reply
  }

  importFaults(tasks: readonly NewTask[]): readonly IndexedFault[] {
    return importFaults(this.#parts.current.routes, this.plan, tasks)
  }

  async kill(
    ids: readonly AgentId[],
    how: { force: boolean; redispatch: boolean },
    by: Actor,
  ): Promise<Result<readonly AgentId[], Failure>> {
    const living = ids.filter((id) => this.plan.agents.has(id))
    const reason = how.redispatch ? 'redispatch' : 'killed'
    const { force } = how
    const stops = living.map((agentId) => ({ type: 'agent.stop', agentId, reason, force }) as const)
    for (const reply of await Promise.all(stops.map((stop) => this.dispatch(stop, by)))) {
      if (reply.ok) continue
      // What an agent writes may be what fills the disk.
      const isEnded = reply.error.kind === 'read-only' && by.kind === 'person'
      if (!isEnded) return reply
      for (const stop of stops) {
        const agent = this.plan.agents.get(stop.agentId)
        if (agent && isLaunched(agent)) this.#coordinator.stopUnsaved(stop, by)
      }
      return err({ ...reply.error, hint: UNSAVED_KILL })
    }
    if (await this.#untilEnded(living, (force ? 0 : this.#graceMs()) + KILL_MARGIN_MS))
      return ok(living)
    const left = living.filter((id) => this.plan.agents.has(id)).join(', ')
    return err(
      failure('timeout', `not all agents have ended yet: ${left}`, {
        hint: 'yard kill --force, and yard service logs says what is left',
      }),
    )
  }

  async endLeftovers(): ReturnType<Yard['endLeftovers']> {
    try {
      return ok(await this.#parts.runtime.endLeftovers())
    } catch (error) {
      const why = errorText(error)
      return err(
        failure('timeout', `it cannot be told whether all processes of agents have ended: ${why}`, {
          hint: 'try again in a moment',
        }),
      )
    }
  }

  async forget(ids: readonly AgentId[], by: Actor): Promise<Result<readonly AgentId[], Failure>> {
    const known = ids.filter((id) => this.store.agent(id) !== null)
    const reply = await this.dispatch({ type: 'agents.forget', ids: known }, by)
    if (!reply.ok) return reply
    const gone = known.filter((id) => reply.value.ids.includes(id))
    for (const id of gone) rmSync(join(this.paths.agents, id), { recursive: true, force: true })
    return ok(gone)
  }

  async reload(flags: Flags): Promise<Result<LoadedConfig, Failure>> {
    const { options, current, opened } = this.#parts
    const config = readConfig(options, flags)
    if (!config.ok) return config
    current.config = config.value
    current.flags = flags
    current.routes = createRoutes(config.value, this.paths.root)
    current.isTrusted = isTrusted(this.#trustPlace())
    applySynchronous(opened, config.value.settings.store.synchronous, this.log)
    this.#coordinator.onSettings()
    return config
  }

  pendingConfig(): ReturnType<Yard['pendingConfig']> {
    const { options, current } = this.#parts
    const now = readConfig(options, current.flags)
    return now.ok ? ok(pendingEntries(current.config, now.value)) : now
  }

  async close(): Promise<void> {
    try {
      this.#coordinator.drain()
      if (this.#parts.options.runsAgents) await this.#untilLaunched()
      const stopping = [...this.plan.agents.values()].filter(
        (agent) => agent.state.kind === 'stopping',
      )
      await this.#untilEnded(
        stopping.map(({ id }) => id),
        this.#graceMs() + KILL_MARGIN_MS,
      )
    } finally {
      await this.#parts.scope.close()
    }
  }

  #trustPlace(): TrustPlace {
    return { paths: this.paths, dataFolder: this.#parts.dataFolder }
  }
  #settingsNow(): Result<Settings, Failure> {
    const config = readConfig(this.#parts.options, this.#parts.current.flags)
    return config.ok ? ok(config.value.settings) : config
  }
  #graceMs(): number {
    return this.config().settings.agent.stopGraceMs
  }
  /** Promise 7: what was claimed before a pause or stop has begun, or has failed to, when that returns. */
  #untilLaunched(): Promise<boolean> {
    const claimed = [...this.plan.agents.values()].filter((agent) => agent.state.kind === 'claimed')
    return this.#until(
      () => claimed.every(({ id }) => this.plan.agents.get(id)?.state.kind !== 'claimed'),
      LAUNCH_WAIT_MS,
    )
  }
  #untilEnded(ids: readonly AgentId[], waitMs: number): Promise<boolean> {
    return this.#until(() => ids.every((id) => !this.plan.agents.has(id)), waitMs)
  }
  /** Looks after each commit; false when it was not so within the wait. */
  #until(isOver: () => boolean, waitMs: number): Promise<boolean> {
    const { dispatcher, clock } = this.#parts
    return new Promise((resolve) => {
      if (isOver()) return resolve(true)
      const finish = (): void => {
        off()
        cancel()
        resolve(isOver())
      }
      const off = dispatcher.onCommitted(() => isOver() && finish())
      const cancel = clock.after(waitMs, finish)
    })
  }
}

/** What was asked for is only promised once SQLite says that it holds. */
function applySynchronous(
  opened: YardParts['opened'],
  level: Settings['store']['synchronous'],
  log: Log,
): void {
  opened.setSynchronous(level)
  const inForce = opened.synchronous()
  if (inForce !== level) log.error('[store] synchronous is not in force', { level, inForce })
}

const machineOf = ({ options: { machine } }: YardParts) => (machine ? { probe: machine } : {})
