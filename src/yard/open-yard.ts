/** The one composition root: lock, store, dispatcher, agents and coordinator, introduced to each other here and nowhere else. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { err, ok, type Result } from '../base/result.ts'
import { createScope, type Scope } from '../base/scope.ts'
import { createLeaseBook } from '../agents/lease-book.ts'
import type { LoadedConfig } from '../config/load.ts'
import { userPaths } from '../config/paths.ts'
import { createCoordinator, type Coordinator } from '../coordinator/coordinator.ts'
import { createDispatcher } from '../coordinator/dispatch.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { agentIdOf, agentNumberOf } from '../domain/ids.ts'
import { openStore, type OpenStore } from '../store/open-store.ts'
import { takeOwnerLock } from '../store/owner-lock.ts'
import { readConfig, type Current, type OpenYardOptions } from './current.ts'
import { lostDatabase, watchDatabase } from './lost-database.ts'
import { gateRuntime } from './gate-runtime.ts'
import { launchOrderOf } from './launch-order.ts'
import { NO_LANDING } from './landing-port.ts'
import { openPlace } from './machine/open-place.ts'
import { openRuntime } from './open-runtime.ts'
import { hostProblem, programsOn } from './probe.ts'
import { capsOf, createRoutes } from './routes.ts'
import { keepPrivate } from './private-files.ts'
import { createYard } from './opened-yard.ts'
import type { YardParts } from './yard-parts.ts'
import { createMoney } from './money.ts'
import { rememberErrors } from './remember-errors.ts'
import { createSpending } from './spending.ts'
import { nextFireAt } from './timetable.ts'
import { isTrusted } from './trust.ts'
import type { Yard } from './yard.ts'

export async function openYard(options: OpenYardOptions): Promise<Result<Yard, Failure>> {
  const { paths } = options
  if (!existsSync(paths.yard))
    return err(
      failure('no-yard', `there is no yard in ${paths.root}`, { hint: 'yard init makes one' }),
    )
  const config = readConfig(options, options.flags)
  if (!config.ok) return config
  const lost = lostDatabase(paths, userPaths(options.env).data)
  if (lost) return err(lost)
  const scope = createScope()
  try {
    const opened = await openParts(options, config.value, scope)
    if (!opened.ok) await scope.close()
    return opened
  } catch (error) {
    await scope.close()
    throw error
  }
}

async function openParts(
  options: OpenYardOptions,
  config: LoadedConfig,
  scope: Scope,
): Promise<Result<Yard, Failure>> {
  const lock = takeOwnerLock(options.paths.service.ownerDb)
  if (!lock.ok) return lock
  scope.add(() => lock.value.release())
  const store = await openYardStore(options, config)
  if (!store.ok) return store
  scope.add(() => store.value.close())
  keepPrivate(options.paths)
  const parts = createParts(options, config, store.value, scope)
  const coordinator = createYardCoordinator(parts)
  scope.add(() => coordinator.close())
  const yard = createYard(parts, coordinator)
  const { agents } = store.value.plan
  const found = [...agents.values()].filter(({ by }) => by === 'process').map(({ id }) => id)
  if (options.runsAgents && parts.current.isTrusted) await parts.endUnknown()
  await coordinator.start()
  if (options.runsAgents) scope.add(watchDatabase(parts, (text) => options.onStale?.(text)))
  yard.settledAtOpen = found.filter((id) => !agents.has(id))
  return ok(yard)
}

function openYardStore(
  { paths, clock = systemClock }: OpenYardOptions,
  { settings }: LoadedConfig,
): Promise<Result<OpenStore, Failure>> {
  return openStore({
    path: paths.db,
    at: clock.now(),
    synchronous: settings.store.synchronous,
    copyPath: (version) => join(paths.yard, `yard-schema-${version}.${clock.now()}.db`),
    breathe: () => new Promise((resolve) => void setImmediate(resolve)),
  })
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
  const current: Current = {
    config,
    routes: createRoutes(config, paths.root),
    flags: options.flags,
    isTrusted: isTrusted({ paths, dataFolder }),
    url: null,
  }
  const { plan, store, writer, ownerEpoch } = opened
  const onStale = (): void => options.onStale?.(null)
  const dispatcher = createDispatcher({
    plan,
    store,
    writer,
    clock,
    log,
    defer: soon,
    ownerEpoch,
    onStale,
  })
  scope.add(() => dispatcher.close())
  const {
    runtime: local,
    trials,
    landing,
    endUnknown,
  } = options.runtime
    ? { runtime: options.runtime, trials: null, landing: NO_LANDING, endUnknown: async () => {} }
    : openRuntime({ ...options, clock, log }, current, opened, scope)
  const runtime = gateRuntime(local, () => current.isTrusted)
  scope.add(() => runtime.close())
  const place = openPlace({ ...options, clock, log }, () => current.config.settings.machine, scope)
  return {
    options,
    current,
    opened,
    dispatcher,
    runtime,
    spending: createSpending(store.spending),
    clock,
    log,
    errors,
    dataFolder,
    ...countAgents(opened, paths.agents),
    trials,
    landing,
    endUnknown,
    place,
    scope,
  }
}

function countAgents(
  opened: OpenStore,
  agents: string,
): Pick<YardParts, 'nextAgentId' | 'wasGiven'> {
  let last = Math.max(opened.lastAgentNumber, highestFolder(agents))
  return {
    nextAgentId() {
      last = Math.max(last, opened.plan.lastAgentNumber) + 1
      return agentIdOf(last)
    },
    wasGiven: (id) => agentNumberOf(id) <= Math.max(last, opened.plan.lastAgentNumber),
  }
}

/** A database that was put back knows fewer agents than have left their folders. */
function highestFolder(agents: string): number {
  const names = existsSync(agents) ? readdirSync(agents) : []
  return names.reduce(
    (highest, name) => Math.max(highest, Number(/^agent-(\d{1,15})$/.exec(name)?.[1] ?? 0)),
    0,
  )
}

const soon = (run: () => void): void => void setImmediate(run)

function createYardCoordinator({
  options,
  current,
  opened,
  dispatcher,
  runtime,
  landing,
  place,
  spending,
  clock,
  log,
  nextAgentId,
}: YardParts): Coordinator {
  const { plan, store } = opened
  const settings = () => current.config.settings
  const find = programsOn({ env: options.env, root: options.paths.root })
  return createCoordinator({
    plan,
    dispatcher,
    runtime,
    clock,
    log,
    caps: () => capsOf(current.config.settings, current.isTrusted),
    route: (task) => current.routes.of(task),
    canRun: (route) => hostProblem(settings(), route, { env: options.env, find }) === null,
    orderOf: (agent) =>
      launchOrderOf({ plan, store, settings: current.config.settings, now: clock.now() }, agent),
    money: createMoney({ plan, store, runtime, spending, settings }),
    leases: createLeaseBook(options.paths.agents, log),
    landing,
    machine: place,
    nextAgentId,
    nextFireAt(schedule, from) {
      const next = nextFireAt(schedule, from, current.config.settings.schedule.tz)
      return next.ok ? next.value : null
    },
    random: Math.random,
    startsAgents: options.runsAgents,
    defer: soon,
  })
}
