/** The composition root: owner lock, store, dispatcher, agents, coordinator and yard are connected here and nowhere else. */
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createHttpRuntime } from '../agents/http/http-runtime.ts'
import { createLeaseBook } from '../agents/runtime/stages/stage-record.ts'
import { openTail } from '../agents/output/tail.ts'
import { createProcessHost } from '../agents/process/host/identity.ts'
import { openLauncher, supervisorCommand } from '../agents/process/launcher/launcher.ts'
import { nodeProgram } from '../agents/process/node-program.ts'
import { joinRuntimes } from '../agents/runtime/join-runtimes.ts'
import { createLocalRuntime } from '../agents/runtime/local-runtime.ts'
import { endOldStages, endUnknownAgents } from '../agents/runtime/stages/old-stages.ts'
import { systemClock, type Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import { createScope, type Scope } from '../base/scope.ts'
import type { LoadedConfig } from '../config/load.ts'
import { userPaths } from '../config/paths.ts'
import { createCoordinator } from '../coordinator/coordinator.ts'
import { createDispatcher } from '../coordinator/dispatch.ts'
import type { Runtime } from '../domain/executor.ts'
import { fail, type Failure } from '../domain/failure.ts'
import { agentIdOf, agentNumberOf, type AgentId } from '../domain/ids.ts'
import { openStore, type OpenStore } from '../store/open-store.ts'
import { takeOwnerLock } from '../store/owner-lock.ts'
import { keepPrivate } from './access/private-files.ts'
import { isTrusted } from './access/trust.ts'
import { lostDatabase, watchDatabase } from './backup/lost-database.ts'
import { launchOrderOf } from './executors/launch-order.ts'
import { hostProblem, programsOn } from './executors/probe.ts'
import { capsOf, createRoutes } from './executors/routes.ts'
import { writeShim } from './executors/shim.ts'
import { createTrials } from './executors/test-run.ts'
import { NO_LANDING, openLanding } from './git/landing-port.ts'
import { checksOf, NO_JUDGING, openJudging } from './judging/judging-port.ts'
import { assignmentOf } from './judging/assignments.ts'
import { revokeAgain } from './fleet/open-fleet.ts'
import { openIdentities } from './judging/identities.ts'
import { hostGit } from './git/plan-git-guard.ts'
import { agentToken, agentVariables, openSecret } from './handlers/agent-token.ts'
import { createJobPort } from './jobs/job-port.ts'
import { createMailPort } from './messages/mail-port.ts'
import { openSlots } from './machine/slots.ts'
import { createYard } from './opened-yard.ts'
import { createKeptTries } from './routing/kept-tries.ts'
import { createRouteLearner } from './routing/route-learner.ts'
import { createMoney, createSpending } from './spending.ts'
import { nextFireAt } from './timetable.ts'
import { readConfig } from './yard-config.ts'
import type { Current, OpenYardOptions, Yard, YardParts } from './yard.ts'

export async function openYard(options: OpenYardOptions): Promise<Result<Yard, Failure>> {
  const { paths } = options
  if (!existsSync(paths.yard))
    return fail('no-yard', `there is no yard in ${paths.root}`, { hint: 'yard init makes one' })
  const config = readConfig(options, options.flags)
  if (!config.ok) return config
  const lost = lostDatabase(paths, userPaths(options.env).data)
  if (lost) return err(lost)
  const scope = createScope()
  try {
    const opened = await openAll(options, config.value, scope)
    if (!opened.ok) await scope.close()
    return opened
  } catch (error) {
    await scope.close()
    throw error
  }
}

/** What is added to the scope is closed in reverse: the coordinator first, the lock last. */
async function openAll(
  options: OpenYardOptions,
  config: LoadedConfig,
  scope: Scope,
): Promise<Result<Yard, Failure>> {
  const lock = takeOwnerLock(options.paths.service.ownerDb)
  if (!lock.ok) return lock
  scope.add(() => lock.value.release())
  const { paths, clock = systemClock } = options
  const store = await openStore({
    path: paths.db,
    at: clock.now(),
    synchronous: config.settings.store.synchronous,
    copyPath: (version) => join(paths.yard, `yard-schema-${version}.${clock.now()}.db`),
    breathe: () => new Promise((resolve) => void setImmediate(resolve)),
    largeWriteEntry: options.largeWriteEntry,
  })
  if (!store.ok) return store
  scope.add(() => store.value.close())
  keepPrivate(paths)
  const parts = createParts(options, config, store.value, scope)
  const coordinator = createYardCoordinator(parts)
  scope.add(() => coordinator.close())
  const yard = createYard(parts, coordinator)
  const { agents } = store.value.plan
  const found = [...agents.values()].filter(({ by }) => by === 'process').map(({ id }) => id)
  if (options.runsAgents && parts.current.isTrusted) await parts.endUnknown()
  await revokeAgain(options, store.value, parts)
  await coordinator.start()
  if (options.runsAgents) scope.add(watchDatabase(parts, (text) => options.onStale?.(text)))
  yard.settledAtOpen = found.filter((id) => !agents.has(id))
  return ok(yard)
}

function createParts(
  options: OpenYardOptions,
  config: LoadedConfig,
  opened: OpenStore,
  scope: Scope,
): YardParts {
  const { paths, env, clock = systemClock } = options
  const errors: { at: number; text: string }[] = []
  const log = rememberErrors(options.log, errors, clock)
  const dataFolder = userPaths(env).data
  const identities = openIdentities(options, opened.store)
  const current: Current = {
    config,
    routes: createRoutes(config, paths.root, identities),
    flags: options.flags,
    isTrusted: isTrusted({ paths, dataFolder }),
    url: null,
  }
  const { plan, store, writer, ownerEpoch } = opened
  const onStale = (): void => options.onStale?.(null)
  const storage = { plan, store, writer, ownerEpoch }
  const dispatcher = createDispatcher({ ...storage, clock, log, onStale, defer: soon })
  scope.add(() => dispatcher.close())
  const spending = createSpending(store.spending)
  const agents = options.runtime
    ? {
        runtime: options.runtime,
        trials: null,
        landing: NO_LANDING,
        judging: options.judging ?? NO_JUDGING,
        endUnknown: async () => {},
      }
    : openAgents(
        { ...options, clock, log },
        { current, opened, dispatcher, spending, identities },
        { scope, shortage: () => place.shortage()?.text ?? null },
      )
  const runtime = gateRuntime(agents.runtime, () => current.isTrusted)
  scope.add(() => runtime.close())
  const place = openSlots({ ...options, clock, log }, () => current.config.settings.machine, scope)
  let lastNumber = Math.max(opened.lastAgentNumber, highestFolder(paths.agents, AGENT_FOLDER))
  plan.skipJudgements(highestFolder(join(paths.yard, 'judgements'), JUDGEMENT_FOLDER))
  return {
    ...agents,
    runtime,
    options,
    current,
    opened,
    dispatcher,
    place,
    spending,
    tries: createKeptTries({ plan, reads: store.tries, settings: () => current.config.settings }),
    identities,
    jobs: createJobPort({
      plan,
      store,
      settings: () => current.config.settings,
      isTrusted: () => current.isTrusted,
      now: () => clock.now(),
      file: paths.service.jobs,
      log,
    }),
    clock,
    log,
    errors,
    dataFolder,
    scope,
    nextAgentId() {
      lastNumber = Math.max(lastNumber, plan.lastAgentNumber) + 1
      return agentIdOf(lastNumber)
    },
    wasGiven: (id) => agentNumberOf(id) <= Math.max(lastNumber, plan.lastAgentNumber),
  }
}

const AGENT_FOLDER = /^agent-(\d{1,15})$/
const JUDGEMENT_FOLDER = /^judge-(\d{1,15})$/

/** A database that was restored knows fewer agents and judgements than have left their folders. */
function highestFolder(folder: string, name: RegExp): number {
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.reduce((highest, each) => Math.max(highest, Number(name.exec(each)?.[1] ?? 0)), 0)
}

const soon = (run: () => void): void => void setImmediate(run)

const KEPT_ERRORS = 50

/** A log that also keeps the newest errors for the status. Of their facts only `why`: the log's own formatter masks the others. */
function rememberErrors(log: Log, errors: { at: number; text: string }[], clock: Clock): Log {
  return {
    ...log,
    error(message, facts) {
      const why = typeof facts?.['why'] === 'string' ? `: ${facts['why']}` : ''
      errors.push({ at: clock.now(), text: message + why })
      if (errors.length > KEPT_ERRORS) errors.shift()
      log.error(message, facts)
    },
  }
}

/** Agents as processes of this machine and as services elsewhere, with what lands their results. */
function openAgents(
  options: OpenYardOptions & { readonly clock: Clock },
  {
    current,
    opened,
    dispatcher,
    spending,
    identities,
  }: Pick<YardParts, 'current' | 'opened' | 'dispatcher' | 'spending' | 'identities'>,
  { scope, shortage }: { readonly scope: Scope; readonly shortage: () => string | null },
): Pick<YardParts, 'runtime' | 'trials' | 'landing' | 'judging' | 'endUnknown'> {
  const { paths, log, env, resources, clock } = options
  const { plan, store } = opened
  const shimFolder = join(paths.service.folder, 'bin')
  writeShim(shimFolder, nodeProgram(), join(dirname(resources), 'bin', 'yard'))
  const secret = openSecret(paths.service.secret)
  const node = process.execPath
  const supervisor = supervisorCommand(resources, node)
  const launcher = openLauncher({ entry: options.launcherEntry, node, supervisor, log })
  scope.add(() => launcher.close())
  const tail = openTail({ entry: options.tailEntry, log })
  scope.add(() => tail.close())
  // A host that runs agents needs both at once, while it is small; a command mostly needs neither.
  if (options.runsAgents) {
    launcher.warm()
    tail.warm()
  }
  const local = {
    root: paths.root,
    worktrees: paths.worktrees,
    worktree: () => current.config.settings.worktree,
    launcher,
    launcherEntry: options.launcherEntry,
    tail,
    host: createProcessHost(),
    clock,
    log,
    env,
    shimFolder,
    mayTouch: () => current.isTrusted,
    git: hostGit(paths),
    newKey: () => randomUUID(),
    newUuid: () => randomUUID(),
  }
  const processes = createLocalRuntime({
    ...local,
    agents: paths.agents,
    agentVariables: (agent) => agentVariables(agent, paths, secret, current.url),
    reportOf: (id) => plan.agents.get(id)?.report ?? null,
    checksOf: (agent) => checksOf(current.config.settings, plan, agent),
    triages: () => current.config.settings.triage.auto,
    hasLogged: ({ id, taskId }) => store.logOf(taskId).some(({ by }) => by === id),
  })
  const services = createHttpRuntime({
    root: paths.root,
    agents: paths.agents,
    clock,
    log,
    env,
    sends: options.runsAgents,
    isLiving: (id) => plan.agents.has(id),
    isPaused: () => plan.facts.paused,
    callbackOf: ({ id, generation }) => ({
      token: agentToken(secret, id, generation),
      api: current.url === null ? null : `${current.url}/api`,
    }),
    random: Math.random,
  })
  // A test run has no task in the yard, so its agent gets nothing of the yard.
  const apart = { agentVariables: () => ({}), reportOf: () => null, hasLogged: () => false }
  const trials = createTrials({
    folder: join(paths.yard, 'trials'),
    clock,
    endOld: (agents) => endOldStages(agents, local),
    openRuntime: (agents) => createLocalRuntime({ ...local, ...apart, agents }),
  })
  scope.add(() => trials.close())
  if (options.runsAgents && current.isTrusted) void trials.clear()
  const isKnown = (agent: string): boolean => plan.agents.has(agent as AgentId)
  return {
    runtime: joinRuntimes(processes, services),
    trials,
    landing: openLanding({ options, current, opened, launcher, scope }),
    judging: openJudging({
      options,
      current,
      opened,
      dispatcher,
      spending,
      identities,
      clock,
      log,
      scope,
      host: local.host,
      shortage,
      openRuntime: (agents) => createLocalRuntime({ ...local, ...apart, agents }),
    }),
    endUnknown: () => endUnknownAgents(paths.agents, isKnown, local),
  }
}

/** Keeps a yard that is not trusted yet from running, settling or ending anything: what its folders say may be forged. */
function gateRuntime(runtime: Runtime, isOpen: () => boolean): Runtime {
  return {
    ...runtime,
    launch: (order) => isOpen() && runtime.launch(order),
    recover: (orders) => (isOpen() ? runtime.recover(orders) : Promise.resolve()),
    stop: (id, how) => isOpen() && runtime.stop(id, how),
    // Else the reconciler would ask for it again and again.
    isHolding: (id) => !isOpen() || runtime.isHolding(id),
    measure: () => (isOpen() ? runtime.measure() : Promise.resolve(new Map())),
    endLeftovers: () => (isOpen() ? runtime.endLeftovers() : Promise.resolve([])),
    look: () => (isOpen() ? runtime.look() : Promise.resolve()),
  }
}

function createYardCoordinator(parts: YardParts) {
  const { options, current, opened, dispatcher, runtime, clock, log } = parts
  const { plan, store } = opened
  const settings = () => current.config.settings
  const find = programsOn({ env: options.env, root: options.paths.root })
  return createCoordinator({
    plan,
    dispatcher,
    runtime,
    clock,
    log,
    caps: () => capsOf(settings(), current.isTrusted),
    route: (task) => current.routes.of(task),
    learner: createRouteLearner({
      tries: parts.tries,
      settings,
      withArm: (task, arm) => current.routes.withArm(task, arm),
      spentOn: (task) => parts.spending.ofTask(task).usd,
    }),
    assignmentOf: (task, route) => {
      const { choose } = parts.judging.judge
      const source = { settings: settings(), book: parts.identities, now: clock.now(), choose }
      return assignmentOf(source, task, route)
    },
    canRun: (route) => hostProblem(settings(), route, { env: options.env, find }) === null,
    orderOf: (agent) =>
      launchOrderOf({ plan, store, settings: settings(), now: clock.now() }, agent),
    money: createMoney({ plan, store, runtime, spending: parts.spending, settings }),
    leases: createLeaseBook(options.paths.agents, log),
    landing: parts.landing,
    judging: parts.judging,
    jobs: parts.jobs,
    machine: parts.place,
    mail: createMailPort({ plan, store }, settings, () => clock.now()),
    nextAgentId: parts.nextAgentId,
    nextFireAt(schedule, from) {
      const next = nextFireAt(schedule, from, settings().schedule.tz)
      return next.ok ? next.value : null
    },
    random: Math.random,
    startsAgents: options.runsAgents,
    defer: soon,
  })
}
