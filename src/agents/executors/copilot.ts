/** `copilot`: GitHub Copilot CLI, headless, with its lines of JSON. Prompt on stdin; we choose the conversation's id. */
import { err, ok } from '../../base/result.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { Permissions, Profile } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { Executor } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findAgentCli, firstPrompt, nativeCopilot, programOf, resumedOf } from './launch/program.ts'
import { toolsFile, YARD_SERVER } from './launch/yard-tools.ts'
import { createCopilotReader } from './readers/copilot-reader.ts'

/** Nobody sits there: what is not allowed is refused by it and told to the agent. Files outside its folder need `bypass`. */
const PERMISSION_FLAGS = {
  bypass: ['--allow-all'],
  workspace: ['--allow-all-tools'],
  ask: ['--allow-tool=shell(yard:*)', `--allow-tool=${YARD_SERVER}`],
} as const satisfies Record<Permissions, readonly string[]>

/** A task's mode narrows what its profile permits: neither changes files; both may speak to us. */
const permissionFlags = (permissions: Permissions, mode: Task['mode']): readonly string[] =>
  PERMISSION_FLAGS[mode === 'light' || mode === 'bare' ? 'ask' : permissions]

const needsModel = ({ name }: Profile): WorkFailure =>
  workFailure('bad-model', `executor ${name} has a base_url, so it needs a model`)

const DEFAULTS = {
  /** Its binary must not change under agents that run side by side. */
  COPILOT_AUTO_UPDATE: 'false',
}

export const copilot: Executor = {
  type: 'copilot',
  plan(input) {
    const { order, platform } = input
    const { profile, modelId } = order
    const found = findAgentCli(input, 'copilot')
    if (!found.ok) return found
    if (profile.baseUrl !== null && modelId === null) return err(needsModel(profile))
    const [path, ...leading] = found.value
    const resumed = resumedOf(input)
    const tools = toolsFile(input.folder, { type: 'local', tools: ['*'] })
    const argv: [string, ...string[]] = [
      nativeCopilot(path, platform),
      ...leading,
      '--output-format=json',
      '--no-color',
      '--no-ask-user',
      ...permissionFlags(profile.permissions, order.task.mode),
      `--additional-mcp-config=@${tools.path}`,
      ...(modelId === null ? [] : [`--model=${modelId}`]),
      resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
    ]
    const env = agentEnvironment(profile, input.inheritedEnv, DEFAULTS)
    const conversationId = resumed ?? input.conversationId
    return ok({ argv, env, files: [tools], hasTools: true, stdin: 'prompt', conversationId })
  },
  pilot(input) {
    const { profile, modelId, task } = input.order
    if (profile.baseUrl !== null && modelId === null) return err(needsModel(profile))
    const resumed = resumedOf(input)
    const tools = toolsFile(input.folder, { type: 'local', tools: ['*'] })
    const argv: [string, ...string[]] = [
      ...programOf(profile, 'copilot'),
      ...permissionFlags(profile.permissions, task.mode),
      `--additional-mcp-config=@${tools.path}`,
      // Its prompt lies outside of where it works.
      `--add-dir=${input.folder}`,
      ...(modelId === null ? [] : [`--model=${modelId}`]),
      resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
      `--interactive=${firstPrompt(input)}`,
    ]
    const conversationId = resumed ?? input.conversationId
    return ok({ argv, defaults: DEFAULTS, set: {}, files: [tools], hasTools: true, conversationId })
  },
  createReader: createCopilotReader,
  // At SIGTERM it says that all is well.
  stopSignal: 'SIGINT',
  graceMs: 5_000,
  givesFinal: true,
}
