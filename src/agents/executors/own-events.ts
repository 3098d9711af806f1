/**
 * What the agent programs that are ours (`native-exec`, the client of the Agent Client Protocol) print on stdout: one JSON object per
 * line, the first of them `start` with the version. Additions keep the version; a reader passes over types and fields that it does
 * not know. The program that prints may be older or newer than the one that reads, for agents outlive the owner.
 */
import { z } from 'zod'
import { usageSchema, type Usage } from '../../domain/agent.ts'
import { failureClassSchema, workFailure, type WorkFailure } from '../../domain/failure.ts'
import {
  clip,
  MAX_REPORT_TEXT,
  MAX_SUMMARY,
  oneLine,
  type OutputReport,
} from '../../domain/output.ts'
import type { OutputReader, OutputSummary } from './executor.ts'
import { objectIn, parseEvent, textAt } from './json-event.ts'
import { summaryOf } from './tool-summary.ts'

export const OWN_EVENTS_VERSION = 1

/** Longest text in one event, in UTF-16 units, so that a line stays far below what a reader takes for data. */
const MAX_EVENT_TEXT = 100_000
const MAX_DETAIL = 4096

const instant = z.number().nonnegative().nullable().default(null)

export const ownEventSchema = z.discriminatedUnion('type', [
  /** Always first. `by` says which program prints. */
  z.object({ type: z.literal('start'), v: z.number().int(), by: z.string() }),
  /** The id with which a later agent goes on; told as soon as it is known. */
  z.object({ type: z.literal('conversation'), id: z.string().min(1) }),
  /** A piece of what the model says or thinks; pieces that follow each other are joined as they stand. */
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
  /** Nobody may answer it: the program goes on, or ends. */
  z.object({ type: z.literal('question'), text: z.string() }),
  /** It waits for its provider, until an instant in ms where that is known. `class`: what it failed of if it dies meanwhile. */
  z.object({
    type: z.literal('waiting'),
    until: instant,
    why: z.string(),
    class: failureClassSchema.nullable().default(null),
  }),
  /** With a class: why it will end badly, unless the model is heard again. Without: a warning. */
  z.object({
    type: z.literal('error'),
    message: z.string(),
    class: failureClassSchema.nullable(),
    resetAt: instant,
    detail: z.string().nullable().default(null),
  }),
  /** The last word. `text` is the final answer, or what went wrong. */
  z.object({ type: z.literal('result'), ok: z.boolean(), text: z.string().nullable() }),
])
export type OwnEvent = z.infer<typeof ownEventSchema>
/** As it is told: what has a default may be left out. */
export type OwnEventInput = z.input<typeof ownEventSchema>

const TYPES: ReadonlySet<string> = new Set(
  ownEventSchema.options.map((option) => option.shape.type.value),
)

/** The line of an event, with its end. Longer texts are cut. */
export function ownEventLine(event: OwnEventInput): string {
  const line = JSON.stringify(shortInput(event), (key, value: unknown) => {
    if (typeof value !== 'string') return value
    return clip(value, key === 'detail' ? MAX_DETAIL : MAX_EVENT_TEXT)
  })
  return `${line}\n`
}

/** Arguments that are very long are told as a text, for the text can be cut. */
function shortInput(event: OwnEventInput): OwnEventInput {
  if (event.type !== 'tool-call') return event
  const input = JSON.stringify(event.input) ?? '{}'
  return input.length <= MAX_EVENT_TEXT ? event : { ...event, input: clip(input, MAX_REPORT_TEXT) }
}

interface State {
  final: OutputSummary['final']
  failure: WorkFailure | null
  usage: Usage | null
  conversation: string | null
  mutatingToolCalls: number
  /** Calls that would change something, waiting for their result. */
  readonly pending: Set<string>
  /** What it says or thinks just now and was not told yet. */
  saying: { readonly kind: 'text' | 'thinking'; readonly text: string } | null
  /** Another version of this program printed it, in a way that is not known here. */
  isForeign: boolean
}

export function createOwnEventReader(): OutputReader {
  const state: State = {
    final: null,
    failure: null,
    usage: null,
    conversation: null,
    mutatingToolCalls: 0,
    pending: new Set(),
    saying: null,
    isForeign: false,
  }
  return {
    read(line) {
      if (line === '') return []
      const event = state.isForeign ? null : eventIn(line)
      if (event === 'unknown') return []
      if (event === null)
        return [...restOf(state), { kind: 'raw', stream: 'stdout', text: clip(line) }]
      if (event.type === 'text' || event.type === 'thinking')
        return onPiece(state, event.type, event.text)
      return [...restOf(state), ...onEvent(state, event)]
    },
    rest: () => restOf(state),
    finish: () => ({
      final: state.final,
      failure: state.failure,
      usage: state.usage,
      conversation: state.conversation,
      mutatingToolCalls: state.mutatingToolCalls,
    }),
  }
}

/** Null for a line that is no event; `unknown` for one of a type that came later. */
function eventIn(line: string): OwnEvent | 'unknown' | null {
  const object = parseEvent(line)
  const type = textAt(object, 'type')
  if (type !== null && !TYPES.has(type)) return 'unknown'
  return ownEventSchema.safeParse(object).data ?? null
}

function onPiece(state: State, kind: 'text' | 'thinking', piece: string): readonly OutputReport[] {
  // The model is heard, so an earlier error was got over.
  state.failure = null
  const before = state.saying?.kind === kind ? [] : restOf(state)
  const text = `${state.saying?.text ?? ''}${piece}`
  // A paragraph that ended is told at once; a piece of a sentence waits for the rest of it.
  const end = text.length > MAX_REPORT_TEXT ? text.length : text.lastIndexOf('\n\n')
  const told = end < 0 ? '' : text.slice(0, end)
  state.saying = { kind, text: end < 0 ? text : text.slice(end).replace(/^\n+/, '') }
  return [...before, ...reportOf(kind, told)]
}

/** What was read of its words and not told yet. */
function restOf(state: State): readonly OutputReport[] {
  const { saying } = state
  state.saying = null
  return saying === null ? [] : reportOf(saying.kind, saying.text)
}

function reportOf(kind: 'text' | 'thinking', text: string): readonly OutputReport[] {
  if (text.trim() === '') return []
  const reports: OutputReport[] = []
  for (let from = 0; from < text.length; from += MAX_REPORT_TEXT)
    reports.push({ kind, text: text.slice(from, from + MAX_REPORT_TEXT).toWellFormed() })
  return reports
}

type Told = Exclude<OwnEvent, { type: 'text' | 'thinking' }>

function onEvent(state: State, event: Told): readonly OutputReport[] {
  switch (event.type) {
    case 'start':
      return onStart(state, event.v)
    case 'conversation':
      state.conversation = event.id
      return [{ kind: 'conversation', id: clip(event.id, MAX_SUMMARY) }]
    case 'tool-call':
      return onToolCall(state, event)
    case 'tool-result': {
      const id = clip(event.id, MAX_SUMMARY)
      if (state.pending.delete(id) && event.ok) state.mutatingToolCalls++
      return [{ kind: 'tool-result', id, ok: event.ok, text: clip(event.text) }]
    }
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
  if (version === OWN_EVENTS_VERSION) return []
  state.isForeign = true
  const message = `it was started by another version of Yardmaster, whose output (${version}) cannot be read`
  state.failure = workFailure('crash', message)
  return [{ kind: 'error', message, class: 'crash' }]
}

function onToolCall(
  state: State,
  event: Extract<OwnEvent, { type: 'tool-call' }>,
): readonly OutputReport[] {
  state.failure = null
  const id = clip(event.id, MAX_SUMMARY)
  if (event.changes) state.pending.add(id)
  const summary = oneLine(event.summary ?? summaryOf(objectIn(event.input)))
  const input =
    typeof event.input === 'string' ? event.input : (JSON.stringify(event.input) ?? '{}')
  const name = clip(event.name, MAX_SUMMARY)
  return [{ kind: 'tool-call', id, name, summary, input: clip(input) }]
}

function onError(
  state: State,
  { message, class: failureClass, resetAt, detail }: Extract<OwnEvent, { type: 'error' }>,
): readonly OutputReport[] {
  if (failureClass !== null) {
    // A yes to a question counts for all of it, so a person must see all of it.
    const said = failureClass === 'question' ? clip(message) : oneLine(message)
    const reason = said || 'it failed and gave no reason'
    state.failure = workFailure(failureClass, reason, {
      resetAt: resetAt === null ? null : Math.round(resetAt),
      detail: detail ?? clip(message, MAX_DETAIL),
    })
  }
  return [{ kind: 'error', message: clip(message), class: failureClass }]
}

function onResult(
  state: State,
  { ok, text }: Extract<OwnEvent, { type: 'result' }>,
): readonly OutputReport[] {
  state.final = { ok, text }
  state.failure = ok
    ? null
    : (state.failure ?? workFailure('crash', oneLine(text ?? '') || 'it failed and gave no reason'))
  return [{ kind: 'result', ok, text: clip(text ?? '') }]
}
