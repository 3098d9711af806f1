/** Agents as processes of this machine, for one yard. */
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Scope } from '../base/scope.ts'
import { openTail } from '../agents/output/tail.ts'
import { createProcessHost } from '../agents/process/identity.ts'
import { openLauncher, supervisorCommand } from '../agents/process/launcher.ts'
import { nodeProgram } from '../agents/process/node-program.ts'
import { lazyLauncher, lazyTail } from '../agents/runtime/lazy.ts'
import { createLocalRuntime } from '../agents/runtime/local-runtime.ts'
import type { YardPaths } from '../config/paths.ts'
import type { Agent } from '../domain/agent.ts'
import type { Runtime } from '../domain/executor.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { Current, OpenYardOptions } from './current.ts'
import { agentToken, openSecret } from './handlers/agent-token.ts'
import { writeShim } from './shim.ts'

export function openRuntime(
  options: OpenYardOptions & { readonly clock: Clock },
  current: Current,
  opened: OpenStore,
  scope: Scope,
): Runtime {
  const { paths, log, env, resources } = options
  const shimFolder = join(paths.service.folder, 'bin')
  writeShim(shimFolder, nodeProgram(), join(dirname(resources), 'bin', 'yard'))
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
    clock: options.clock,
    log,
    env,
    agentVariables: (agent) => agentVariables(agent, paths, secret, current.url),
    shimFolder,
    mayTouch: () => current.isTrusted,
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
