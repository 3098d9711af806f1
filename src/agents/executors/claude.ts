/** `claude`: Claude Code, headless, with its stream of JSON events. Prompt on stdin; we choose the conversation's id. */
import { ok } from '../../base/result.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, oneLine, type OutputReport } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { Executor, OutputReader } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findAgentCli, firstPrompt, programOf, resumedOf, toolsFile } from './launch/program.ts'
import {
  noteAnswer,
  uncounted,
  usageOfAnswers,
  usageOfResult,
  type Answers,
  type Dialect,
} from './readers/claude-usage.ts'
import { providerFailure } from './readers/provider-failure.ts'
import {
  atLeast,
  createEventReader,
  emptyState,
  failureReport,
  isChange,
  isTrueAt,
  nameOfCall,
  numberAt,
  objectAt,
  objectsAt,
  onConversation,
  onFinal,
  onToolCall,
  onToolResult,
  textAt,
  waitingReport,
  type JsonObject,
  type ReaderState,
} from './readers/reader.ts'

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

// Reads the `stream-json` events of Claude Code. An API error ends in a `result` of subtype `success` with `is_error: true`:
// `is_error` alone decides. The error's code stands on the synthetic `assistant` event before it, its reset time on a
// `rate_limit_event`.

interface State extends ReaderState {
  /** Each answer so far by its id; a message comes in several events. */
  readonly answers: Answers
  /** A stream broke, and its request was sent again in one piece: the tokens of the first one are reported nowhere. */
  isRedone: boolean
  /** The code on the last synthetic answer. */
  errorCode: string | null
  /** The account's limit is used up; when it is reset, ms. */
  limit: { readonly resetAt: number | null } | null
  /** The error for which it retries, until the next event; the failure if it ends meanwhile. */
  retrying: WorkFailure | null
  readonly dialect: Dialect
}

const CLAUDE: Dialect = {
  tools: {
    shell: new Set(['Bash']),
    editing: new Set(['Edit', 'Write', 'MultiEdit', 'NotebookEdit']),
  },
  input: 'fresh',
  reportsOutput: false,
  reportsConversation: false,
}

export function createClaudeReader(dialect: Dialect = CLAUDE): OutputReader {
  const state: State = {
    ...emptyState(),
    answers: new Map(),
    isRedone: false,
    errorCode: null,
    limit: null,
    retrying: null,
    dialect,
  }
  return createEventReader(state, {
    onEvent(event, at) {
      const isNew = state.conversation === null
      const head = isNew ? onConversation(state, textAt(event, 'session_id')) : []
      return [...head, ...reportsOf(state, event, at)]
    },
    summary: () => ({
      failure: state.failure ?? state.retrying,
      // A run that was ended before its result has used at least the tokens of its answers.
      usage: state.usage ?? atLeast(usageOfAnswers(state)),
    }),
  })
}

function reportsOf(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  switch (textAt(event, 'type')) {
    case 'system':
      return textAt(event, 'subtype') === 'api_retry' ? onRetry(state, event, at) : []
    case 'rate_limit_event':
      return onLimit(state, event)
    case 'assistant':
      state.retrying = null
      return onAssistant(state, event)
    case 'user':
      return objectsAt(objectAt(event, 'message'), 'content').flatMap((block) =>
        onResultBlock(state, block),
      )
    case 'result':
      return onResult(state, event, at)
    default:
      return []
  }
}

function onRetry(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const code = textAt(event, 'error')
  const status = numberAt(event, 'error_status')
  const tries = `try ${numberAt(event, 'attempt') ?? '?'} of ${numberAt(event, 'max_retries') ?? '?'}`
  const why = `its provider answered ${status ?? 'nothing'}${code === null ? '' : ` (${code})`}; ${tries}`
  state.retrying = providerFailure({ code, status, message: why, at })
  return [waitingReport(why, at, numberAt(event, 'retry_delay_ms'))]
}

function onLimit(state: State, event: JsonObject): readonly OutputReport[] {
  const info = objectAt(event, 'rate_limit_info')
  if (textAt(info, 'status') !== 'rejected') return []
  const seconds = numberAt(info, 'resetsAt')
  const kind = textAt(info, 'rateLimitType')
  // Any 429 is reported as `rejected`; one that names no limit means that the provider is overloaded.
  if (seconds === null && kind === null) return []
  const resetAt = seconds === null ? null : seconds * 1000
  state.limit = { resetAt }
  const which = kind?.replaceAll('_', '-') ?? 'usage'
  return [{ kind: 'waiting', until: resetAt, why: clip(`its account's ${which} limit is used up`) }]
}

function onAssistant(state: State, event: JsonObject): readonly OutputReport[] {
  const message = objectAt(event, 'message')
  const blocks = objectsAt(message, 'content')
  const code = textAt(event, 'error')
  if (code !== null) {
    state.errorCode = code
    return [] // The result repeats its text.
  }
  return [...blocks.flatMap((block) => onBlock(state, block)), ...usedBy(state, message)]
}

/** The tokens used so far, when an answer adds to them. */
function usedBy(state: State, message: JsonObject | null): readonly OutputReport[] {
  // A streamed answer has no reason to stop yet; one that was asked for again in one piece has.
  if (!state.dialect.reportsOutput && textAt(message, 'stop_reason') !== null) state.isRedone = true
  const used = noteAnswer(state, message) ? usageOfAnswers(state) : null
  return used ? [{ kind: 'usage', usage: used }] : []
}

function onBlock(state: State, block: JsonObject): readonly OutputReport[] {
  switch (textAt(block, 'type')) {
    case 'text':
      return [{ kind: 'text', text: clip(textAt(block, 'text') ?? '') }]
    case 'thinking':
      return [{ kind: 'thinking', text: clip(textAt(block, 'thinking') ?? '') }]
    case 'tool_use':
      return onToolUse(state, block)
    default:
      return []
  }
}

function onToolUse(state: State, block: JsonObject): readonly OutputReport[] {
  const input = objectAt(block, 'input')
  const call = { id: textAt(block, 'id'), name: textAt(block, 'name'), input }
  const name = nameOfCall(call)
  if (name === 'AskUserQuestion') {
    const asked = objectsAt(input, 'questions').map(
      (question) => textAt(question, 'question') ?? '',
    )
    return [{ kind: 'question', text: clip(asked.join('\n')) }]
  }
  return [onToolCall(state, call, isChange(state.dialect.tools, name, input))]
}

function onResultBlock(state: State, block: JsonObject): readonly OutputReport[] {
  if (textAt(block, 'type') !== 'tool_result') return []
  const parts = objectsAt(block, 'content').map(
    (part) => textAt(part, 'text') ?? `[${textAt(part, 'type') ?? '?'}]`,
  )
  const text = textAt(block, 'content') ?? parts.join('\n')
  const ok = !isTrueAt(block, 'is_error')
  return [onToolResult(state, { id: textAt(block, 'tool_use_id'), ok, text })]
}

function textOf(event: JsonObject): string | null {
  const errors = Array.isArray(event.errors)
    ? event.errors.filter((one) => typeof one === 'string')
    : []
  return textAt(event, 'result') ?? (errors.length > 0 ? errors.join('\n') : null)
}

/** Claude Code takes the text until then for its answer. */
const BROKE_OFF = 'its answer broke off before its end: its provider closed the stream'

function onResult(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const isCut = uncounted(state, event) !== null
  const isOk = event.is_error === false && !isCut
  const text = isCut && event.is_error === false ? BROKE_OFF : textOf(event)
  state.retrying = null
  state.failure = isOk ? null : failureOf(state, event, { text, at })
  state.usage = usageOfResult(state, event)
  const reports: OutputReport[] = [{ kind: 'usage', usage: state.usage }]
  const denials = objectsAt(event, 'permission_denials').length
  if (denials > 0) {
    const message = `its permissions refused ${denials} tool ${denials === 1 ? 'call' : 'calls'}`
    reports.push({ kind: 'error', message, class: null })
  }
  if (state.failure) reports.push(failureReport(state.failure, text))
  reports.push(onFinal(state, isOk, text))
  return reports
}

function failureOf(
  state: State,
  event: JsonObject,
  { text, at }: { readonly text: string | null; readonly at: number },
): WorkFailure {
  const status = numberAt(event, 'api_error_status')
  const message = text ?? 'it ended with an error and gave no reason'
  const code =
    textAt(event, 'terminal_reason') === 'prompt_too_long' ? 'prompt_too_long' : state.errorCode
  if (code === null && status === null && !isTrueAt(event, 'is_api_error')) {
    const subtype = textAt(event, 'subtype') ?? 'error'
    return workFailure('crash', oneLine(message), { detail: `${subtype}: ${message}` })
  }
  const isLimit = state.limit !== null && status === 429
  const resetAt = state.limit?.resetAt ?? null
  return providerFailure({
    code: isLimit ? 'usage_limit_reached' : code,
    status,
    message,
    resetAt,
    at,
  })
}
