/**
 * `qwen`: Qwen Code, headless, with events like those of Claude Code. Prompt on stdin; we choose the conversation's id. It finds a
 * conversation only from the folder in which it began.
 */
import { join } from 'node:path'
import type { LaunchOrder } from '../../domain/executor.ts'
import type { OutputReport } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import { createClaudeReader } from './claude.ts'
import type { OutputReader, PlannedFile } from './executor.ts'
import {
  agentCli,
  conversationOption,
  firstPrompt,
  option,
  permissionsOf,
  systemFile,
  toolsFile,
  YARD_START_MS,
} from './launch/program.ts'
import type { Dialect } from './readers/claude-usage.ts'
import { endsInApiError, parseApiError } from './readers/provider-failure.ts'
import { parseEvent, type JsonObject } from './readers/reader.ts'

/** What a mode does not allow is refused by it and told to the agent, for nobody sits there. */
const APPROVAL = {
  bypass: 'yolo',
  workspace: 'auto-edit',
  ask: 'default',
} as const satisfies Record<Permissions, string>

/**
 * By default it asks a provider whose quota is spent again for over half an hour, and says nothing of it; backing off is the
 * coordinator's. Its user's own settings win over these.
 */
const SETTINGS = { model: { generationConfig: { maxRetries: 0 } } }

const DEFAULTS_VARIABLE = 'QWEN_CODE_SYSTEM_DEFAULTS_PATH'
const settingsFile = (folder: string): PlannedFile => ({
  path: join(folder, 'qwen-defaults.json'),
  content: `${JSON.stringify(SETTINGS, null, 2)}\n`,
})

const modelFlags = ({ profile: { baseUrl, apiKeyEnv }, modelId }: LaunchOrder) => [
  // Else a sign-in that its user chose would win over the key.
  ...(baseUrl === null && apiKeyEnv === null ? [] : ['--auth-type=openai']),
  ...option('--openai-base-url', baseUrl),
  ...option('--model', modelId),
]

export const qwen = agentCli({
  type: 'qwen',
  /** By default it starts itself a second time, and that child outlives every signal to the first. */
  defaults: { QWEN_CODE_NO_RELAUNCH: 'true' },
  choosesId: 'we',
  invocation(start) {
    const { order, folder, isPilot } = start
    const tools = toolsFile(folder, { trust: true, timeout: YARD_START_MS })
    const common = [
      `--approval-mode=${APPROVAL[permissionsOf(order)]}`,
      `--mcp-config=${tools.path}`,
      ...modelFlags(order),
      conversationOption(start),
    ]
    if (isPilot) {
      // Its prompt lies outside of where it works.
      const prompt = [
        `--include-directories=${folder}`,
        `--prompt-interactive=${firstPrompt(start)}`,
      ]
      return { args: [...common, ...prompt], files: [tools], hasTools: true }
    }
    const settings = settingsFile(folder)
    return {
      args: ['--output-format=stream-json', ...common],
      defaults: { [DEFAULTS_VARIABLE]: settings.path },
      files: [tools, settings],
      hasTools: true,
    }
  },
  answering({ order, folder }, question) {
    const settings = settingsFile(folder)
    const system = systemFile(folder, question)
    const args = [
      ...['--output-format=stream-json', '--approval-mode=default', '--chat-recording=false'],
      // Without servers, memory and the instructions of its folder; three tools are left.
      ...['--bare', '--exclude-tools=read_file,edit,run_shell_command'],
      ...modelFlags(order),
    ]
    return {
      args,
      defaults: { [DEFAULTS_VARIABLE]: settings.path },
      set: { QWEN_SYSTEM_MD: system.path },
      files: [settings, system],
      tells: { system: true },
    }
  },
  createReader: createQwenReader,
  stopSignal: 'SIGTERM',
})

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

function createQwenReader(): OutputReader {
  const inner = createClaudeReader(QWEN)
  /** The provider's error in the last answer. */
  let failed: string | null = null
  return {
    read(line, writtenAt) {
      const event = parseEvent(line)
      if (!event) return inner.read(line, writtenAt)
      const type = event.text('type')
      if (type === 'assistant') failed = errorIn(event.object('message'))
      // The result repeats its text.
      if (type === 'assistant' && failed !== null) return []
      const read = type === 'result' && failed !== null ? asFailure(event, failed) : line
      return [...inner.read(read, writtenAt), ...waitingAfter(event, writtenAt)]
    },
    finish: () => inner.finish(),
  }
}

function errorIn(message: JsonObject): string | null {
  const usage = message.object('usage')
  const text = message.joinedText()
  const isFree = usage.number('input_tokens') === 0 && usage.number('output_tokens') === 0
  return isFree && endsInApiError(text) ? text : null
}

function asFailure(event: JsonObject, text: string): string {
  const { status, message } = parseApiError(text)
  return JSON.stringify({
    ...event.toJSON(),
    is_error: true,
    is_api_error: true,
    api_error_status: status,
    result: message,
  })
}

/** Its model's turn: after its start, and after the last result of its tools. */
function waitingAfter(event: JsonObject, at: number): readonly OutputReport[] {
  const type = event.text('type')
  const isStart = type === 'system' && event.text('subtype') === 'init'
  if (!isStart && type !== 'user') return []
  return [{ kind: 'waiting', until: at + LONGEST_WAIT_MS, why: 'its model has not answered yet' }]
}
