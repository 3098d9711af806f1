/** The one composition root: lock, store, dispatcher, agents and coordinator, introduced to each other here and nowhere else. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { systemClock, type Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import { createScope, type Scope } from '../base/scope.ts'
import { createLocalRuntime } from '../agents/runtime/local-runtime.ts'
import { openTail } from '../agents/output/tail.ts'
import { createProcessHost } from '../agents/process/identity.ts'
import { openLauncher, supervisorCommand } from '../agents/process/launcher.ts'
import { lazyLauncher, lazyTail } from '../agents/runtime/lazy.ts'
import { loadConfig, type LoadedConfig } from '../config/load.ts'
import { userPaths, type YardPaths } from '../config/paths.ts'
import type { Flags } from '../contract/service.ts'
import { createCoordinator } from '../coordinator/coordinator.ts'
import { createDispatcher } from '../coordinator/dispatch.ts'
import type { Agent } from '../domain/agent.ts'
import type { Runtime } from '../domain/executor.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { agentIdOf } from '../domain/ids.ts'
import { openStore, type OpenStore } from '../store/open-store.ts'
import { takeOwnerLock } from '../store/owner-lock.ts'
import { agentToken, openSecret } from './handlers/agent-token.ts'
import { assembleYard } from './assemble-yard.ts'
import { launchOrderOf } from './launch-order.ts'
import { capsOf, createRoutes, type Routes } from './routes.ts'
import { writeShim } from './shim.ts'
import { nextFireAt } from './timetable.ts'
import { isTrusted } from './trust.ts'
import type { HostKind, Yard } from './yard.ts'

export interface OpenYardOptions {
  readonly paths: YardPaths
  readonly host: HostKind
  readonly log: Log
  readonly flags: Flags
  /** False: settle what has ended and start nothing. */
  readonly runsAgents: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder with the supervisor scripts. */
  readonly resources: string
  readonly launcherEntry: string
  readonly tailEntry: string
  readonly clock?: Clock
  /** Stands in for processes of this machine. */
  readonly runtime?: Runtime
  /** Another owner has taken over: the host must end. */
  readonly onStale?: () => void
}

/** What may change while a yard is open, in one place. */
export interface Current {
  config: LoadedConfig
  routes: Routes
  isTrusted: boolean
  /** Where the yard is served; null while it is not. */
  url: string | null
}

export async function openYard(options: OpenYardOptions): Promise<Result<Yard, Failure>> {
  const { paths } = options
  if (!existsSync(paths.yard))
    return err(
      failure('no-yard', `there is no yard in ${paths.root}`, { hint: 'yard init makes one' }),
    )
  const config = readConfig(options, options.flags)
  if (!config.ok) return config
  const scope = createScope()
  const opened = await openParts(options, config.value, scope)
  if (!opened.ok) await scope.close()
  return opened
}

export function readConfig(
  options: Pick<OpenYardOptions, 'paths' | 'env'>,
  flags: Flags,
): Result<LoadedConfig, Failure> {
  const named: Record<string, string | number> = {}
  if (flags.maxAgents !== undefined) named['coordinator.max_agents'] = flags.maxAgents
  if (flags.model !== undefined) named['coordinator.model'] = flags.model
  if (flags.executor !== undefined) named['coordinator.executor'] = flags.executor
  if (flags.pollIntervalMs !== undefined)
    named['coordinator.poll_interval'] = `${flags.pollIntervalMs}ms`
  return loadConfig({
    globalFile: userPaths(options.env).config,
    projectFile: options.paths.config,
    env: options.env,
    flags: named,
  })
}

async function openParts(
  options: OpenYardOptions,
  config: LoadedConfig,
  scope: Scope,
): Promise<Result<Yard, Failure>> {
  const { paths, log, env } = options
  const clock = options.clock ?? systemClock
  const lock = takeOwnerLock(paths.service.ownerDb)
  if (!lock.ok) return lock
  scope.add(() => lock.value.release())
  const { settings } = config
  const store = await openStore({
    path: paths.db,
    at: clock.now(),
    synchronous: settings.store.synchronous,
    copyPath: (version) => join(paths.yard, `yard-schema-${version}.${clock.now()}.db`),
    breathe: nextTurn,
  })
  if (!store.ok) return store
  scope.add(() => store.value.close())
  const dataFolder = userPaths(env).data
  const current: Current = {
    config,
    routes: createRoutes(settings, paths.root),
    isTrusted: isTrusted({ paths, dataFolder }),
    url: null,
  }
  const dispatcher = createDispatcher({
    plan: store.value.plan,
    store: store.value.store,
    writer: store.value.writer,
    clock,
    log,
    defer: (run) => void setImmediate(run),
    ownerEpoch: store.value.ownerEpoch,
    onStale: () => options.onStale?.(),
  })
  scope.add(() => dispatcher.close())
  const runtime = options.runtime ?? openRuntime(options, current, store.value, scope, clock)
  scope.add(() => runtime.close())
  let lastNumber = store.value.lastAgentNumber
  const nextAgentId = () =>
    agentIdOf((lastNumber = Math.max(lastNumber, store.value.plan.lastAgentNumber) + 1))
  const coordinator = createCoordinator({
    plan: store.value.plan,
    dispatcher,
    runtime,
    clock,
    log,
    caps: () => capsOf(current.config.settings, current.isTrusted),
    route: (task) => current.routes.of(task),
    orderOf: (agent) =>
      launchOrderOf(
        {
          plan: store.value.plan,
          store: store.value.store,
          settings: current.config.settings,
          now: clock.now(),
        },
        agent,
      ),
    nextAgentId,
    nextFireAt: (schedule, from) => {
      const next = nextFireAt(schedule, from, current.config.settings.schedule.tz)
      return next.ok ? next.value : null
    },
    random: Math.random,
    startsAgents: options.runsAgents,
    defer: (run) => void setImmediate(run),
  })
  scope.add(() => coordinator.close())
  const yard = assembleYard({
    options,
    current,
    opened: store.value,
    dispatcher,
    runtime,
    coordinator,
    clock,
    dataFolder,
    nextAgentId,
    scope,
  })
  await coordinator.start()
  return ok(yard)
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

function openRuntime(
  options: OpenYardOptions,
  current: Current,
  opened: OpenStore,
  scope: Scope,
  clock: Clock,
): Runtime {
  const { paths, log, env, resources } = options
  const shimFolder = join(paths.service.folder, 'bin')
  writeShim(shimFolder, process.execPath, join(dirname(resources), 'bin', 'yard'))
  const secret = openSecret(paths.service.secret)
  const node = process.execPath
  const supervisor = supervisorCommand(resources, node)
  const launcher = lazyLauncher(() =>
    openLauncher({ entry: options.launcherEntry, node, supervisor, log }),
  )
  scope.add(() => launcher.close())
  const tail = lazyTail(() => openTail({ entry: options.tailEntry, log }))
  scope.add(() => tail.close())
  // A full host wants both at once, while it is small; a command mostly needs neither.
  if (options.runsAgents) {
    launcher.warm()
    tail.warm()
  }
  return createLocalRuntime({
    root: paths.root,
    agents: paths.agents,
    worktrees: paths.worktrees,
    launcher,
    tail,
    host: createProcessHost(),
    clock,
    log,
    env,
    agentVariables: (agent) => agentVariables(agent, paths, secret, current.url),
    shimFolder,
    reportOf: (id) => opened.plan.agents.get(id)?.report ?? null,
    newKey: () => randomUUID(),
    newUuid: () => randomUUID(),
  })
}

function agentVariables(
  agent: Agent,
  paths: YardPaths,
  secret: Buffer,
  url: string | null,
): Record<string, string> {
  return {
    YARD_DIR: paths.root,
    ...(url === null ? {} : { YARD_URL: url }),
    YARD_TOKEN: agentToken(secret, agent.id, agent.generation),
    YARD_TASK_ID: agent.taskId,
    YARD_AGENT_ID: agent.id,
    YARD_GENERATION: String(agent.generation),
  }
}
