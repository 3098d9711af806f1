/**
 * `qwen`: Qwen Code, headless, with events like those of Claude Code. Prompt on stdin; we choose the conversation's id. It finds a
 * conversation only from the folder in which it began.
 */
import { join } from 'node:path'
import { ok } from '../../base/result.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Executor, PilotInput, PlannedFile } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findAgentCli, firstPrompt, programOf, resumedOf } from './launch/program.ts'
import { toolsFile } from './launch/yard-tools.ts'
import { createQwenReader } from './readers/qwen-reader.ts'

/** What a mode does not allow is refused by it and told to the agent, for nobody sits there. */
const APPROVAL = {
  bypass: 'yolo',
  workspace: 'auto-edit',
  ask: 'default',
} as const satisfies Record<Permissions, string>

const DEFAULTS = {
  /** By default it starts itself a second time, and that child outlives every signal to the first. */
  QWEN_CODE_NO_RELAUNCH: 'true',
}

/**
 * By default it asks a provider whose quota is spent again for over half an hour, and says nothing of it; backing off is the
 * coordinator's. Its user's own settings win over these.
 */
const SETTINGS = { model: { generationConfig: { maxRetries: 0 } } }
const settingsFile = ({ folder }: PilotInput): PlannedFile => ({
  path: join(folder, 'qwen-defaults.json'),
  content: `${JSON.stringify(SETTINGS, null, 2)}\n`,
})

function commonFlags(input: PilotInput, toolsPath: string): readonly string[] {
  const { profile, task, modelId } = input.order
  const resumed = resumedOf(input)
  const isNarrow = task.mode === 'light' || task.mode === 'bare'
  const isElsewhere = profile.baseUrl !== null || profile.apiKeyEnv !== null
  return [
    `--approval-mode=${APPROVAL[isNarrow ? 'ask' : profile.permissions]}`,
    `--mcp-config=${toolsPath}`,
    // Else a sign-in that its user chose would win over the key.
    ...(isElsewhere ? ['--auth-type=openai'] : []),
    ...(profile.baseUrl === null ? [] : [`--openai-base-url=${profile.baseUrl}`]),
    ...(modelId === null ? [] : [`--model=${modelId}`]),
    resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
  ]
}

export const qwen: Executor = {
  type: 'qwen',
  plan(input) {
    const { profile } = input.order
    const program = findAgentCli(input, 'qwen')
    if (!program.ok) return program
    const resumed = resumedOf(input)
    const tools = toolsFile(input.folder, { trust: true })
    const argv: [string, ...string[]] = [
      ...program.value,
      '--output-format=stream-json',
      ...commonFlags(input, tools.path),
    ]
    const settings = settingsFile(input)
    const env = agentEnvironment(profile, input.inheritedEnv, {
      ...DEFAULTS,
      QWEN_CODE_SYSTEM_DEFAULTS_PATH: settings.path,
    })
    const conversationId = resumed ?? input.conversationId
    const files = [tools, settings]
    return ok({ argv, env, files, hasTools: true, stdin: 'prompt', conversationId })
  },
  pilot(input) {
    const tools = toolsFile(input.folder, { trust: true })
    const argv: [string, ...string[]] = [
      ...programOf(input.order.profile, 'qwen'),
      ...commonFlags(input, tools.path),
      // Its prompt lies outside of where it works.
      `--include-directories=${input.folder}`,
      `--prompt-interactive=${firstPrompt(input)}`,
    ]
    const conversationId = resumedOf(input) ?? input.conversationId
    return ok({ argv, defaults: DEFAULTS, set: {}, files: [tools], hasTools: true, conversationId })
  },
  createReader: createQwenReader,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}
