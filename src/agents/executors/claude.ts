/** `claude`: Claude Code, headless, with its stream of JSON events. Prompt on stdin; we choose the conversation's id. */
import { ok } from '../../base/result.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { Executor } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findAgentCli, firstPrompt, programOf, resumedOf } from './launch/program.ts'
import { toolsFile } from './launch/yard-tools.ts'
import { createClaudeReader } from './readers/claude-reader.ts'

/** Nobody sits at a headless CLI: what `ask` and `workspace` do not allow is refused by it and told to the agent. */
const PERMISSION_FLAGS = {
  bypass: ['--dangerously-skip-permissions'],
  workspace: ['--permission-mode', 'acceptEdits'],
  ask: ['--permission-mode', 'default'],
} as const satisfies Record<Permissions, readonly string[]>

/** A task's mode narrows what its profile permits: `light` reads and reports, `bare` only speaks to us. */
function modeFlags(permissions: Permissions, mode: Task['mode']): readonly string[] {
  if (mode === 'bare')
    return [...PERMISSION_FLAGS.ask, '--tools=Bash', '--allowed-tools=Bash(yard:*),mcp__yard']
  const reading = mode === 'light' ? ['--disallowed-tools=Edit,Write,MultiEdit,NotebookEdit'] : []
  const ours = permissions === 'bypass' ? [] : ['--allowed-tools=mcp__yard']
  return [...PERMISSION_FLAGS[permissions], ...reading, ...ours]
}

const DEFAULTS = {
  /** Its binary must not change under agents that run side by side. */
  DISABLE_AUTOUPDATER: '1',
  /** Its own ten tries hide a bad key for three minutes; the coordinator backs off better, for all agents of the provider. */
  CLAUDE_CODE_MAX_RETRIES: '3',
}

export const claude: Executor = {
  type: 'claude',
  plan(input) {
    const { order } = input
    const program = findAgentCli(input, 'claude')
    if (!program.ok) return program
    const resumed = resumedOf(input)
    const tools = toolsFile(input.folder, { type: 'stdio' })
    // `--name=value` keeps a value that begins with a dash from being an option of its own.
    const argv: [string, ...string[]] = [
      ...program.value,
      '-p',
      '--output-format',
      'stream-json',
      '--verbose',
      ...modeFlags(order.profile.permissions, order.task.mode),
      `--mcp-config=${tools.path}`,
      ...(order.modelId === null ? [] : [`--model=${order.modelId}`]),
      resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
    ]
    const env = agentEnvironment(order.profile, input.inheritedEnv, DEFAULTS)
    const conversationId = resumed ?? input.conversationId
    return ok({ argv, env, files: [tools], hasTools: true, stdin: 'prompt', conversationId })
  },
  pilot(input) {
    const { profile, task, modelId } = input.order
    const resumed = resumedOf(input)
    const tools = toolsFile(input.folder, { type: 'stdio' })
    const argv: [string, ...string[]] = [
      ...programOf(profile, 'claude'),
      ...modeFlags(profile.permissions, task.mode),
      `--mcp-config=${tools.path}`,
      // Its prompt lies outside of where it works.
      `--add-dir=${input.folder}`,
      ...(modelId === null ? [] : [`--model=${modelId}`]),
      resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
      firstPrompt(input),
    ]
    const conversationId = resumed ?? input.conversationId
    const defaults = { DISABLE_AUTOUPDATER: DEFAULTS.DISABLE_AUTOUPDATER }
    return ok({ argv, defaults, set: {}, files: [tools], hasTools: true, conversationId })
  },
  createReader: createClaudeReader,
  // SIGTERM leaves its running tool behind.
  stopSignal: 'SIGINT',
  graceMs: 5_000,
  givesFinal: true,
}
