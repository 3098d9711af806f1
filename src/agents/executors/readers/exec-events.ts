/**
 * The event format of our own agent programs (`native-exec` and `acp-exec`): one JSON object per line on stdout, the first of them
 * `start` with the version. Additions keep the version; a reader ignores types and fields that it does not know. The program that
 * prints may be older or newer than the one that reads, because agents outlive the owner.
 */
import { failureClassSchema } from '../../../domain/schemas.ts'
import { z } from 'zod'
import { usageSchema } from '../../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../../domain/failure.ts'
import { clip, MAX_REPORT_TEXT, oneLine } from '../../../domain/output.ts'
import type { OutputReader } from '../executor.ts'
import { JsonObject, parseEvent, rawReports, ReportingReader } from './reader.ts'

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

/** Thrown anywhere in a run of our own programs, and told at its end. */
export class WorkFailed extends Error {
  readonly failure: WorkFailure
  constructor(failure: WorkFailure) {
    super(failure.reason)
    this.failure = failure
  }
}

export function emitFailure(emit: (event: ExecEventInput) => void, failure: WorkFailure): void {
  const { reason, resetAt, detail } = failure
  emit({ type: 'error', message: reason, class: failure.class, resetAt, detail })
  emit({ type: 'result', ok: false, text: reason })
}

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

/** Null for a line that is no event; `unknown` for one of a type that came later. */
function eventIn(line: string): ExecEvent | 'unknown' | null {
  const object = parseEvent(line)
  const type = object?.text('type') ?? null
  if (type !== null && !TYPES.has(type)) return 'unknown'
  return execEventSchema.safeParse(object?.toJSON()).data ?? null
}

export const createExecEventReader = (): OutputReader => new ExecEventReader()

class ExecEventReader extends ReportingReader implements OutputReader {
  /** The piece of text or thinking that was not reported yet. */
  #piece: { readonly kind: 'text' | 'thinking'; readonly text: string } | null = null
  /** Printed by another version of this program, in a format that is not known here. */
  #isForeign = false

  read(line: string) {
    if (line === '') return []
    const event = this.#isForeign ? null : eventIn(line)
    if (event === 'unknown') return []
    if (event?.type !== 'text' && event?.type !== 'thinking') this.#reportRest()
    if (event) this.#onEvent(event)
    else this.report(...rawReports(line))
    return this.take()
  }

  rest() {
    this.#reportRest()
    return this.take()
  }

  #onPiece(kind: 'text' | 'thinking', piece: string): void {
    // The model answers, so an earlier error is over.
    this.failure = null
    if (this.#piece?.kind !== kind) this.#reportRest()
    const text = `${this.#piece?.text ?? ''}${piece}`
    // A complete paragraph is reported at once; the start of one waits for the rest of it.
    const end = text.length > MAX_REPORT_TEXT ? text.length : text.lastIndexOf('\n\n')
    this.#piece = { kind, text: end < 0 ? text : text.slice(end).replace(/^\n+/, '') }
    this.#reportPieces(kind, end < 0 ? '' : text.slice(0, end))
  }

  /** The text that was read and not reported yet. */
  #reportRest(): void {
    const piece = this.#piece
    this.#piece = null
    if (piece) this.#reportPieces(piece.kind, piece.text)
  }

  #reportPieces(kind: 'text' | 'thinking', text: string): void {
    if (text.trim() === '') return
    for (let from = 0; from < text.length; from += MAX_REPORT_TEXT)
      this.report({ kind, text: text.slice(from, from + MAX_REPORT_TEXT).toWellFormed() })
  }

  #onEvent(event: ExecEvent): void {
    switch (event.type) {
      case 'start':
        return this.#onStart(event.v)
      case 'conversation':
        return this.onConversation(event.id)
      case 'text':
      case 'thinking':
        return this.#onPiece(event.type, event.text)
      case 'tool-call':
        return this.#onCall(event)
      case 'tool-result':
        return this.onToolResult(event.id, event.ok, event.text)
      case 'usage':
        return this.onUsage(event.usage)
      case 'question':
        return this.report({ kind: 'question', text: clip(event.text) })
      case 'waiting':
        this.failure = event.class === null ? null : workFailure(event.class, oneLine(event.why))
        return this.report({ kind: 'waiting', until: event.until, why: clip(event.why) })
      case 'error':
        return this.#onError(event)
      case 'result':
        return this.#onResult(event)
    }
  }

  #onStart(version: number): void {
    if (version === EXEC_EVENTS_VERSION) return
    this.#isForeign = true
    const message = `it was started by another version of Yardmaster, whose output (${version}) cannot be read`
    this.onFailure(workFailure('crash', message), message)
  }

  #onCall({ id, name, summary, input, changes }: Extract<ExecEvent, { type: 'tool-call' }>): void {
    this.failure = null
    const inputText = typeof input === 'string' ? input : (JSON.stringify(input) ?? '{}')
    const line = summary === undefined ? {} : { summary: oneLine(summary) }
    this.onToolCall({ id, name, input: new JsonObject(input), inputText, ...line }, changes)
  }

  #onError({ message, class: failureClass, ...more }: Extract<ExecEvent, { type: 'error' }>): void {
    if (failureClass !== null) {
      // An answer to a question applies to all of it, so a person must see all of it.
      const reason = failureClass === 'question' ? clip(message) : oneLine(message)
      this.failure = workFailure(failureClass, reason || 'it failed and gave no reason', {
        resetAt: more.resetAt === null ? null : Math.round(more.resetAt),
        detail: more.detail ?? clip(message, MAX_DETAIL),
      })
    }
    this.report({ kind: 'error', message: clip(message), class: failureClass })
  }

  #onResult({ ok, text }: Extract<ExecEvent, { type: 'result' }>): void {
    const reason = oneLine(text ?? '') || 'it failed and gave no reason'
    this.failure = ok ? null : (this.failure ?? workFailure('crash', reason))
    this.onFinal(ok, text)
  }
}
