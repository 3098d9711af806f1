/** Agents as processes of this machine, for one yard. */
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Scope } from '../base/scope.ts'
import { openTail } from '../agents/output/tail.ts'
import { createProcessHost } from '../agents/process/host/identity.ts'
import { openLauncher, supervisorCommand } from '../agents/process/launcher/launcher.ts'
import { nodeProgram } from '../agents/process/node-program.ts'
import { lazyLauncher, lazyTail } from '../agents/runtime/lazy.ts'
import { createHttpRuntime } from '../agents/http/http-runtime.ts'
import { joinRuntimes } from '../agents/runtime/joined-runtime.ts'
import { createLocalRuntime } from '../agents/runtime/local-runtime.ts'
import { endOldStages, endUnknownAgents } from '../agents/runtime/stages/old-stages.ts'
import type { YardPaths } from '../config/paths.ts'
import type { LandingPort } from '../coordinator/ports.ts'
import type { Agent } from '../domain/agent.ts'
import type { Runtime } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { Current, OpenYardOptions } from './current.ts'
import { openLanding } from './landing-port.ts'
import { agentToken, openSecret } from './handlers/agent-token.ts'
import { createTrials, type Trials } from './test-run.ts'
import { hostGit } from './plan-git-guard.ts'
import { writeShim } from './shim.ts'

export function openRuntime(
  options: OpenYardOptions & { readonly clock: Clock },
  current: Current,
  opened: OpenStore,
  scope: Scope,
): {
  readonly runtime: Runtime
  readonly trials: Trials
  readonly landing: LandingPort
  endUnknown(): Promise<void>
} {
  const { paths, log, env, resources } = options
  const shimFolder = join(paths.service.folder, 'bin')
  writeShim(shimFolder, nodeProgram(), join(dirname(resources), 'bin', 'yard'))
  const secret = openSecret(paths.service.secret)
  const { launcher, tail } = openHelpers(options, scope)
  const local = {
    root: paths.root,
    worktrees: paths.worktrees,
    worktree: () => current.config.settings.worktree,
    launcher,
    launcherEntry: options.launcherEntry,
    tail,
    host: createProcessHost(),
    clock: options.clock,
    log,
    env,
    shimFolder,
    mayTouch: () => current.isTrusted,
    git: hostGit(paths),
    newKey: () => randomUUID(),
    newUuid: () => randomUUID(),
  }
  const reportOf = (id: AgentId): Agent['report'] => opened.plan.agents.get(id)?.report ?? null
  const processes = createLocalRuntime({
    ...local,
    agents: paths.agents,
    agentVariables: (agent) => agentVariables(agent, paths, secret, current.url),
    reportOf,
    hasLogged: ({ id, taskId }) => opened.store.logOf(taskId).some(({ by }) => by === id),
  })
  const services = openServices(options, { current, opened, secret })
  const trials = createTrials({
    folder: join(paths.yard, 'trials'),
    clock: options.clock,
    endOld: (agents) => endOldStages(agents, local),
    openRuntime: (agents) => createLocalRuntime({ ...local, ...ON_TRIAL, agents }),
  })
  scope.add(() => trials.close())
  if (options.runsAgents && current.isTrusted) void trials.clear()
  const landing = openLanding({ options, current, opened, launcher, scope })
  const isKnown = (agent: string): boolean => opened.plan.agents.has(agent as AgentId)
  const endUnknown = (): Promise<void> => endUnknownAgents(paths.agents, isKnown, local)
  return { runtime: joinRuntimes(processes, services), trials, landing, endUnknown }
}

/** Agents that are services elsewhere. */
function openServices(
  options: OpenYardOptions & { readonly clock: Clock },
  parts: {
    readonly current: Current
    readonly opened: OpenStore
    readonly secret: Buffer
  },
): Runtime {
  const { paths, log, env } = options
  const { current, opened, secret } = parts
  return createHttpRuntime({
    root: paths.root,
    agents: paths.agents,
    clock: options.clock,
    log,
    env,
    sends: options.runsAgents,
    isLiving: (id) => opened.plan.agents.has(id),
    isPaused: () => opened.plan.facts.paused,
    callbackOf: ({ id, generation }) => ({
      token: agentToken(secret, id, generation),
      api: current.url === null ? null : `${current.url}/api`,
    }),
    random: Math.random,
  })
}

/** What is tried is told nothing of the yard: it has no task there. */
const ON_TRIAL = { agentVariables: () => ({}), reportOf: () => null, hasLogged: () => false }

/** The processes that start agents and read their output, ended with the yard. */
function openHelpers(options: OpenYardOptions, scope: Scope) {
  const { log, resources, launcherEntry, tailEntry } = options
  const node = process.execPath
  const supervisor = supervisorCommand(resources, node)
  const launcher = lazyLauncher(() => openLauncher({ entry: launcherEntry, node, supervisor, log }))
  scope.add(() => launcher.close())
  const tail = lazyTail(() => openTail({ entry: tailEntry, log }))
  scope.add(() => tail.close())
  // A full host wants both at once, while it is small; a command mostly needs neither.
  if (options.runsAgents) {
    launcher.warm()
    tail.warm()
  }
  return { launcher, tail }
}

export function agentVariables(
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
    ...(agent.model === null ? {} : { YARD_MODEL: agent.model }),
  }
}
