/** `claude`: Claude Code, headless, with its stream of JSON events. Prompt on stdin; we choose the conversation's id. */
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, oneLine } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { OutputReader } from './executor.ts'
import {
  agentCli,
  conversationOption,
  firstPrompt,
  option,
  systemFile,
  toolsFile,
  YARD_START_MS,
} from './launch/program.ts'
import { AnswerUsage, type Dialect } from './readers/claude-usage.ts'
import { providerFailure } from './readers/provider-failure.ts'
import { atLeast, EventReader, type JsonObject } from './readers/reader.ts'

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

export const claude = agentCli({
  type: 'claude',
  /** Its binary must not change under agents that run side by side. */
  defaults: {
    DISABLE_AUTOUPDATER: '1',
    // It waits for no server but those that say `alwaysLoad`, and for those five seconds.
    MCP_CONNECT_TIMEOUT_MS: String(YARD_START_MS),
    MCP_TIMEOUT: String(YARD_START_MS),
  },
  choosesId: 'we',
  invocation(start) {
    const { profile, task, modelId } = start.order
    const tools = toolsFile(start.folder, { type: 'stdio', alwaysLoad: true })
    const args = [
      ...(start.isPilot ? [] : ['-p', '--output-format', 'stream-json', '--verbose']),
      ...modeFlags(profile.permissions, task.mode),
      `--mcp-config=${tools.path}`,
      // Its prompt lies outside of where it works.
      ...(start.isPilot ? [`--add-dir=${start.folder}`] : []),
      ...option('--model', modelId),
      conversationOption(start),
      ...(start.isPilot ? [firstPrompt(start)] : []),
    ]
    // Its own ten tries hide a bad key for three minutes; the coordinator backs off better, for all agents of the provider.
    const defaults: Record<string, string> = start.isPilot ? {} : { CLAUDE_CODE_MAX_RETRIES: '3' }
    return { args, defaults, files: [tools], hasTools: true }
  },
  answering({ order, folder }, question) {
    const system = systemFile(folder, question)
    const args = [
      ...['-p', '--output-format', 'stream-json', '--verbose', ...PERMISSION_FLAGS.ask],
      ...['--tools=', '--strict-mcp-config', '--setting-sources=user', '--no-session-persistence'],
      `--system-prompt-file=${system.path}`,
      `--json-schema=${JSON.stringify(question.schema)}`,
      ...option('--model', order.modelId),
    ]
    const defaults = { CLAUDE_CODE_MAX_RETRIES: '3' }
    // Its user's instructions, skills, plugins and hooks stay away, its user's sign-in does not.
    const set = { CLAUDE_CODE_SAFE_MODE: '1' }
    return { args, defaults, set, files: [system], tells: { system: true, schema: true } }
  },
  createReader: () => createClaudeReader(),
  // SIGTERM leaves its running tool behind.
  stopSignal: 'SIGINT',
})

const CLAUDE: Dialect = {
  tools: {
    shell: new Set(['Bash']),
    editing: new Set(['Edit', 'Write', 'MultiEdit', 'NotebookEdit']),
  },
  input: 'fresh',
  reportsOutput: false,
  reportsConversation: false,
}

export const createClaudeReader = (dialect: Dialect = CLAUDE): OutputReader =>
  new ClaudeReader(dialect)

/** Claude Code takes the text until then for its answer. */
const BROKE_OFF = 'its answer broke off before its end: its provider closed the stream'

/**
 * Reads the `stream-json` events of Claude Code. An API error ends in a `result` of subtype `success` with `is_error: true`:
 * `is_error` alone decides. The error's code stands on the synthetic `assistant` event before it, its reset time on a
 * `rate_limit_event`.
 */
class ClaudeReader extends EventReader {
  protected override readonly tools
  readonly #answers: AnswerUsage
  /** The code on the last synthetic answer. */
  #errorCode: string | null = null
  /** The account's limit is used up; when it is reset, ms. */
  #limit: { readonly resetAt: number | null } | null = null
  /** The error for which it retries, until the next event; the failure if it ends meanwhile. */
  #retrying: WorkFailure | null = null

  constructor(dialect: Dialect) {
    super()
    this.tools = dialect.tools
    this.#answers = new AnswerUsage(dialect)
  }

  override finish() {
    return {
      ...super.finish(),
      failure: this.failure ?? this.#retrying,
      // A run that was ended before its result has used at least the tokens of its answers.
      usage: this.usage ?? atLeast(this.#answers.usage()),
    }
  }

  protected onEvent(event: JsonObject, at: number): void {
    if (this.conversation === null) this.onConversation(event.text('session_id'))
    switch (event.text('type')) {
      case 'system':
        if (event.text('subtype') === 'api_retry') this.#onRetry(event, at)
        return
      case 'rate_limit_event':
        return this.#onLimit(event.object('rate_limit_info'))
      case 'assistant':
        this.#retrying = null
        return this.#onAssistant(event)
      case 'user':
        for (const block of event.object('message').objects('content')) this.#onResultBlock(block)
        return
      case 'result':
        return this.#onResult(event, at)
    }
  }

  #onRetry(event: JsonObject, at: number): void {
    const code = event.text('error')
    const status = event.number('error_status')
    const tries = `try ${event.number('attempt') ?? '?'} of ${event.number('max_retries') ?? '?'}`
    const why = `its provider answered ${status ?? 'nothing'}${code === null ? '' : ` (${code})`}; ${tries}`
    this.#retrying = providerFailure({ code, status, message: why, at })
    this.onWaiting(why, at, event.number('retry_delay_ms'))
  }

  #onLimit(info: JsonObject): void {
    if (info.text('status') !== 'rejected') return
    const seconds = info.number('resetsAt')
    const kind = info.text('rateLimitType')
    // Any 429 is reported as `rejected`; one that names no limit means that the provider is overloaded.
    if (seconds === null && kind === null) return
    const resetAt = seconds === null ? null : seconds * 1000
    this.#limit = { resetAt }
    const which = kind?.replaceAll('_', '-') ?? 'usage'
    const why = clip(`its account's ${which} limit is used up`)
    this.report({ kind: 'waiting', until: resetAt, why })
  }

  #onAssistant(event: JsonObject): void {
    const code = event.text('error')
    if (code !== null) {
      this.#errorCode = code
      return // The result repeats its text.
    }
    const message = event.object('message')
    for (const block of message.objects('content')) this.#onBlock(block)
    const usage = this.#answers.note(message)
    if (usage) this.report({ kind: 'usage', usage })
  }

  #onBlock(block: JsonObject): void {
    switch (block.text('type')) {
      case 'text':
        return this.onText('text', block.text('text'))
      case 'thinking':
        return this.onText('thinking', block.text('thinking'))
      case 'tool_use':
        return this.#onToolUse(block)
    }
  }

  #onToolUse(block: JsonObject): void {
    const input = block.object('input')
    const name = block.text('name')
    if (name !== 'AskUserQuestion') {
      this.onToolCall({ id: block.text('id'), name, input })
      return
    }
    const asked = input.objects('questions').map((question) => question.text('question') ?? '')
    this.report({ kind: 'question', text: clip(asked.join('\n')) })
  }

  #onResultBlock(block: JsonObject): void {
    if (block.text('type') !== 'tool_result') return
    const parts = block
      .objects('content')
      .map((part) => part.text('text') ?? `[${part.text('type') ?? '?'}]`)
    const text = block.text('content') ?? parts.join('\n')
    this.onToolResult(block.text('tool_use_id'), !block.isTrue('is_error'), text)
  }

  #onResult(event: JsonObject, at: number): void {
    const isGood = event.get('is_error') === false
    const isCut = this.#answers.uncounted(event) !== null
    const text = isCut && isGood ? BROKE_OFF : textOf(event)
    this.#retrying = null
    this.failure = null
    this.onUsage(this.#answers.usageOfResult(event))
    const denials = event.objects('permission_denials').length
    if (denials > 0) {
      const message = `its permissions refused ${denials} tool ${denials === 1 ? 'call' : 'calls'}`
      this.report({ kind: 'error', message, class: null })
    }
    const isOk = isGood && !isCut
    if (!isOk) this.onFailure(this.#failureOf(event, text, at), text)
    const structured = event.object('structured_output')
    this.onFinal(isOk, text, isOk && structured.isThere ? structured.toJSON() : undefined)
  }

  #failureOf(event: JsonObject, text: string | null, at: number): WorkFailure {
    const status = event.number('api_error_status')
    const message = text ?? 'it ended with an error and gave no reason'
    const isTooLong = event.text('terminal_reason') === 'prompt_too_long'
    const code = isTooLong ? 'prompt_too_long' : this.#errorCode
    if (code === null && status === null && !event.isTrue('is_api_error')) {
      const subtype = event.text('subtype') ?? 'error'
      return workFailure('crash', oneLine(message), { detail: `${subtype}: ${message}` })
    }
    const limitCode = this.#limit !== null && status === 429 ? 'usage_limit_reached' : code
    const resetAt = this.#limit?.resetAt ?? null
    return providerFailure({ code: limitCode, status, message, resetAt, at })
  }
}

function textOf(event: JsonObject): string | null {
  const errors = event.get('errors')
  const texts = Array.isArray(errors) ? errors.filter((one) => typeof one === 'string') : []
  return event.text('result') ?? (texts.length > 0 ? texts.join('\n') : null)
}
