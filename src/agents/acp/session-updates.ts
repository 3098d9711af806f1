/**
 * Turns what the agent says of its session into our own events. A call is told once, with all that is known of it when it begins to
 * run: agents send its arguments bit by bit. Updates of a conversation that is being loaded are its past, and are passed over.
 */
import type {
  ContentBlock,
  Plan,
  SessionUpdate,
  ToolCallContent,
  UsageUpdate,
} from '@agentclientprotocol/sdk'
import { clip, MAX_SUMMARY, oneLine } from '../../domain/output.ts'
import type { ExecEventInput } from '../executors/readers/exec-events.ts'
import { mayChangeThings, JsonObject, summaryOf } from '../executors/readers/reader.ts'
import { lineOf, type KnownCall } from './action.ts'

export interface SessionUpdates {
  update(update: SessionUpdate): void
  /** A call for which permission is requested; returns all that is known about it. */
  onPermissionRequest(call: KnownCall): KnownCall
  /** Replay of a loaded conversation is over: from here on updates are reported. */
  begin(): void
  /** It was not allowed to make this call. */
  onRefusal(id: string): void
  /** No more updates will come: calls without a reported end count as ended. */
  end(): void
  /** The text since its last tool call; at the end of the turn this is the answer. */
  answer(): string
  /** US dollars that this run cost, where the agent says. */
  costUsd(): number | null
}

interface Call {
  known: KnownCall
  isReported: boolean
  isOver: boolean
  isRefused: boolean
}

interface State {
  readonly emit: (event: ExecEventInput) => void
  readonly calls: Map<string, Call>
  /** A call that is not reported yet, because the rest of it may follow at once. */
  pending: string | null
  isPast: boolean
  answer: string
  messageId: string | null
  plan: string
  plans: number
  cost: { readonly before: number; readonly now: number } | null
}

/** Longest answer that is kept, in UTF-16 units. */
const MAX_ANSWER = 100_000
/** Calls that are remembered at most, against an agent that starts them without end. */
const MAX_CALLS = 5000

export function createSessionUpdates(emit: (event: ExecEventInput) => void): SessionUpdates {
  const state: State = {
    emit,
    calls: new Map(),
    pending: null,
    isPast: true,
    answer: '',
    messageId: null,
    plan: '',
    plans: 0,
    cost: null,
  }
  return {
    update: (update) => onUpdate(state, update),
    onPermissionRequest(call) {
      const known = mergeUpdate(state, call).known
      reportPending(state)
      reportCall(state, call.toolCallId)
      return known
    },
    begin() {
      state.isPast = false
      state.calls.clear()
    },
    onRefusal(id) {
      const call = state.calls.get(id)
      if (call) call.isRefused = true
    },
    end: () => onEnd(state),
    answer: () => state.answer.trim(),
    costUsd: () => (state.cost === null ? null : Math.max(0, state.cost.now - state.cost.before)),
  }
}

function onUpdate(state: State, update: SessionUpdate): void {
  if (update.sessionUpdate === 'usage_update') return onUsage(state, update)
  if (state.isPast) return
  switch (update.sessionUpdate) {
    case 'agent_message_chunk':
      return onText(state, 'text', update)
    case 'agent_thought_chunk':
      return onText(state, 'thinking', update)
    case 'tool_call':
    case 'tool_call_update':
      return onCall(state, update)
    case 'plan':
      return onPlan(state, update)
    case 'notice':
      if (update.severity === 'info') return
      reportPending(state)
      return state.emit({
        type: 'error',
        message: [update.title, update.description ?? ''].join(' ').trim(),
        class: null,
      })
    default:
      // its commands, modes, title: not part of its work
      return
  }
}

function onText(
  state: State,
  type: 'text' | 'thinking',
  { content, messageId }: { readonly content: ContentBlock; readonly messageId?: string | null },
): void {
  reportPending(state)
  const isNext = messageId != null && state.messageId !== null && messageId !== state.messageId
  if (messageId != null) state.messageId = messageId
  const text = `${isNext ? '\n\n' : ''}${textOfBlock(content)}`
  if (type === 'text') state.answer = `${state.answer}${text}`.slice(-MAX_ANSWER)
  state.emit({ type, text })
}

function onCall(state: State, update: KnownCall): void {
  // A text before a call is no final answer.
  state.answer = ''
  state.messageId = null
  if (state.pending !== null && state.pending !== update.toolCallId) reportPending(state)
  const call = mergeUpdate(state, update)
  const { status } = call.known
  if ((status ?? 'pending') === 'pending' && whatOf(call.known) === '') {
    if (!call.isReported) state.pending = update.toolCallId
    return
  }
  reportCall(state, update.toolCallId)
  if ((status !== 'completed' && status !== 'failed') || call.isOver) return
  call.isOver = true
  state.emit({
    type: 'tool-result',
    id: clip(update.toolCallId, MAX_SUMMARY),
    ok: status === 'completed' && !hasBadExit(call.known.rawOutput),
    text: resultOf(call.known),
  })
}

/** Some agents report no end of a call that was refused or cancelled. */
function onEnd(state: State): void {
  reportPending(state)
  for (const [id, { isReported, isOver, isRefused }] of state.calls) {
    if (!isReported || isOver) continue
    const text = isRefused ? 'it was not allowed' : 'its agent did not say how it ended'
    state.emit({ type: 'tool-result', id: clip(id, MAX_SUMMARY), ok: false, text })
  }
  state.calls.clear()
}

/** A field that an update leaves out keeps its value. */
function mergeUpdate(state: State, update: KnownCall): Call {
  let call = state.calls.get(update.toolCallId)
  if (!call) {
    if (state.calls.size >= MAX_CALLS) state.calls.clear()
    call = {
      known: { toolCallId: update.toolCallId },
      isReported: false,
      isOver: false,
      isRefused: false,
    }
    state.calls.set(update.toolCallId, call)
  }
  const given = Object.entries(update).filter(
    ([key, value]) => key !== 'sessionUpdate' && key !== '_meta' && value != null,
  )
  call.known = { ...call.known, ...Object.fromEntries(given) }
  return call
}

function reportPending(state: State): void {
  const { pending } = state
  state.pending = null
  if (pending !== null) reportCall(state, pending)
}

function reportCall(state: State, id: string): void {
  if (state.pending === id) state.pending = null
  const call = state.calls.get(id)
  if (!call || call.isReported) return
  call.isReported = true
  const { known } = call
  const summary = whatOf(known) || oneLine(known.title ?? '')
  state.emit({
    type: 'tool-call',
    id: clip(id, MAX_SUMMARY),
    name: known.name ?? known.kind ?? 'tool',
    ...(summary === '' ? {} : { summary }),
    input: known.rawInput ?? {
      title: known.title,
      paths: known.locations?.map(({ path }) => path),
    },
    changes: changesThings(known),
  })
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

/** A plan comes whole each time; an unchanged one is not reported again. */
function onPlan(state: State, { entries }: Plan): void {
  const lines = entries.map(({ status, content }) => `[${MARKS[status]}] ${oneLine(content)}`)
  const text = lines.join('\n')
  if (text === state.plan) return
  reportPending(state)
  state.plan = text
  state.plans += 1
  const id = `plan-${state.plans}`
  const isDone = entries.filter(({ status }) => status === 'completed').length
  const summary = `${isDone} of ${entries.length} done`
  state.emit({ type: 'tool-call', id, name: 'plan', summary, input: { entries }, changes: false })
  state.emit({ type: 'tool-result', id, ok: true, text })
}

/** The cost is of the whole conversation, so what a loaded one had cost before is subtracted. */
function onUsage(state: State, { cost }: UsageUpdate): void {
  if (cost?.currency !== 'USD' || !Number.isFinite(cost.amount)) return
  const { amount: now } = cost
  if (state.isPast) state.cost = { before: now, now }
  else state.cost = { before: state.cost?.before ?? 0, now }
}

// The result of a call and the content of a block, as text.

/** Agents report a command that ran and failed as completed; some add its exit code. */
function hasBadExit(output: unknown): boolean {
  if (typeof output !== 'object' || output === null) return false
  const said: Readonly<Record<string, unknown>> = { ...output }
  const inner = said['metadata']
  const exits = [said, typeof inner === 'object' && inner !== null ? { ...inner } : {}].flatMap(
    (from: Readonly<Record<string, unknown>>) => [
      from['exit'],
      from['exitCode'],
      from['exit_code'],
    ],
  )
  return exits.some((exit) => typeof exit === 'number' && exit !== 0)
}

export function resultOf({ content, rawOutput }: KnownCall): string {
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
