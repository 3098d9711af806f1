/**
 * Reads the messages that `kimi --output-format stream-json` prints, one per line. An answer without tool calls is its final one. There
 * is no error event: what failed is the last line of stderr, with a code of its own.
 */
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../domain/output.ts'
import type { OutputReader, OutputSummary } from './executor.ts'
import { numberAt, objectAt, objectsAt, parseEvent, textAt, type JsonObject } from './json-event.ts'
import { providerFailure } from './provider-failure.ts'
import { mayChangeThings } from './tool-effect.ts'
import { summaryOf } from './tool-summary.ts'

interface State {
  final: OutputSummary['final']
  /** As stderr has it. Tools print there too, so it counts only without a last answer. */
  failure: WorkFailure | null
  conversation: string | null
  mutatingToolCalls: number
  /** Calls that would change something, waiting for their result. */
  readonly pending: Set<string>
}

const EDITING_TOOLS = new Set(['Write', 'Edit'])

export function createKimiReader(): OutputReader {
  const state: State = {
    final: null,
    failure: null,
    conversation: null,
    mutatingToolCalls: 0,
    pending: new Set(),
  }
  return {
    read(line, writtenAt) {
      const message = parseEvent(line)
      if (!message) return line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]
      return onMessage(state, message, writtenAt)
    },
    readError: (line, writtenAt) => onErrorLine(state, line, writtenAt),
    finish: () => ({
      final: state.final,
      failure: state.final === null ? state.failure : null,
      usage: null,
      conversation: state.conversation,
      mutatingToolCalls: state.mutatingToolCalls,
    }),
  }
}

function onMessage(state: State, message: JsonObject, at: number): readonly OutputReport[] {
  const text = textOf(message)
  switch (textAt(message, 'role')) {
    case 'assistant':
      return onAnswer(state, message, text)
    case 'tool': {
      const id = clip(textAt(message, 'tool_call_id') ?? '', MAX_SUMMARY)
      // Whether it failed is not told.
      if (state.pending.delete(id)) state.mutatingToolCalls++
      return [{ kind: 'tool-result', id, ok: true, text: clip(text) }]
    }
    case 'meta':
      return onMeta(state, message, at)
    default:
      return []
  }
}

function onMeta(state: State, message: JsonObject, at: number): readonly OutputReport[] {
  if (textAt(message, 'type') === 'turn.step.retrying') {
    const status = numberAt(message, 'status_code')
    const delayMs = numberAt(message, 'delay_ms')
    const tries = `try ${numberAt(message, 'failed_attempt') ?? '?'} of ${numberAt(message, 'max_attempts') ?? '?'}`
    const why = `its provider answered ${status ?? 'with an error'}; ${tries} failed`
    return [{ kind: 'waiting', until: delayMs === null ? null : Math.round(at + delayMs), why }]
  }
  const id = textAt(message, 'session_id')
  if (textAt(message, 'type') !== 'session.resume_hint' || id === null) return []
  state.conversation = id
  return [{ kind: 'conversation', id: clip(id, MAX_SUMMARY) }]
}

const CODES: Readonly<Record<string, string>> = {
  'provider.auth_error': 'authentication_error',
  'context.overflow': 'context_length_exceeded',
}

/** `error: failed to run prompt: provider.auth_error: 401 Invalid API key`. */
function onErrorLine(state: State, line: string, at: number): readonly OutputReport[] {
  const said = /^error: failed to run prompt: (.+)$/.exec(line)?.[1]
  if (said === undefined) return []
  const [, code = '', status, words] =
    /^([a-z_]+(?:\.[a-z_]+)+): (?:(\d{3}) )?(.*)$/.exec(said) ?? []
  state.failure =
    words === undefined
      ? workFailure('crash', oneLine(said))
      : providerFailure({
          code: CODES[code] ?? null,
          status: status === undefined ? null : Number(status),
          message: words,
          resetAt: null,
          at,
        })
  return [{ kind: 'error', message: clip(said), class: state.failure.class }]
}

function onAnswer(state: State, message: JsonObject, text: string): readonly OutputReport[] {
  const calls = objectsAt(message, 'tool_calls')
  const thoughts = objectsAt(message, 'content').flatMap((part): OutputReport[] => {
    const thought = textAt(part, 'think')
    return thought === null ? [] : [{ kind: 'thinking', text: clip(thought) }]
  })
  state.final = calls.length === 0 ? { ok: true, text } : null
  const said: OutputReport[] = text === '' ? [] : [{ kind: 'text', text: clip(text) }]
  const reports = [...thoughts, ...said, ...calls.map((call) => onCall(state, call))]
  return state.final ? [...reports, { kind: 'result', ok: true, text: clip(text) }] : reports
}

function onCall(state: State, call: JsonObject): OutputReport {
  const id = clip(textAt(call, 'id') ?? '', MAX_SUMMARY)
  const called = objectAt(call, 'function')
  const name = clip(textAt(called, 'name') ?? 'tool', MAX_SUMMARY)
  const json = textAt(called, 'arguments') ?? '{}'
  const input = parseEvent(json)
  const line = name === 'Shell' || name === 'Bash' ? textAt(input, 'command') : null
  if (EDITING_TOOLS.has(name) || (line !== null && mayChangeThings(line))) state.pending.add(id)
  return { kind: 'tool-call', id, name, summary: summaryOf(input), input: clip(json) }
}

/** A text, or a list of parts. */
function textOf(message: JsonObject): string {
  const whole = textAt(message, 'content')
  if (whole !== null) return whole
  return objectsAt(message, 'content')
    .map((part) => textAt(part, 'text') ?? '')
    .join('')
}
