/**
 * The event format of our own agent programs (`native-exec` and `acp-exec`): one JSON object per line on stdout, the first of them
 * `start` with the version. Additions keep the version; a reader ignores types and fields that it does not know. The program that
 * prints may be older or newer than the one that reads, because agents outlive the owner.
 */
import { z } from 'zod'
import { usageSchema } from '../../../domain/agent.ts'
import { failureClassSchema, workFailure } from '../../../domain/failure.ts'
import { clip, MAX_REPORT_TEXT, oneLine, type OutputReport } from '../../../domain/output.ts'
import type { OutputReader } from '../executor.ts'
import {
  emptyState,
  objectIn,
  onConversation,
  onFinal,
  onToolCall,
  onToolResult,
  parseEvent,
  rawReports,
  summaryOfState,
  textAt,
  type ReaderState,
} from './reader.ts'

export const EXEC_EVENTS_VERSION = 1

/** Longest text in one event, in UTF-16 units, so that a line stays far below the longest that a reader parses. */
const MAX_EVENT_TEXT = 100_000
const MAX_DETAIL = 4096

const instant = z.number().nonnegative().nullable().default(null)

const execEventSchema = z.discriminatedUnion('type', [
  /** Always first. `by` says which program prints. */
  z.object({ type: z.literal('start'), v: z.number().int(), by: z.string() }),
  /** The id with which a later agent resumes; printed as soon as it is known. */
  z.object({ type: z.literal('conversation'), id: z.string().min(1) }),
  /** A piece of the model's text or thinking; consecutive pieces are joined as they are. */
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), text: z.string() }),
  z.object({
    type: z.literal('tool-call'),
    id: z.string(),
    name: z.string(),
    /** One line; made from `input` where it is left out. */
    summary: z.string().optional(),
    input: z.unknown(),
    /** It will have changed something if it succeeds. */
    changes: z.boolean(),
  }),
  z.object({ type: z.literal('tool-result'), id: z.string(), ok: z.boolean(), text: z.string() }),
  /** All that this program used so far, not only since the last one. */
  z.object({ type: z.literal('usage'), usage: usageSchema }),
  /** It may stay unanswered: the program goes on, or ends. */
  z.object({ type: z.literal('question'), text: z.string() }),
  /** It waits for its provider, until an instant in ms where that is known. `class`: the failure if it ends meanwhile. */
  z.object({
    type: z.literal('waiting'),
    until: instant,
    why: z.string(),
    class: failureClassSchema.nullable().default(null),
  }),
  /** With a class: the failure of the run, unless the model answers again. Without: a warning. */
  z.object({
    type: z.literal('error'),
    message: z.string(),
    class: failureClassSchema.nullable(),
    resetAt: instant,
    detail: z.string().nullable().default(null),
  }),
  /** The end. `text` is the final answer, or the error. */
  z.object({ type: z.literal('result'), ok: z.boolean(), text: z.string().nullable() }),
])
export type ExecEvent = z.infer<typeof execEventSchema>
/** As it is written: a field with a default may be left out. */
export type ExecEventInput = z.input<typeof execEventSchema>

const TYPES: ReadonlySet<string> = new Set(
  execEventSchema.options.map((option) => option.shape.type.value),
)

/** The line of an event, with its end. Longer texts are cut. */
export function execEventLine(event: ExecEventInput): string {
  const line = JSON.stringify(shortInput(event), (key, value: unknown) => {
    if (typeof value !== 'string') return value
    return clip(value, key === 'detail' ? MAX_DETAIL : MAX_EVENT_TEXT)
  })
  return `${line}\n`
}

/** Very long arguments are written as a text, because a text can be cut. */
function shortInput(event: ExecEventInput): ExecEventInput {
  if (event.type !== 'tool-call') return event
  const input = JSON.stringify(event.input) ?? '{}'
  return input.length <= MAX_EVENT_TEXT ? event : { ...event, input: clip(input, MAX_REPORT_TEXT) }
}

interface State extends ReaderState {
  /** The piece of text or thinking that was not reported yet. */
  piece: { readonly kind: 'text' | 'thinking'; readonly text: string } | null
  /** Printed by another version of this program, in a format that is not known here. */
  isForeign: boolean
}

export function createExecEventReader(): OutputReader {
  const state: State = { ...emptyState(), piece: null, isForeign: false }
  return {
    read(line) {
      if (line === '') return []
      const event = state.isForeign ? null : eventIn(line)
      if (event === 'unknown') return []
      if (event === null) return [...restOf(state), ...rawReports(line)]
      if (event.type === 'text' || event.type === 'thinking')
        return onPiece(state, event.type, event.text)
      return [...restOf(state), ...onEvent(state, event)]
    },
    rest: () => restOf(state),
    finish: () => summaryOfState(state),
  }
}

/** Null for a line that is no event; `unknown` for one of a type that came later. */
function eventIn(line: string): ExecEvent | 'unknown' | null {
  const object = parseEvent(line)
  const type = textAt(object, 'type')
  if (type !== null && !TYPES.has(type)) return 'unknown'
  return execEventSchema.safeParse(object).data ?? null
}

function onPiece(state: State, kind: 'text' | 'thinking', piece: string): readonly OutputReport[] {
  // The model answers, so an earlier error is over.
  state.failure = null
  const before = state.piece?.kind === kind ? [] : restOf(state)
  const text = `${state.piece?.text ?? ''}${piece}`
  // A complete paragraph is reported at once; the start of one waits for the rest of it.
  const end = text.length > MAX_REPORT_TEXT ? text.length : text.lastIndexOf('\n\n')
  state.piece = { kind, text: end < 0 ? text : text.slice(end).replace(/^\n+/, '') }
  return [...before, ...reportOf(kind, end < 0 ? '' : text.slice(0, end))]
}

/** The text that was read and not reported yet. */
function restOf(state: State): readonly OutputReport[] {
  const { piece } = state
  state.piece = null
  return piece === null ? [] : reportOf(piece.kind, piece.text)
}

function reportOf(kind: 'text' | 'thinking', text: string): readonly OutputReport[] {
  if (text.trim() === '') return []
  const reports: OutputReport[] = []
  for (let from = 0; from < text.length; from += MAX_REPORT_TEXT)
    reports.push({ kind, text: text.slice(from, from + MAX_REPORT_TEXT).toWellFormed() })
  return reports
}

function onEvent(
  state: State,
  event: Exclude<ExecEvent, { type: 'text' | 'thinking' }>,
): readonly OutputReport[] {
  switch (event.type) {
    case 'start':
      return onStart(state, event.v)
    case 'conversation':
      return onConversation(state, event.id)
    case 'tool-call':
      return [onCall(state, event)]
    case 'tool-result':
      return [onToolResult(state, event)]
    case 'usage':
      state.usage = event.usage
      return [{ kind: 'usage', usage: event.usage }]
    case 'question':
      return [{ kind: 'question', text: clip(event.text) }]
    case 'waiting':
      state.failure = event.class === null ? null : workFailure(event.class, oneLine(event.why))
      return [{ kind: 'waiting', until: event.until, why: clip(event.why) }]
    case 'error':
      return onError(state, event)
    case 'result':
      return onResult(state, event)
  }
}

function onStart(state: State, version: number): readonly OutputReport[] {
  if (version === EXEC_EVENTS_VERSION) return []
  state.isForeign = true
  const message = `it was started by another version of Yardmaster, whose output (${version}) cannot be read`
  state.failure = workFailure('crash', message)
  return [{ kind: 'error', message, class: 'crash' }]
}

function onCall(state: State, event: Extract<ExecEvent, { type: 'tool-call' }>): OutputReport {
  state.failure = null
  const { id, name } = event
  const input = objectIn(event.input)
  const inputText = typeof event.input === 'string' ? event.input : JSON.stringify(event.input)
  const report = onToolCall(state, { id, name, input, inputText: inputText ?? '{}' }, event.changes)
  return event.summary === undefined ? report : { ...report, summary: oneLine(event.summary) }
}

function onError(
  state: State,
  { message, class: failureClass, resetAt, detail }: Extract<ExecEvent, { type: 'error' }>,
): readonly OutputReport[] {
  if (failureClass !== null) {
    // An answer to a question applies to all of it, so a person must see all of it.
    const reason = failureClass === 'question' ? clip(message) : oneLine(message)
    state.failure = workFailure(failureClass, reason || 'it failed and gave no reason', {
      resetAt: resetAt === null ? null : Math.round(resetAt),
      detail: detail ?? clip(message, MAX_DETAIL),
    })
  }
  return [{ kind: 'error', message: clip(message), class: failureClass }]
}

function onResult(
  state: State,
  { ok, text }: Extract<ExecEvent, { type: 'result' }>,
): readonly OutputReport[] {
  state.failure = ok
    ? null
    : (state.failure ?? workFailure('crash', oneLine(text ?? '') || 'it failed and gave no reason'))
  return [onFinal(state, ok, text)]
}
