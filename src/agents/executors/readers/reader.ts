/**
 * The base of the readers of agent CLIs: parses each line as a JSON event, collects what the summary of a run needs, and makes the
 * reports that all readers make. A reader adds fields to the state and a function from an event to reports.
 */
import type { RuntimeUsage } from '../../../domain/agent.ts'
import type { WorkFailure } from '../../../domain/failure.ts'
import { clip, MAX_SUMMARY, type OutputReport } from '../../../domain/output.ts'
import { EMPTY_SUMMARY, type OutputReader, type OutputSummary } from '../executor.ts'
import { parseEvent, type JsonObject } from './json-event.ts'
import { summaryOf } from './tool-call.ts'

type Report<Kind extends OutputReport['kind']> = Extract<OutputReport, { kind: Kind }>

export interface ReaderState {
  final: OutputSummary['final']
  failure: WorkFailure | null
  usage: RuntimeUsage | null
  conversation: string | null
  mutatingToolCalls: number
  /** Ids of the calls that change something if they succeed, and have no result yet. */
  readonly pending: Set<string>
}

export const emptyState = (): ReaderState => ({ ...EMPTY_SUMMARY, pending: new Set() })

interface EventReaderOptions extends Pick<OutputReader, 'readError' | 'rest'> {
  onEvent(event: JsonObject, at: number): readonly OutputReport[]
  /** What the summary does not take from the state as it is. */
  summary?(): Partial<OutputSummary>
}

/** A reader of JSON events, one per line. A line that is no event is reported as it is. */
export const createEventReader = (
  state: ReaderState,
  { onEvent, summary, ...more }: EventReaderOptions,
): OutputReader => ({
  ...more,
  read(line, writtenAt) {
    const event = parseEvent(line)
    return event ? onEvent(event, writtenAt) : rawReports(line)
  },
  finish: () => ({ ...summaryOfState(state), ...summary?.() }),
})

/** Reads the output of programs without an event format. */
export const createRawReader = (): OutputReader => ({
  read: rawReports,
  finish: () => EMPTY_SUMMARY,
})

export const rawReports = (line: string): readonly OutputReport[] =>
  line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]

export const summaryOfState = (state: ReaderState): OutputSummary => ({
  final: state.final,
  failure: state.failure,
  usage: state.usage,
  conversation: state.conversation,
  mutatingToolCalls: state.mutatingToolCalls,
})

/** The id with which a later agent can resume; null where the event has none. */
export function onConversation(state: ReaderState, id: string | null): readonly OutputReport[] {
  state.conversation = id
  return id === null ? [] : [{ kind: 'conversation', id: clip(id, MAX_SUMMARY) }]
}

interface ToolCall {
  readonly id: string | null
  readonly name: string | null
  readonly input: JsonObject | null
  /** The input as the CLI wrote it, where that is a text. */
  readonly inputText?: string
}

export const nameOfCall = ({ name }: Pick<ToolCall, 'name'>): string =>
  clip(name ?? 'tool', MAX_SUMMARY)

export const callReport = (call: ToolCall): Report<'tool-call'> => ({
  kind: 'tool-call',
  id: clip(call.id ?? '', MAX_SUMMARY),
  name: nameOfCall(call),
  summary: summaryOf(call.input),
  input: clip(call.inputText ?? JSON.stringify(call.input ?? {})),
})

/** `changes`: it may change something, and counts as a change once it has succeeded. */
export function onToolCall(
  state: ReaderState,
  call: ToolCall,
  changes: boolean,
): Report<'tool-call'> {
  const report = callReport(call)
  if (changes) state.pending.add(report.id)
  return report
}

export function onToolResult(
  state: ReaderState,
  result: { readonly id: string | null; readonly ok: boolean; readonly text: string },
): Report<'tool-result'> {
  const id = clip(result.id ?? '', MAX_SUMMARY)
  if (state.pending.delete(id) && result.ok) state.mutatingToolCalls++
  return { kind: 'tool-result', id, ok: result.ok, text: clip(result.text) }
}

/** The CLI's final word; a later one replaces it. */
export function onFinal(state: ReaderState, ok: boolean, text: string | null): Report<'result'> {
  state.final = { ok, text }
  return { kind: 'result', ok, text: clip(text ?? '') }
}

/** `text`: the CLI's own words, where it gave any. */
export const failureReport = (
  failure: WorkFailure,
  text: string | null = null,
): Report<'error'> => ({
  kind: 'error',
  message: clip(text ?? failure.reason),
  class: failure.class,
})

/** `delayMs` counts from `at`; null where the CLI does not say how long it waits. */
export const waitingReport = (
  why: string,
  at = 0,
  delayMs: number | null = null,
): Report<'waiting'> => ({
  kind: 'waiting',
  until: delayMs === null ? null : Math.round(at + delayMs),
  why: clip(why),
})
