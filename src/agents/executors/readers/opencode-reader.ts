/**
 * Reads the events of `opencode run --format json`. There is no final event: a step that ends with `stop` is the end of a good run, an
 * `error` that of a bad one. Tokens and cost are reported per step; retries only on stderr.
 */
import type { Usage } from '../../../domain/agent.ts'
import { workFailure } from '../../../domain/failure.ts'
import { clip, oneLine, type OutputReport } from '../../../domain/output.ts'
import type { OutputReader } from '../executor.ts'
import { isTrueAt, numberAt, objectAt, parseEvent, textAt, type JsonObject } from './json-event.ts'
import { codeOfBody, providerFailure, resetOfBody } from './provider-failure.ts'
import {
  callReport,
  createEventReader,
  emptyState,
  failureReport,
  onConversation,
  onFinal,
  onToolResult,
  waitingReport,
  type ReaderState,
} from './reader.ts'
import { isChange } from './tool-call.ts'
import { atLeast, sumUsage, usageFrom } from './usage-sum.ts'

interface State extends ReaderState {
  lastText: string | null
  /** A step has begun and has not reported its tokens yet. */
  isStepOpen: boolean
  /** A step was begun again, or sub-agents worked: the tokens of those are reported nowhere. */
  hasUncounted: boolean
}

const TOOLS = {
  editing: new Set(['edit', 'write', 'patch', 'apply_patch', 'multiedit']),
  shell: new Set(['bash']),
}

export function createOpencodeReader(): OutputReader {
  const state: State = { ...emptyState(), lastText: null, isStepOpen: false, hasUncounted: false }
  return createEventReader(state, {
    onEvent(event, at) {
      const isNew = state.conversation === null
      const head = isNew ? onConversation(state, textAt(event, 'sessionID')) : []
      return [...head, ...onEvent(state, event, at)]
    },
    readError: onErrorLine,
    summary: () => ({
      usage: state.isStepOpen || state.hasUncounted ? atLeast(state.usage) : state.usage,
    }),
  })
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const part = objectAt(event, 'part')
  const text = textAt(part, 'text') ?? ''
  switch (textAt(event, 'type')) {
    case 'step_start':
      // The run goes on, so an earlier answer is not its last.
      state.final = null
      if (state.isStepOpen) state.hasUncounted = true
      state.isStepOpen = true
      return []
    case 'text':
      state.lastText = text
      return [{ kind: 'text', text: clip(text) }]
    case 'reasoning':
      return [{ kind: 'thinking', text: clip(text) }]
    case 'tool_use':
      return onTool(state, part)
    case 'step_finish':
      return onStepFinish(state, part)
    case 'error':
      return onError(state, objectAt(event, 'error'), at)
    default:
      return []
  }
}

/** A call is reported once, when it has ended. */
function onTool(state: State, part: JsonObject | null): readonly OutputReport[] {
  // A text before a call is no final answer.
  state.lastText = null
  if (helperSession(part) !== null) state.hasUncounted = true
  const result = objectAt(part, 'state')
  const input = objectAt(result, 'input')
  const id = textAt(part, 'callID')
  const call = callReport({ id, name: textAt(part, 'tool'), input })
  const ok = isSuccess(result)
  if (ok && isChange(TOOLS, call.name, input)) state.mutatingToolCalls++
  const text = textAt(result, 'output') ?? textAt(result, 'error') ?? ''
  return [
    { ...call, summary: call.summary || oneLine(textAt(result, 'title') ?? '') },
    onToolResult(state, { id, ok, text }),
  ]
}

/** The session of the sub-agent that a call of `task` began; null for any other part. */
export const helperSession = (part: JsonObject | null): string | null =>
  textAt(part, 'tool') === 'task'
    ? textAt(objectAt(objectAt(part, 'state'), 'metadata'), 'sessionId')
    : null

/** `completed` only says that a command ran; its exit code stands beside it. */
function isSuccess(call: JsonObject | null): boolean {
  const exit = objectAt(call, 'metadata')?.exit
  return textAt(call, 'status') === 'completed' && (typeof exit !== 'number' || exit === 0)
}

function onStepFinish(state: State, part: JsonObject | null): readonly OutputReport[] {
  state.isStepOpen = false
  if (isBroken(part)) state.hasUncounted = true
  state.usage = sumUsage(state.usage, usageOfStep(part))
  const usage: OutputReport = { kind: 'usage', usage: state.usage }
  const reason = textAt(part, 'reason') ?? 'unknown'
  if (reason === 'tool-calls') return [usage]
  const isOk = reason === 'stop'
  const text = isOk ? state.lastText : `its model stopped before its end (${oneLine(reason)})`
  state.failure = isOk ? null : workFailure('crash', text ?? '')
  return [usage, onFinal(state, isOk, text)]
}

/** The stream closed before the reason and the tokens, which come last. */
const isBroken = (part: JsonObject | null): boolean =>
  textAt(part, 'reason') === 'unknown' && !usageOfStep(part).inputTokens

function onError(state: State, error: JsonObject | null, at: number): readonly OutputReport[] {
  const data = objectAt(error, 'data')
  const name = textAt(error, 'name') ?? 'error'
  const message = textAt(data, 'message') ?? name
  const body = objectAt(parseEvent(textAt(data, 'responseBody') ?? ''), 'error')
  state.failure = providerFailure({
    code: codeOfBody(body) ?? CODES[name] ?? null,
    status: numberAt(data, 'statusCode'),
    message,
    resetAt: resetOfBody(body) ?? retryAfter(data, at),
    at,
  })
  return [failureReport(state.failure, message), onFinal(state, false, message)]
}

/** Errors that opencode raises itself, without an answer of a server. */
const CODES: Readonly<Record<string, string>> = {
  ProviderAuthError: 'authentication_error',
  ProviderModelNotFoundError: 'model_not_found',
  ContextOverflowError: 'context_length_exceeded',
}

/** Only of an error that opencode takes for a passing one. */
function retryAfter(data: JsonObject | null, at: number): number | null {
  if (!isTrueAt(data, 'isRetryable')) return null
  const seconds = Number(textAt(objectAt(data, 'responseHeaders'), 'retry-after') ?? '')
  return seconds > 0 ? at + seconds * 1000 : null
}

/** `… level=ERROR … message="stream error" … error.error="AI_APICallError: Overloaded"`: another try follows, or an `error`. */
function onErrorLine(line: string): readonly OutputReport[] {
  if (!line.startsWith('timestamp=') || !line.includes(' message="stream error" ')) return []
  const error = /error\.error="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? 'an error'
  return [waitingReport(`its provider answered: ${oneLine(error)}`)]
}

/** Of a step, or of the message that holds its counts. */
export function usageOfStep(part: JsonObject | null): Usage {
  const tokens = objectAt(part, 'tokens')
  const cache = objectAt(tokens, 'cache')
  const cost = numberAt(part, 'cost')
  return usageFrom({
    fresh: numberAt(tokens, 'input'),
    cached: numberAt(cache, 'read'),
    written: numberAt(cache, 'write'),
    output: numberAt(tokens, 'output'),
    reasoning: numberAt(tokens, 'reasoning'),
    // 0 means that it knows no price.
    costUsd: cost === 0 ? null : cost,
  })
}
