/**
 * Reads the messages that `kimi --output-format stream-json` prints, one per line. An answer without tool calls is its final one. There
 * is no error event: the cause of a failure is the last line of stderr, with a code of its own.
 */
import { workFailure } from '../../../domain/failure.ts'
import { clip, oneLine, type OutputReport } from '../../../domain/output.ts'
import type { OutputReader } from '../executor.ts'
import {
  joinedText,
  numberAt,
  objectAt,
  objectsAt,
  parseEvent,
  textAt,
  type JsonObject,
} from './json-event.ts'
import { providerFailure } from './provider-failure.ts'
import {
  createEventReader,
  emptyState,
  failureReport,
  nameOfCall,
  onConversation,
  onFinal,
  onToolCall,
  onToolResult,
  waitingReport,
  type ReaderState,
} from './reader.ts'
import { isChange } from './tool-call.ts'

const TOOLS = { editing: new Set(['Write', 'Edit']), shell: new Set(['Shell', 'Bash']) }

export function createKimiReader(): OutputReader {
  const state = emptyState()
  return createEventReader(state, {
    onEvent: (message, at) => onMessage(state, message, at),
    readError: (line, at) => onErrorLine(state, line, at),
    // Tools print on stderr too, so a failure from there counts only without a final answer.
    summary: () => ({ failure: state.final === null ? state.failure : null }),
  })
}

function onMessage(state: ReaderState, message: JsonObject, at: number): readonly OutputReport[] {
  const text = textAt(message, 'content') ?? joinedText(message)
  switch (textAt(message, 'role')) {
    case 'assistant':
      return onAnswer(state, message, text)
    case 'tool':
      // It does not say whether a call failed.
      return [onToolResult(state, { id: textAt(message, 'tool_call_id'), ok: true, text })]
    case 'meta':
      return onMeta(state, message, at)
    default:
      return []
  }
}

function onMeta(state: ReaderState, message: JsonObject, at: number): readonly OutputReport[] {
  if (textAt(message, 'type') === 'turn.step.retrying') {
    const status = numberAt(message, 'status_code')
    const tries = `try ${numberAt(message, 'failed_attempt') ?? '?'} of ${numberAt(message, 'max_attempts') ?? '?'}`
    const why = `its provider answered ${status ?? 'with an error'}; ${tries} failed`
    return [waitingReport(why, at, numberAt(message, 'delay_ms'))]
  }
  const id = textAt(message, 'session_id')
  return textAt(message, 'type') !== 'session.resume_hint' || id === null
    ? []
    : onConversation(state, id)
}

const CODES: Readonly<Record<string, string>> = {
  'provider.auth_error': 'authentication_error',
  'context.overflow': 'context_length_exceeded',
}

/** `error: failed to run prompt: provider.auth_error: 401 Invalid API key`. */
function onErrorLine(state: ReaderState, line: string, at: number): readonly OutputReport[] {
  const error = /^error: failed to run prompt: (.+)$/.exec(line)?.[1]
  if (error === undefined) return []
  const [, code = '', status, message] =
    /^([a-z_]+(?:\.[a-z_]+)+): (?:(\d{3}) )?(.*)$/.exec(error) ?? []
  state.failure =
    message === undefined
      ? workFailure('crash', oneLine(error))
      : providerFailure({
          code: CODES[code] ?? null,
          status: status === undefined ? null : Number(status),
          message,
          at,
        })
  return [failureReport(state.failure, error)]
}

function onAnswer(state: ReaderState, message: JsonObject, text: string): readonly OutputReport[] {
  const calls = objectsAt(message, 'tool_calls')
  const thoughts = objectsAt(message, 'content').flatMap((part): OutputReport[] => {
    const thought = textAt(part, 'think')
    return thought === null ? [] : [{ kind: 'thinking', text: clip(thought) }]
  })
  const texts: OutputReport[] = text === '' ? [] : [{ kind: 'text', text: clip(text) }]
  const reports = [...thoughts, ...texts, ...calls.map((call) => onCall(state, call))]
  if (calls.length === 0) return [...reports, onFinal(state, true, text)]
  state.final = null
  return reports
}

function onCall(state: ReaderState, event: JsonObject): OutputReport {
  const called = objectAt(event, 'function')
  const inputText = textAt(called, 'arguments') ?? '{}'
  const input = parseEvent(inputText)
  const call = { id: textAt(event, 'id'), name: textAt(called, 'name'), input, inputText }
  return onToolCall(state, call, isChange(TOOLS, nameOfCall(call), input))
}
