/** The `Yard` of hosts and handlers, over its opened parts. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { findLine, type OutputLocation } from '../agents/output/output-source.ts'
import { searchOutput } from '../agents/output/search-output.ts'
import { createEmitter } from '../base/emitter.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import { errorText } from '../base/text.ts'
import { pendingEntries } from '../config/keys.ts'
import type { Coordinator } from '../coordinator/coordinator.ts'
import { isLaunched } from '../domain/routing/holder.ts'
import { fail, failure, type Failure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { YardFacts } from '../domain/plan.ts'
import type { Settings } from '../domain/settings.ts'
import type { OpenStore } from '../store/open-store.ts'
import { askTrust, giveTrust, isTrusted } from './access/trust.ts'
import { backupNow, startBackups } from './backup/backups.ts'
import {
  cachedPrograms,
  createExecutorHealth,
  hostProblem,
  probe,
  programsOn,
} from './executors/probe.ts'
import { createRoutes, routeIssueInSteps, importIssues } from './executors/routes.ts'
import { withVerification } from './git/merge-verification.ts'
import { untrusted } from './handlers/failures.ts'
import { diagnose } from './doctor/diagnose.ts'
import { yardPatient } from './doctor/patient.ts'
import { createForecaster } from './forecast/forecaster.ts'
import { openFleet } from './fleet/open-fleet.ts'
import { createSendQueue } from './messages/send.ts'
import { createPersonMail } from './messages/person-mail.ts'
import { createMailRunner } from './mail-transport/mail-runner.ts'
import { openTransport } from './mail-transport/open-transport.ts'
import { createMetrics, createRates } from './metrics.ts'
import { startCompacting } from './old-outputs.ts'
import { createHistory } from './history/point-in-time.ts'
import { createPositions } from './positions.ts'
import { readWindow, unknownAgent } from './read-window.ts'
import { inPieces } from './slices.ts'
import { nextFireAt } from './timetable.ts'
import { configure, previewEdits, readConfig } from './yard-config.ts'
import { YARD_VERSION, type Yard, type YardParts } from './yard.ts'

/** Beyond the grace: the kill loop itself and the settling. */
const KILL_MARGIN_MS = 20_000
/** A worktree of a large repository takes its time. */
const LAUNCH_WAIT_MS = 30_000

const UNSAVED_KILL =
  'the agents are being ended all the same, and that is saved once there is room; until then they are shown as they were'

type OpenedYard = Yard & { settledAtOpen: readonly AgentId[] }

export function createYard(parts: YardParts, coordinator: Coordinator): OpenedYard {
  const { options, current, opened, dispatcher, runtime, spending, tries, clock, log } = parts
  const { paths, env, runsAgents, machine } = options
  const { plan, store } = opened
  const trustPlace = { paths, dataFolder: parts.dataFolder }
  const positions = createPositions(parts)
  const health = createExecutorHealth(env, store)
  const past = createHistory(parts, () => current.config.settings)
  parts.scope.add(() => past.close())
  const fleet = openFleet(parts)
  const personMail = createPersonMail(opened, () => current.config.settings)
  const reloaded = createEmitter<void>((error) =>
    log.error('a listener of reloads threw', { error: String(error) }),
  )
  const rates = runsAgents ? createRates({ plan, runtime, clock }) : null
  parts.scope.add(() => rates?.close())
  const find = cachedPrograms(programsOn({ env, root: paths.root }), clock)
  const problemOf: Yard['hostProblem'] = (route) =>
    hostProblem(current.config.settings, route, { env, find })
  const forecasts = createForecaster({ ...parts, canRun: (route) => problemOf(route) === null })
  const mail = createMailRunner({
    plan,
    store,
    clock,
    log,
    dispatch: (command, by, commandId) => dispatcher.dispatch(command, by, commandId),
    settings: () => current.config.settings,
    isTrusted: () => current.isTrusted,
    open: (settings) => (options.transport ?? openTransport(parts))(settings),
    isLive: runsAgents,
    random: Math.random,
  })
  reloaded.on(() => void mail.follow())
  parts.scope.add(() => mail.close())
  // The first listener: what others report of a commit is told by these.
  dispatcher.onCommitted((batch) => {
    positions.note(batch)
    spending.note(batch)
    tries.note(batch)
    health.note(batch)
    forecasts.note(batch)
    fleet.note(batch)
    personMail.note(batch)
    mail.note(batch)
  })
  startBackups(parts, runsAgents)
  if (runsAgents) startCompacting(parts)

  const settingsOnDisk = (): Result<Settings, Failure> => {
    const config = readConfig(options, current.flags)
    return config.ok ? ok(config.value.settings) : config
  }
  /** Checked after each commit; false when it was not so within the wait. */
  const until = (isOver: () => boolean, waitMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      if (isOver()) return resolve(true)
      const finish = (): void => {
        off()
        cancel()
        resolve(isOver())
      }
      const off = dispatcher.onCommitted(() => isOver() && finish())
      const cancel = clock.after(waitMs, finish)
    })
  const untilEnded = (ids: readonly AgentId[], graceMs: number): Promise<boolean> =>
    until(() => ids.every((id) => !plan.agents.has(id)), graceMs + KILL_MARGIN_MS)
  /** Promise 7: what was claimed before a pause or stop has begun, or has failed to, when that returns. */
  const untilLaunched = (): Promise<boolean> => {
    const claimed = [...plan.agents.values()].filter((agent) => agent.state.kind === 'claimed')
    return until(
      () => claimed.every(({ id }) => plan.agents.get(id)?.state.kind !== 'claimed'),
      LAUNCH_WAIT_MS,
    )
  }
  /** Both streams merged; null where there is no such agent. */
  const outputOf = (id: AgentId): OutputLocation | null => {
    const agent = plan.agents.get(id) ?? store.agent(id)
    const isEnded = agent?.state.kind === 'ended'
    return agent && { folder: join(paths.agents, id), stream: 'merged', isEnded }
  }
  const graceMs = (): number => current.config.settings.agent.stopGraceMs

  const dispatch: Yard['dispatch'] = async (command, by, commandId) => {
    const fault = await inPieces(routeIssueInSteps(current.routes, plan, command))
    if (fault) return err(fault)
    const proven = await withVerification({ plan, paths, isTrusted: current.isTrusted }, command)
    const reply = await dispatcher.dispatch(proven, by, commandId)
    if (reply.ok && command.type === 'yard.pause') await untilLaunched()
    if (reply.ok && command.type === 'landing.request') coordinator.landingAsked(command.id)
    return reply
  }
  const changeWithConfig: Yard['changeWithConfig'] = async (edits, changeFor, by, commandId) => {
    const next = edits.length === 0 ? ok(current.config) : previewEdits(parts, edits)
    if (!next.ok) return next
    const routes = createRoutes(next.value, paths.root, parts.identities)
    const change = changeFor({
      config: () => next.value,
      importFaults: (tasks) => importIssues(routes, plan, tasks),
    })
    if (!change.ok) return change
    const command = change.value
    const fault = command && (await inPieces(routeIssueInSteps(routes, plan, command)))
    if (fault) return err(fault)
    const reply = command ? await dispatcher.dispatch(command, by, commandId) : ok(null)
    if (!reply.ok || edits.length === 0) return reply
    const written = await configure(
      { ...parts, reload: () => reload(current.flags) },
      'project',
      edits,
    )
    return written.ok ? reply : err(command ? unwritten(written.error) : written.error)
  }
  const reload: Yard['reload'] = async (flags) => {
    const config = readConfig(options, flags)
    if (!config.ok) return config
    current.config = config.value
    current.flags = flags
    current.routes = createRoutes(config.value, paths.root, parts.identities)
    current.isTrusted = isTrusted(trustPlace)
    applySynchronous(opened, config.value.settings.store.synchronous, log)
    coordinator.onSettings()
    reloaded.emit()
    return config
  }

  return {
    paths,
    host: options.host,
    version: YARD_VERSION,
    openedAt: clock.now(),
    log,
    plan,
    store,
    positions,
    spending,
    tries,
    identities: parts.identities,
    vitals: createMetrics({ runtime, clock, log, ...(machine ? { probe: machine } : {}) }),
    rates,
    past,
    judging: parts.judging,
    jobs: parts.jobs,
    sendInTurn: createSendQueue(),
    personMail,
    forecasts,
    health,
    coordinator,
    settledAtOpen: [],
    config: () => current.config,
    now: () => clock.now(),
    dispatch,
    changeWithConfig,
    importFaults: (tasks) => importIssues(current.routes, plan, tasks),
    onCommitted: (listener) => dispatcher.onCommitted(listener),
    nextFireAt: (schedule, from) => nextFireAt(schedule, from, current.config.settings.schedule.tz),
    facts: (id) => runtime.facts(id),
    nextAgentId: parts.nextAgentId,
    wasGiven: parts.wasGiven,
    readOnly: () => dispatcher.readOnly(),
    diagnose: (isNetwork) =>
      diagnose(yardPatient(parts, { ...coordinator, endpoint: fleet.endpoint }, isNetwork)),
    isTrusted: () => current.isTrusted,
    askTrust: () => askTrust(trustPlace, settingsOnDisk),
    async giveTrust(seen) {
      const given = giveTrust(trustPlace, settingsOnDisk, seen)
      if (!given.ok) return given
      const reloaded = await reload(current.flags)
      return reloaded.ok ? ok(undefined) : reloaded
    },
    recentErrors: () => parts.errors,
    machineHold: () => parts.place.hold(),
    async kill(ids, { force, redispatch }, by) {
      const living = ids.filter((id) => plan.agents.has(id))
      const reason = redispatch ? 'redispatch' : 'killed'
      const stops = living.map(
        (agentId) => ({ type: 'agent.stop', agentId, reason, force }) as const,
      )
      for (const reply of await Promise.all(stops.map((stop) => dispatch(stop, by)))) {
        if (reply.ok) continue
        // What an agent writes may be what fills the disk.
        const isEnded = reply.error.kind === 'read-only' && by.kind === 'person'
        if (!isEnded) return reply
        for (const stop of stops) {
          const agent = plan.agents.get(stop.agentId)
          if (agent && isLaunched(agent)) coordinator.stopUnsaved(stop, by)
        }
        return err({ ...reply.error, hint: UNSAVED_KILL })
      }
      if (await untilEnded(living, force ? 0 : graceMs())) return ok(living)
      const left = living.filter((id) => plan.agents.has(id)).join(', ')
      return fail('timeout', `not all agents have ended yet: ${left}`, {
        hint: 'yard kill --force, and yard service logs says what is left',
      })
    },
    async endLeftovers() {
      try {
        return ok(await runtime.endLeftovers())
      } catch (error) {
        const why = errorText(error)
        return fail('timeout', `it is unknown whether all processes of agents have ended: ${why}`, {
          hint: 'try again in a moment',
        })
      }
    },
    async forget(ids, by) {
      const known = ids.filter((id) => store.agent(id) !== null)
      const reply = await dispatch({ type: 'agents.forget', ids: known }, by)
      if (!reply.ok) return reply
      const gone = known.filter((id) => reply.value.ids.includes(id))
      for (const id of gone) rmSync(join(paths.agents, id), { recursive: true, force: true })
      return ok(gone)
    },
    setUrl: (url) => void (current.url = url),
    reload,
    pendingConfig() {
      const now = readConfig(options, current.flags)
      return now.ok ? ok(pendingEntries(current.config, now.value)) : now
    },
    configure: (scope, edits) =>
      configure({ ...parts, reload: () => reload(current.flags) }, scope, edits),
    pausedSince: createPauseWatch(opened),
    async testExecutor(name) {
      if (!current.isTrusted) return err(untrusted('nothing of it is run'))
      if (!parts.trials) return fail('internal', 'nothing can be tried here')
      return parts.trials.run(current.config.settings, name)
    },
    probeExecutor: (name, model) => probe(current.config.settings, name, options, model),
    hostProblem: problemOf,
    readOutput: (id, window) => readWindow({ agents: paths.agents, plan, store }, id, window),
    async searchOutput(id, query, signal) {
      const output = outputOf(id)
      return output
        ? ok(await searchOutput({ ...output, ...query }, signal))
        : err(unknownAgent(id))
    },
    async outputLine(id, stream, question, signal) {
      const output = outputOf(id)
      return output
        ? ok(await findLine({ ...output, stream }, question, signal))
        : err(unknownAgent(id))
    },
    backup: () => backupNow(parts),
    fleet,
    mail,
    onReloaded: reloaded.on,
    async close() {
      try {
        coordinator.drain()
        if (runsAgents) await untilLaunched()
        const agents = [...plan.agents.values()]
        const stopping = agents.filter(({ state }) => state.kind === 'stopping')
        await untilEnded(
          stopping.map(({ id }) => id),
          graceMs(),
        )
      } finally {
        await parts.scope.close()
      }
    },
  }
}

/** An owner may promise a level only where SQLite confirms that it is in force. */
function applySynchronous(
  opened: OpenStore,
  level: Settings['store']['synchronous'],
  log: Log,
): void {
  opened.setSynchronous(level)
  const inForce = opened.synchronous()
  if (inForce !== level) log.error('[store] synchronous is not in force', { level, inForce })
}

/** Reads the journal once for each time that the yard is paused. */
function createPauseWatch({ plan, store }: OpenStore): Yard['pausedSince'] {
  let asked: YardFacts | null = null
  let known: ReturnType<Yard['pausedSince']> = null
  return () => {
    if (!plan.facts.paused) return null
    if (asked === plan.facts) return known
    asked = plan.facts
    const row = store.past.rowBefore('yard', 'yard', Number.MAX_SAFE_INTEGER)
    known = row?.event === 'yard.paused' ? { at: row.at, by: row.by } : null
    return known
  }
}

/** Half of it is there. */
const unwritten = (why: Failure): Failure =>
  failure('io', `the tasks and messages are saved, but the config is not: ${why.message}`, {
    hint: 'see to that, then give the same command again: it adds only what is missing',
  })
