/**
 * Reads the messages that `kimi --print --output-format stream-json` prints, one per line, as its documentation describes them. There
 * is no last word and no error event: an answer without tool calls is its final one, and its exit code tells the rest.
 */
import { clip, MAX_SUMMARY, type OutputReport } from '../../domain/output.ts'
import type { OutputReader, OutputSummary } from './executor.ts'
import { objectAt, objectsAt, parseEvent, textAt, type JsonObject } from './json-event.ts'
import { mayChangeThings } from './tool-effect.ts'
import { summaryOf } from './tool-summary.ts'

interface State {
  final: OutputSummary['final']
  mutatingToolCalls: number
  /** Calls that would change something, waiting for their result. */
  readonly pending: Set<string>
}

const EDITING_TOOLS = new Set(['WriteFile', 'StrReplaceFile'])

export function createKimiReader(): OutputReader {
  const state: State = { final: null, mutatingToolCalls: 0, pending: new Set() }
  return {
    read(line) {
      const message = parseEvent(line)
      if (!message) return line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]
      return onMessage(state, message)
    },
    finish: () => ({
      final: state.final,
      failure: null,
      usage: null,
      // It is the one that it was started with.
      conversation: null,
      mutatingToolCalls: state.mutatingToolCalls,
    }),
  }
}

function onMessage(state: State, message: JsonObject): readonly OutputReport[] {
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
    default:
      return []
  }
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
