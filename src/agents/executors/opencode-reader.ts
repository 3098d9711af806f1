/**
 * Reads the events of `opencode run --format json`. There is no last word: a step that ends with `stop` is the end of a good run, and
 * an `error` that of a bad one. Tokens and cost are told per step. That it tries again stands only on stderr.
 */
import type { Usage } from '../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../domain/output.ts'
import type { OutputReader, OutputSummary } from './executor.ts'
import { isTrueAt, numberAt, objectAt, parseEvent, textAt, type JsonObject } from './json-event.ts'
import { providerFailure } from './provider-failure.ts'
import { mayChangeThings } from './tool-effect.ts'
import { summaryOf } from './tool-summary.ts'
import { atLeast, sumUsage } from './usage-sum.ts'

interface State {
  final: OutputSummary['final']
  failure: WorkFailure | null
  usage: Usage | null
  conversation: string | null
  mutatingToolCalls: number
  lastText: string | null
  /** A step has begun, and did not tell its tokens yet. */
  isStepOpen: boolean
  /** A step was begun again, or sub-agents worked: what those used is told nowhere. */
  hasUntold: boolean
}

const EDITING_TOOLS = new Set(['edit', 'write', 'patch', 'apply_patch', 'multiedit'])

export function createOpencodeReader(): OutputReader {
  const state: State = {
    final: null,
    failure: null,
    usage: null,
    conversation: null,
    mutatingToolCalls: 0,
    lastText: null,
    isStepOpen: false,
    hasUntold: false,
  }
  return {
    read(line, writtenAt) {
      const event = parseEvent(line)
      if (!event) return line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]
      const conversation = textAt(event, 'sessionID')
      const isNew = conversation !== null && state.conversation === null
      if (isNew) state.conversation = conversation
      const head: OutputReport[] = isNew
        ? [{ kind: 'conversation', id: clip(conversation, MAX_SUMMARY) }]
        : []
      return [...head, ...onEvent(state, event, writtenAt)]
    },
    readError: onErrorLine,
    finish: () => ({
      final: state.final,
      failure: state.failure,
      usage: state.isStepOpen || state.hasUntold ? atLeast(state.usage) : state.usage,
      conversation: state.conversation,
      mutatingToolCalls: state.mutatingToolCalls,
    }),
  }
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const part = objectAt(event, 'part')
  const text = textAt(part, 'text') ?? ''
  switch (textAt(event, 'type')) {
    case 'step_start':
      // It goes on, so what it said before was not its last word.
      state.final = null
      if (state.isStepOpen) state.hasUntold = true
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

/** Told once, when it has ended. */
function onTool(state: State, part: JsonObject | null): readonly OutputReport[] {
  // What it said before a call was no final answer.
  state.lastText = null
  const id = clip(textAt(part, 'callID') ?? '', MAX_SUMMARY)
  const name = clip(textAt(part, 'tool') ?? 'tool', MAX_SUMMARY)
  const call = objectAt(part, 'state')
  if (helperSession(part) !== null) state.hasUntold = true
  const input = objectAt(call, 'input')
  const isOk = isSuccess(call)
  if (isOk && changesThings(name, input)) state.mutatingToolCalls++
  const summary = summaryOf(input) || oneLine(textAt(call, 'title') ?? '')
  const text = textAt(call, 'output') ?? textAt(call, 'error') ?? ''
  return [
    { kind: 'tool-call', id, name, summary, input: clip(JSON.stringify(input ?? {})) },
    { kind: 'tool-result', id, ok: isOk, text: clip(text) },
  ]
}

/** The session of the sub-agent that a call of `task` began; null for any other part. */
export const helperSession = (part: JsonObject | null): string | null =>
  textAt(part, 'tool') === 'task'
    ? textAt(objectAt(objectAt(part, 'state'), 'metadata'), 'sessionId')
    : null

/** `completed` only says that a command ran; how it ended stands beside it. */
function isSuccess(call: JsonObject | null): boolean {
  const exit = objectAt(call, 'metadata')?.exit
  return textAt(call, 'status') === 'completed' && (typeof exit !== 'number' || exit === 0)
}

function changesThings(name: string, input: JsonObject | null): boolean {
  const line = name === 'bash' ? textAt(input, 'command') : null
  return EDITING_TOOLS.has(name) || (line !== null && mayChangeThings(line))
}

function onStepFinish(state: State, part: JsonObject | null): readonly OutputReport[] {
  state.isStepOpen = false
  if (isBroken(part)) state.hasUntold = true
  state.usage = sumUsage(state.usage, usageOfStep(part))
  const usage: OutputReport = { kind: 'usage', usage: state.usage }
  const reason = textAt(part, 'reason') ?? 'unknown'
  if (reason === 'tool-calls') return [usage]
  const isOk = reason === 'stop'
  const text = isOk ? state.lastText : `its model stopped before its end (${oneLine(reason)})`
  state.final = { ok: isOk, text }
  state.failure = isOk ? null : workFailure('crash', text ?? '')
  return [usage, { kind: 'result', ok: isOk, text: clip(text ?? '') }]
}

/** A stream that closed before it told its reason and its tokens, which come last. */
const isBroken = (part: JsonObject | null): boolean =>
  textAt(part, 'reason') === 'unknown' && !usageOfStep(part).inputTokens

function onError(state: State, error: JsonObject | null, at: number): readonly OutputReport[] {
  const data = objectAt(error, 'data')
  const name = textAt(error, 'name') ?? 'error'
  const message = textAt(data, 'message') ?? name
  const body = objectAt(parseEvent(textAt(data, 'responseBody') ?? ''), 'error')
  const resetsAt = numberAt(body, 'resets_at')
  state.final = { ok: false, text: message }
  state.failure = providerFailure({
    code: textAt(body, 'code') ?? textAt(body, 'type') ?? codeOf(name),
    status: numberAt(data, 'statusCode'),
    message,
    resetAt: resetsAt === null ? retryAfter(data, at) : resetsAt * 1000,
    at,
  })
  return [
    { kind: 'error', message: clip(message), class: state.failure.class },
    { kind: 'result', ok: false, text: clip(message) },
  ]
}

/** Errors of its own, which came from no server. */
const codeOf = (name: string): string | null =>
  ({
    ProviderAuthError: 'authentication_error',
    ProviderModelNotFoundError: 'model_not_found',
    ContextOverflowError: 'context_length_exceeded',
  })[name] ?? null

/** Only of an error that it takes for a passing one. */
function retryAfter(data: JsonObject | null, at: number): number | null {
  if (!isTrueAt(data, 'isRetryable')) return null
  const seconds = Number(textAt(objectAt(data, 'responseHeaders'), 'retry-after') ?? '')
  return seconds > 0 ? at + seconds * 1000 : null
}

/** `… level=ERROR … message="stream error" … error.error="AI_APICallError: Overloaded"`: another try follows, or an `error`. */
function onErrorLine(line: string): readonly OutputReport[] {
  if (!line.startsWith('timestamp=') || !line.includes(' message="stream error" ')) return []
  const said = /error\.error="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? 'an error'
  return [{ kind: 'waiting', until: null, why: clip(`its provider answered: ${oneLine(said)}`) }]
}

/** Of a step, or of the message that it became. */
export function usageOfStep(part: JsonObject | null): Usage {
  const tokens = objectAt(part, 'tokens')
  const cache = objectAt(tokens, 'cache')
  const cached = numberAt(cache, 'read')
  const fresh = numberAt(tokens, 'input')
  const output = numberAt(tokens, 'output')
  const reasoning = numberAt(tokens, 'reasoning')
  // A price of 0 means that it knows none.
  const cost = numberAt(part, 'cost')
  return {
    inputTokens: fresh === null ? null : fresh + (cached ?? 0) + (numberAt(cache, 'write') ?? 0),
    outputTokens: output === null ? null : output + (reasoning ?? 0),
    cachedTokens: cached,
    reasoningTokens: reasoning,
    costUsd: cost === 0 ? null : cost,
  }
}
