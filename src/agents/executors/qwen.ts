/**
 * `qwen`: Qwen Code, headless, with events like those of Claude Code. Prompt on stdin; we choose the conversation's id. It finds a
 * conversation only from the folder in which it began.
 */
import { join } from 'node:path'
import { ok } from '../../base/result.ts'
import type { OutputReport } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import { createClaudeReader } from './claude.ts'
import type { Executor, OutputReader, PilotInput, PlannedFile } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findAgentCli, firstPrompt, programOf, resumedOf, toolsFile } from './launch/program.ts'
import type { Dialect } from './readers/claude-usage.ts'
import { endsInApiError, parseApiError } from './readers/provider-failure.ts'
import {
  joinedText,
  numberAt,
  objectAt,
  parseEvent,
  textAt,
  type JsonObject,
} from './readers/reader.ts'

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

// Reads the `stream-json` events of Qwen Code, which differ from those of Claude Code in failures: a provider's error ends in a clean
// `result` and exit code 0, and stands as `[API Error: …]` at the end of an answer. A model may write such a text too; only an answer
// that no model gave has cost no tokens. Retries, which take minutes, are reported nowhere.

/** Its retries were seen to take over three minutes; a longer silence is no retry. */
const LONGEST_WAIT_MS = 10 * 60_000

const QWEN: Dialect = {
  tools: {
    shell: new Set(['run_shell_command']),
    editing: new Set(['edit', 'write_file', 'replace', 'notebook_edit']),
  },
  // As in OpenAI's protocol.
  input: 'all',
  reportsOutput: true,
  reportsConversation: true,
}

export function createQwenReader(): OutputReader {
  const inner = createClaudeReader(QWEN)
  /** The provider's error in the last answer. */
  let failed: string | null = null
  return {
    read(line, writtenAt) {
      const event = parseEvent(line)
      if (!event) return inner.read(line, writtenAt)
      const type = textAt(event, 'type')
      if (type === 'assistant') failed = errorIn(event)
      // The result repeats its text.
      if (type === 'assistant' && failed !== null) return []
      const read = type === 'result' && failed !== null ? asFailure(event, failed) : line
      return [...inner.read(read, writtenAt), ...waitingAfter(event, writtenAt)]
    },
    finish: () => inner.finish(),
  }
}

function errorIn(event: JsonObject): string | null {
  const message = objectAt(event, 'message')
  const usage = objectAt(message, 'usage')
  const text = joinedText(message)
  const isFree = numberAt(usage, 'input_tokens') === 0 && numberAt(usage, 'output_tokens') === 0
  return isFree && endsInApiError(text) ? text : null
}

function asFailure(event: JsonObject, text: string): string {
  const { status, message } = parseApiError(text)
  return JSON.stringify({
    ...event,
    is_error: true,
    is_api_error: true,
    api_error_status: status,
    result: message,
  })
}

/** Its model's turn: after its start, and after the last result of its tools. */
function waitingAfter(event: JsonObject, at: number): readonly OutputReport[] {
  const type = textAt(event, 'type')
  const isStart = type === 'system' && textAt(event, 'subtype') === 'init'
  if (!isStart && type !== 'user') return []
  return [{ kind: 'waiting', until: at + LONGEST_WAIT_MS, why: 'its model has not answered yet' }]
}
