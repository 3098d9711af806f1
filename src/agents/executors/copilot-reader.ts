/**
 * Reads the lines of `copilot --output-format json`. Its last line has an exit code, which alone decides; why it failed stands on the
 * `session.error` before it. It tells no tokens and no price in money.
 */
import type { WorkFailure } from '../../domain/failure.ts'
import { workFailure } from '../../domain/failure.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../domain/output.ts'
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

interface State {
  final: OutputSummary['final']
  failure: WorkFailure | null
  conversation: string | null
  mutatingToolCalls: number
  /** Calls that would change something, waiting for their result. */
  readonly pending: Set<string>
  lastMessage: string | null
  lastError: string | null
}

const EDITING_TOOLS = new Set(['edit', 'create', 'str_replace_editor', 'apply_patch', 'write'])
const SHELL_TOOLS = new Set(['bash', 'powershell', 'shell'])

export function createCopilotReader(): OutputReader {
  const state: State = {
    final: null,
    failure: null,
    conversation: null,
    mutatingToolCalls: 0,
    pending: new Set(),
    lastMessage: null,
    lastError: null,
  }
  return {
    read(line, writtenAt) {
      const event = parseEvent(line)
      if (!event) return line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]
      return onEvent(state, event, writtenAt)
    },
    finish: () => ({
      final: state.final,
      failure: state.failure,
      usage: null,
      conversation: state.conversation,
      mutatingToolCalls: state.mutatingToolCalls,
    }),
  }
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const data = objectAt(event, 'data')
  switch (textAt(event, 'type')) {
    case 'assistant.message':
      return onMessage(state, data)
    case 'assistant.reasoning':
      return [{ kind: 'thinking', text: clip(textAt(data, 'content') ?? '') }]
    case 'tool.execution_start':
      return onToolStart(state, data)
    case 'tool.execution_complete':
      return onToolEnd(state, data)
    case 'model.call_failure':
      return onCallFailure(state, data, at)
    case 'assistant.idle':
      // It was stopped; its exit code may be 0 all the same.
      if (isTrueAt(data, 'aborted')) state.lastError ??= 'it was stopped'
      return []
    case 'session.error':
      return onError(state, data, at)
    case 'result':
      return onResult(state, event)
    default:
      return []
  }
}

function onMessage(state: State, data: JsonObject | null): readonly OutputReport[] {
  // Something was heard from the model again, so an earlier error was got over.
  state.failure = null
  const text = textAt(data, 'content') ?? ''
  state.lastMessage = objectsAt(data, 'toolRequests').length > 0 ? null : text
  return text === '' ? [] : [{ kind: 'text', text: clip(text) }]
}

function onToolStart(state: State, data: JsonObject | null): readonly OutputReport[] {
  const id = clip(textAt(data, 'toolCallId') ?? '', MAX_SUMMARY)
  const name = clip(textAt(data, 'toolName') ?? 'tool', MAX_SUMMARY)
  const input = objectAt(data, 'arguments')
  const line = SHELL_TOOLS.has(name) ? textAt(input, 'command') : null
  if (EDITING_TOOLS.has(name) || (line !== null && mayChangeThings(line))) state.pending.add(id)
  const summary = summaryOf(input)
  return [{ kind: 'tool-call', id, name, summary, input: clip(JSON.stringify(input ?? {})) }]
}

/** `success` only says that the tool ran; how a command ended stands beside it. */
function onToolEnd(state: State, data: JsonObject | null): readonly OutputReport[] {
  const id = clip(textAt(data, 'toolCallId') ?? '', MAX_SUMMARY)
  const exit = objectAt(data, 'shellExecution')?.exitCode
  const ok = data?.success === true && (typeof exit !== 'number' || exit === 0)
  if (state.pending.delete(id) && ok) state.mutatingToolCalls++
  const text =
    textAt(objectAt(data, 'result'), 'content') ?? textAt(objectAt(data, 'error'), 'message') ?? ''
  return [{ kind: 'tool-result', id, ok, text: clip(text) }]
}

/** Another try follows, or a `session.error`. */
function onCallFailure(state: State, data: JsonObject | null, at: number): readonly OutputReport[] {
  const status = numberAt(data, 'statusCode')
  const said = textAt(data, 'errorMessage') ?? `its provider answered ${status ?? 'nothing'}`
  const body = bodyIn(said)
  const message = textAt(body, 'message') ?? said
  const resetsAt = numberAt(body, 'resets_at')
  const resetAt = resetsAt === null ? null : resetsAt * 1000
  state.failure = providerFailure({ code: codeIn(said), status, message, resetAt, at })
  const number = (numberAt(data, 'retryAttempt') ?? 0) + 1
  const why = `its provider answered ${status ?? 'nothing'}; try ${number} failed`
  return [{ kind: 'waiting', until: null, why: clip(why) }]
}

function onError(state: State, data: JsonObject | null, at: number): readonly OutputReport[] {
  const message = textAt(data, 'message') ?? 'it ended with an error and gave no reason'
  const type = textAt(data, 'errorType')
  const failure = providerFailure({
    code: codeIn(message) ?? (type === null ? null : (ERROR_TYPES[type] ?? null)),
    status: numberAt(data, 'statusCode'),
    message,
    resetAt: null,
    at,
  })
  // The words of the provider say more than those that it was wrapped in.
  const isVague = failure.class === 'crash' || failure.class === 'rate-limit'
  state.failure = isVague && state.failure ? state.failure : failure
  state.lastError = message
  return [{ kind: 'error', message: clip(message), class: state.failure.class }]
}

const ERROR_TYPES: Readonly<Record<string, string>> = {
  authentication: 'authentication_error',
  authorization: 'permission_error',
  quota: 'insufficient_quota',
  context_limit: 'context_length_exceeded',
}

/** Some messages hold the provider's own body. */
function bodyIn(message: string): JsonObject | null {
  const start = message.indexOf('{')
  const body = start < 0 ? null : parseEvent(message.slice(start))
  return objectAt(body, 'error') ?? body
}

function codeIn(message: string): string | null {
  const body = bodyIn(message)
  return textAt(body, 'code') ?? textAt(body, 'type')
}

function onResult(state: State, event: JsonObject): readonly OutputReport[] {
  state.conversation = textAt(event, 'sessionId')
  const ok = event.exitCode === 0 && state.lastError === null
  const text = ok ? state.lastMessage : state.lastError
  state.final = { ok, text }
  if (ok) state.failure = null
  else state.failure ??= workFailure('crash', oneLine(text ?? '') || 'it ended with an error')
  const head: OutputReport[] =
    state.conversation === null
      ? []
      : [{ kind: 'conversation', id: clip(state.conversation, MAX_SUMMARY) }]
  return [...head, { kind: 'result', ok, text: clip(text ?? '') }]
}
