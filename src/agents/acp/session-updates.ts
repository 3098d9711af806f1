/**
 * Turns what the agent says of its session into our own events. A call is told once, with all that is known of it when it begins to
 * run: agents send its arguments bit by bit. Updates of a conversation that is being loaded are its past, and are passed over.
 */
import type {
  ContentBlock,
  ContentChunk,
  Plan,
  SessionUpdate,
  ToolCallContent,
  UsageUpdate,
} from '@agentclientprotocol/sdk'
import { clip, MAX_SUMMARY, oneLine } from '../../domain/output.ts'
import type { ExecEventInput } from '../executors/readers/exec-events.ts'
import { JsonObject, mayChangeThings, summaryOf } from '../executors/readers/reader.ts'
import { lineOf, type KnownCall } from './action.ts'

interface Call {
  known: KnownCall
  isReported: boolean
  isOver: boolean
  isRefused: boolean
}

/** Longest answer that is kept, in UTF-16 units. */
const MAX_ANSWER = 100_000
/** Calls that are remembered at most, against an agent that starts them without end. */
const MAX_CALLS = 5000

export class SessionUpdates {
  readonly #emit: (event: ExecEventInput) => void
  readonly #calls = new Map<string, Call>()
  /** A call that is not reported yet, because the rest of it may follow at once. */
  #pending: string | null = null
  #isPast = true
  #answer = ''
  #messageId: string | null = null
  #plan = ''
  #plans = 0
  #cost: { readonly before: number; readonly now: number } | null = null

  constructor(emit: (event: ExecEventInput) => void) {
    this.#emit = emit
  }

  update(update: SessionUpdate): void {
    if (update.sessionUpdate === 'usage_update') return this.#onUsage(update)
    if (this.#isPast) return
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        return this.#onText('text', update)
      case 'agent_thought_chunk':
        return this.#onText('thinking', update)
      case 'tool_call':
      case 'tool_call_update':
        return this.#onCall(update)
      case 'plan':
        return this.#onPlan(update)
      case 'notice': {
        if (update.severity === 'info') return
        this.#reportPending()
        const message = [update.title, update.description ?? ''].join(' ').trim()
        return this.#emit({ type: 'error', message, class: null })
      }
      default:
        // its commands, modes, title: not part of its work
        return
    }
  }

  /** A call for which permission is requested; returns all that is known about it. */
  onPermissionRequest(call: KnownCall): KnownCall {
    const { known } = this.#merge(call)
    this.#reportPending()
    this.#reportCall(call.toolCallId)
    return known
  }

  /** Replay of a loaded conversation is over: from here on updates are reported. */
  begin(): void {
    this.#isPast = false
    this.#calls.clear()
  }

  /** It is asked once more: what it said before is not its answer. */
  beginTurn(): void {
    this.#reportPending()
    this.#answer = ''
    this.#messageId = null
  }

  /** It was not allowed to make this call. */
  onRefusal(id: string): void {
    const call = this.#calls.get(id)
    if (call) call.isRefused = true
  }

  /** No more updates will come. Some agents report no end of a call that was refused or cancelled: it counts as ended. */
  end(): void {
    this.#reportPending()
    for (const [id, { isReported, isOver, isRefused }] of this.#calls) {
      if (!isReported || isOver) continue
      const text = isRefused ? 'it was not allowed' : 'its agent did not say how it ended'
      this.#emit({ type: 'tool-result', id: clip(id, MAX_SUMMARY), ok: false, text })
    }
    this.#calls.clear()
  }

  /** The text since its last tool call; at the end of the turn this is the answer. */
  answer(): string {
    return this.#answer.trim()
  }

  /** US dollars that this run cost, where the agent says. */
  costUsd(): number | null {
    return this.#cost && Math.max(0, this.#cost.now - this.#cost.before)
  }

  #onText(type: 'text' | 'thinking', { content, messageId = null }: ContentChunk): void {
    this.#reportPending()
    const isNext = messageId !== null && this.#messageId !== null && messageId !== this.#messageId
    this.#messageId = messageId ?? this.#messageId
    const text = `${isNext ? '\n\n' : ''}${textOfBlock(content)}`
    if (type === 'text') this.#answer = `${this.#answer}${text}`.slice(-MAX_ANSWER)
    this.#emit({ type, text })
  }

  #onCall(update: KnownCall): void {
    const { toolCallId: id } = update
    // A text before a call is no final answer.
    this.#answer = ''
    this.#messageId = null
    if (this.#pending !== id) this.#reportPending()
    const call = this.#merge(update)
    const { status } = call.known
    if ((status ?? 'pending') === 'pending' && whatOf(call.known) === '') {
      if (!call.isReported) this.#pending = id
      return
    }
    this.#reportCall(id)
    if ((status !== 'completed' && status !== 'failed') || call.isOver) return
    call.isOver = true
    const ok = status === 'completed' && !hasBadExit(new JsonObject(call.known.rawOutput))
    const text = resultOf(call.known)
    this.#emit({ type: 'tool-result', id: clip(id, MAX_SUMMARY), ok, text })
  }

  /** A field that an update leaves out keeps its value. */
  #merge(update: KnownCall): Call {
    const { toolCallId } = update
    let call = this.#calls.get(toolCallId)
    if (!call) {
      if (this.#calls.size >= MAX_CALLS) this.#calls.clear()
      call = { known: { toolCallId }, isReported: false, isOver: false, isRefused: false }
      this.#calls.set(toolCallId, call)
    }
    const given = Object.entries(update).filter(
      ([key, value]) => key !== 'sessionUpdate' && key !== '_meta' && value != null,
    )
    call.known = { ...call.known, ...Object.fromEntries(given) }
    return call
  }

  #reportPending(): void {
    if (this.#pending !== null) this.#reportCall(this.#pending)
  }

  #reportCall(id: string): void {
    if (this.#pending === id) this.#pending = null
    const call = this.#calls.get(id)
    if (!call || call.isReported) return
    call.isReported = true
    const { known } = call
    const summary = whatOf(known) || oneLine(known.title ?? '')
    const paths = known.locations?.map(({ path }) => path)
    this.#emit({
      type: 'tool-call',
      id: clip(id, MAX_SUMMARY),
      name: known.name ?? known.kind ?? 'tool',
      ...(summary === '' ? {} : { summary }),
      input: known.rawInput ?? { title: known.title, paths },
      changes: changesThings(known),
    })
  }

  /** A plan comes whole each time; an unchanged one is not reported again. */
  #onPlan({ entries }: Plan): void {
    const lines = entries.map(({ status, content }) => `[${MARKS[status]}] ${oneLine(content)}`)
    const text = lines.join('\n')
    if (text === this.#plan) return
    this.#reportPending()
    this.#plan = text
    this.#plans += 1
    const id = `plan-${this.#plans}`
    const done = entries.filter(({ status }) => status === 'completed').length
    const summary = `${done} of ${entries.length} done`
    this.#emit({ type: 'tool-call', id, name: 'plan', summary, input: { entries }, changes: false })
    this.#emit({ type: 'tool-result', id, ok: true, text })
  }

  /** The cost is of the whole conversation, so what a loaded one had cost before is subtracted. */
  #onUsage({ cost }: UsageUpdate): void {
    if (cost?.currency !== 'USD' || !Number.isFinite(cost.amount)) return
    const { amount: now } = cost
    this.#cost = { before: this.#isPast ? now : (this.#cost?.before ?? 0), now }
  }
}

/** A summary of its arguments; empty while they are not known. */
const whatOf = (call: KnownCall): string =>
  oneLine(lineOf(call) ?? summaryOf(new JsonObject(call.rawInput)))

function changesThings(call: KnownCall): boolean {
  switch (call.kind) {
    case 'edit':
    case 'delete':
    case 'move':
      return true
    case 'execute':
      return mayChangeThings(lineOf(call) ?? call.title ?? '')
    default:
      return (call.content ?? []).some((item) => item.type === 'diff')
  }
}

const MARKS = { completed: 'x', in_progress: '~', pending: ' ' } as const

// The result of a call and the content of a block, as text.

/** Agents report a command that ran and failed as completed; some add its exit code. */
const hasBadExit = (output: JsonObject): boolean =>
  [output, output.object('metadata')]
    .flatMap((from) => ['exit', 'exitCode', 'exit_code'].map((key) => from.get(key)))
    .some((exit) => typeof exit === 'number' && exit !== 0)

function resultOf({ content, rawOutput }: KnownCall): string {
  const shown = (content ?? []).map(textOfContent).filter((text) => text !== '')
  if (shown.length > 0) return shown.join('\n')
  if (rawOutput == null) return ''
  return typeof rawOutput === 'string' ? rawOutput : JSON.stringify(rawOutput)
}

function textOfContent(item: ToolCallContent): string {
  switch (item.type) {
    case 'content':
      return textOfBlock(item.content)
    case 'diff':
      return `${item.oldText == null ? 'new file' : 'changed'}: ${item.path}`
    default:
      return ''
  }
}

function textOfBlock(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text
    case 'resource_link':
      return `[${block.name}: ${block.uri}]`
    case 'resource':
      return 'text' in block.resource ? block.resource.text : `[${block.resource.uri}]`
    default:
      return `[${block.type}]`
  }
}
