/**
 * Reads the `stream-json` events of Claude Code. An API error ends in a `result` of subtype `success` with `is_error: true`:
 * `is_error` alone decides. The error's code stands on the synthetic `assistant` event before it, its reset time on a
 * `rate_limit_event`.
 */
import type { ToldUsage } from '../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../domain/output.ts'
import {
  noteAnswer,
  uncounted,
  usageOfAnswers,
  usageOfResult,
  type Answers,
  type Dialect,
} from './claude-usage.ts'
import type { OutputReader, OutputSummary } from './executor.ts'
import {
  isTrueAt,
  numberAt,
  objectAt,
  objectsAt,
  parseEvent,
  textAt,
  type JsonObject,
} from './json-event.ts'
import { providerFailure } from './provider-failure.ts'
import { mayChangeThings } from './tool-effect.ts'
import { summaryOf } from './tool-summary.ts'
import { atLeast } from './usage-sum.ts'

interface State {
  final: OutputSummary['final']
  failure: WorkFailure | null
  usage: ToldUsage | null
  /** Each answer so far by its id; a message comes in several events. */
  readonly answers: Answers
  /** A stream broke, and its request was sent again in one piece: what the first one used is told nowhere. */
  isRedone: boolean
  conversation: string | null
  mutatingToolCalls: number
  /** Calls that would change something, waiting for their result. */
  readonly pending: Set<string>
  /** The code on the last synthetic answer. */
  errorCode: string | null
  /** The account's limit is used up; when it is reset, ms. */
  limit: { readonly resetAt: number | null } | null
  /** What it retries for, until something else is heard; the reason if it dies meanwhile. */
  retrying: WorkFailure | null
  readonly dialect: Dialect
}

const CLAUDE: Dialect = {
  tools: { shell: 'Bash', editing: new Set(['Edit', 'Write', 'MultiEdit', 'NotebookEdit']) },
  input: 'fresh',
  tellsOutput: false,
  tellsConversation: false,
}

export function createClaudeReader(dialect: Dialect = CLAUDE): OutputReader {
  const state: State = {
    final: null,
    failure: null,
    usage: null,
    answers: new Map(),
    isRedone: false,
    conversation: null,
    mutatingToolCalls: 0,
    pending: new Set(),
    errorCode: null,
    limit: null,
    retrying: null,
    dialect,
  }
  return {
    read(line, writtenAt) {
      const event = parseEvent(line)
      if (!event) return line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]
      return onEvent(state, event, writtenAt)
    },
    finish: () => ({
      final: state.final,
      failure: state.failure ?? state.retrying,
      // What was ended before its result has used at least what its answers say.
      usage: state.usage ?? atLeast(usageOfAnswers(state)),
      conversation: state.conversation,
      mutatingToolCalls: state.mutatingToolCalls,
    }),
  }
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const conversation = textAt(event, 'session_id')
  const isNew = conversation !== null && state.conversation === null
  if (isNew) state.conversation = conversation
  const head: OutputReport[] = isNew
    ? [{ kind: 'conversation', id: clip(conversation, MAX_SUMMARY) }]
    : []
  return [...head, ...reportsOf(state, event, at)]
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
        onToolResult(state, block),
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
  const delayMs = numberAt(event, 'retry_delay_ms')
  const tries = `try ${numberAt(event, 'attempt') ?? '?'} of ${numberAt(event, 'max_retries') ?? '?'}`
  const why = `its provider answered ${status ?? 'nothing'}${code === null ? '' : ` (${code})`}; ${tries}`
  state.retrying = providerFailure({ code, status, message: why, resetAt: null, at })
  return [
    { kind: 'waiting', until: delayMs === null ? null : Math.round(at + delayMs), why: clip(why) },
  ]
}

function onLimit(state: State, event: JsonObject): readonly OutputReport[] {
  const info = objectAt(event, 'rate_limit_info')
  if (textAt(info, 'status') !== 'rejected') return []
  const seconds = numberAt(info, 'resetsAt')
  const kind = textAt(info, 'rateLimitType')
  // Any 429 is told as `rejected`; one that names no limit is the provider's own traffic jam.
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
    return [] // The result repeats its words.
  }
  return [...blocks.flatMap((block) => onBlock(state, block)), ...usedBy(state, message)]
}

/** What it has used so far, when an answer says more of it. */
function usedBy(state: State, message: JsonObject | null): readonly OutputReport[] {
  // A streamed answer has no reason to stop yet; one that was asked for again in one piece has.
  if (!state.dialect.tellsOutput && textAt(message, 'stop_reason') !== null) state.isRedone = true
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
  const id = clip(textAt(block, 'id') ?? '', MAX_SUMMARY)
  const name = clip(textAt(block, 'name') ?? 'tool', MAX_SUMMARY)
  const input = objectAt(block, 'input')
  if (name === 'AskUserQuestion') {
    const asked = objectsAt(input, 'questions').map(
      (question) => textAt(question, 'question') ?? '',
    )
    return [{ kind: 'question', text: clip(asked.join('\n')) }]
  }
  const line = textAt(input, 'command')
  const { shell, editing } = state.dialect.tools
  if (editing.has(name) || (name === shell && line !== null && mayChangeThings(line)))
    state.pending.add(id)
  return [
    {
      kind: 'tool-call',
      id,
      name,
      summary: summaryOf(input),
      input: clip(JSON.stringify(input ?? {})),
    },
  ]
}

function onToolResult(state: State, block: JsonObject): readonly OutputReport[] {
  if (textAt(block, 'type') !== 'tool_result') return []
  const id = clip(textAt(block, 'tool_use_id') ?? '', MAX_SUMMARY)
  const isOk = !isTrueAt(block, 'is_error')
  if (state.pending.delete(id) && isOk) state.mutatingToolCalls++
  const parts = objectsAt(block, 'content').map(
    (part) => textAt(part, 'text') ?? `[${textAt(part, 'type') ?? '?'}]`,
  )
  return [
    { kind: 'tool-result', id, ok: isOk, text: clip(textAt(block, 'content') ?? parts.join('\n')) },
  ]
}

function wordsOf(event: JsonObject): string | null {
  const errors = Array.isArray(event.errors)
    ? event.errors.filter((one) => typeof one === 'string')
    : []
  return textAt(event, 'result') ?? (errors.length > 0 ? errors.join('\n') : null)
}

/** It takes what came until then for its answer. */
const BROKE_OFF = 'its answer broke off before its end: its provider closed the stream'

function onResult(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const isCut = uncounted(state, event) !== null
  const isOk = event.is_error === false && !isCut
  const text = isCut && event.is_error === false ? BROKE_OFF : wordsOf(event)
  state.final = { ok: isOk, text }
  state.retrying = null
  state.failure = isOk ? null : failureOf(state, event, { text, at })
  state.usage = usageOfResult(state, event)
  const reports: OutputReport[] = [{ kind: 'usage', usage: state.usage }]
  const denials = objectsAt(event, 'permission_denials').length
  if (denials > 0) {
    const message = `its permissions refused ${denials} tool ${denials === 1 ? 'call' : 'calls'}`
    reports.push({ kind: 'error', message, class: null })
  }
  if (state.failure) {
    reports.push({
      kind: 'error',
      message: clip(text ?? state.failure.reason),
      class: state.failure.class,
    })
  }
  reports.push({ kind: 'result', ok: isOk, text: clip(text ?? '') })
  return reports
}

function failureOf(
  state: State,
  event: JsonObject,
  said: { text: string | null; at: number },
): WorkFailure {
  const status = numberAt(event, 'api_error_status')
  const message = said.text ?? 'it ended with an error and gave no reason'
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
    at: said.at,
  })
}
