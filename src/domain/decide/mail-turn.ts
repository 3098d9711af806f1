/** Messages and turns: what an agent takes as it is claimed, what becomes of that at its end, and when a member is woken next. */
import { clip } from '../../base/text.ts'
import type { Agent } from '../agent.ts'
import { storableText } from '../bounds.ts'
import type { Event } from '../event.ts'
import { derivedMessageId } from '../messages/derived-id.ts'
import {
  ANY_PERSON,
  type Delivery,
  deliveryIdOf,
  isElsewhere,
  isJobSender,
  isMemberName,
  isYardSender,
  MAX_TAKEN,
  type MailPolicy,
  type Message,
  MESSAGE_PRIORITIES,
  type Recipient,
  repeatDelayMs,
} from '../messages/message.ts'
import { isStanding, standingIdOf } from '../messages/standing.ts'
import type { Plan } from '../plan.ts'
import { namesOf } from '../messages/names.ts'
import { askedBy, askerOf, unansweredEvents } from '../messages/unanswered.ts'
import type { Task } from '../task.ts'

/** Where the settings say nothing. */
export const DEFAULT_MAIL: MailPolicy = { tries: 3, retryAfterMs: 600_000 }

const deliveriesTo = (plan: Plan, names: readonly string[]): Delivery[] =>
  names.flatMap((name) =>
    [...plan.deliveriesTo(name)].flatMap((id) => plan.deliveries.get(id) ?? []),
  )

/**
 * What a turn that begins now takes: by priority, then age, at most so many. A turn has one conversation, so it takes what belongs to the
 * same as the first; jobs are served by turns of the standing task alone.
 */
export function dueDeliveries(plan: Plan, task: Task, now: number): Delivery[] {
  const due = waitingFor(plan, namesOf(task), now)
  const own = isStanding(task.id) && due[0] ? conversationOf(due[0]) : null
  return due.filter((delivery) => conversationOf(delivery) === own).slice(0, MAX_TAKEN)
}

/** What a living agent takes between two steps: nothing that belongs to another conversation. */
export function dueBetweenSteps(plan: Plan, task: Task, agent: Agent, now: number): Delivery[] {
  const own = agent.conversationOf ?? null
  return waitingFor(plan, [...namesOf(task), agent.id], now).filter((delivery) => {
    const of = conversationOf(delivery)
    return of === null || of === own
  })
}

const waitingFor = (plan: Plan, names: readonly string[], now: number): Delivery[] =>
  deliveriesTo(plan, names)
    .filter(({ state }) => state.kind === 'waiting' && (state.notBefore ?? 0) <= now)
    .toSorted(inOrder)

/** The job whose own conversation with its recipient a delivery belongs to; null = the recipient's own. */
export const conversationOf = ({ from }: Pick<Delivery, 'from'>): string | null =>
  isJobSender(from) ? from : null

const rank = ({ priority }: Delivery): number => MESSAGE_PRIORITIES.indexOf(priority)
const inOrder = (a: Delivery, b: Delivery): number =>
  rank(b) - rank(a) || a.at - b.at || (a.id < b.id ? -1 : 1)

/** What an agent holds, in the order in which a turn takes it. */
export const takenBy = (plan: Plan, agentId: Agent['id']): Delivery[] =>
  [...plan.heldBy(agentId)].flatMap((id) => plan.deliveries.get(id) ?? []).toSorted(inOrder)

export const takenEvents = (
  deliveries: readonly Delivery[],
  agentId: Agent['id'],
  at: number,
): Event[] => deliveries.map(({ id }) => ({ type: 'delivery.taken', at, id, agentId }))

/** A second repeat begins a new conversation: the old one may itself be the trouble. */
const wantsFresh = (deliveries: readonly Delivery[]): boolean =>
  deliveries.some(({ tries, isFresh }) => isFresh || tries >= 2)

/** The wish of a sender comes before the settings of the member, and a second repeat before both. */
export const beginsAnew = (isByDefault: boolean, deliveries: readonly Delivery[]): boolean =>
  wantsFresh(deliveries) || (isByDefault && !deliveries.some(({ resumes }) => resumes))

interface Turn {
  readonly plan: Plan
  readonly task: Task
  readonly agent: Agent
  readonly isDone: boolean
  /** It counts against what it took. */
  readonly isTry: boolean
  /** It counts against a question that it leaves unanswered, however well it ended. */
  readonly mayLeaveNone: boolean
  readonly reason: string
  readonly mail: MailPolicy
  readonly at: number
}

/** What becomes of what an agent took that somebody's word ends at once: it is done with, or waits again and has spent no try. */
export function afterWord(
  plan: Plan,
  task: Task,
  agent: Agent,
  { isDone, at }: { readonly isDone: boolean; readonly at: number },
): Event[] {
  const reason = `${agent.id} was ended without a result`
  const about = { plan, task, agent, mail: DEFAULT_MAIL, reason, isTry: false, mayLeaveNone: false }
  const ended = turnEnded({ ...about, isDone, at })
  return [...ended.events, ...afterOtherTurn(plan, task, ended, at)]
}

interface TurnEnd {
  readonly events: Event[]
  /** What waits then for the members that it is about. */
  readonly waiting: Delivery[]
  /** Whose turn it is, and whose mail it held: its task may have been given to another member meanwhile. */
  readonly members: ReadonlySet<string>
}

/** What becomes of what it took, and what waits for its member then. */
export function turnEnded(turn: Turn): TurnEnd {
  const { plan, task, agent } = turn
  const held = takenBy(plan, agent.id)
  const of = [task.member, agent.member, ...held.map(memberOf)]
  const members = new Set(of.filter((name) => name !== null))
  const names = new Set([...members, ...namesOf(task), agent.id])
  const events: Event[] = []
  const waiting: Delivery[] = []
  for (const delivery of new Set([...deliveriesTo(plan, [...names]), ...held])) {
    const own = ownEvents(turn, delivery)
    events.push(...own.events)
    // Its member may be told of what it had sent itself.
    for (const left of [...(own.left ? [own.left] : []), ...own.events.flatMap(sentBy)])
      if (members.has(left.recipient)) waiting.push(left)
  }
  return { events, waiting, members }
}

const memberOf = ({ recipient, recipientKind }: Delivery): string | null =>
  recipientKind === 'member' ? recipient : null

const sentBy = (event: Event): readonly Delivery[] =>
  event.type === 'message.sent' ? event.deliveries : []

/** `left`: it still waits. */
type Settled = Readonly<{ events: Event[]; left: Delivery | null }>

function ownEvents(turn: Turn, delivery: Delivery): Settled {
  const { plan, agent, at } = turn
  const { id, state, recipient } = delivery
  const isTaken = state.kind === 'taken' && state.agentId === agent.id
  if (!isTaken) {
    if (recipient !== agent.id) return { events: [], left: delivery }
    const reason = `${agent.id} has ended`
    return { events: diedEvents(plan, delivery, { reason, isTry: false, at }), left: null }
  }
  const isUnanswered = turn.isDone && askerOf(plan, delivery) !== null
  if (turn.isDone && !isUnanswered)
    return {
      events: [{ type: 'delivery.closed', at, id, how: 'handled', by: agent.id }],
      left: null,
    }
  return isUnanswered
    ? givenBack(turn, delivery, turn.mayLeaveNone, 'its turn ended well, and without an answer')
    : givenBack(turn, delivery, turn.isTry, turn.reason)
}

/** It comes again, or is given up: nobody else reads it, or it came often enough. */
function givenBack(turn: Turn, delivery: Delivery, isTry: boolean, reason: string): Settled {
  const { plan, agent, at, mail } = turn
  const { id, recipient } = delivery
  const tries = delivery.tries + (isTry ? 1 : 0)
  if (recipient === agent.id || (isTry && tries >= mail.tries))
    return { events: diedEvents(plan, delivery, { reason, isTry, at }), left: null }
  const notBefore = isTry ? at + repeatDelayMs(mail, tries) : null
  const left: Delivery = { ...delivery, tries, state: { kind: 'waiting', notBefore } }
  return { events: [{ type: 'delivery.returned', at, id, notBefore, isTry, reason }], left }
}

/** Its sender is told, where it is somebody who can be written to; a task that waits for its answer goes on. */
export function diedEvents(
  plan: Plan,
  delivery: Delivery,
  { reason, isTry, at }: { readonly reason: string; readonly isTry: boolean; readonly at: number },
): Event[] {
  const { id, from, recipient, messageId } = delivery
  const died: Event = { type: 'delivery.died', at, id, reason, isTry }
  const unanswered = unansweredEvents(plan, delivery, { reason, at })
  if (unanswered.length > 0) return [died, ...unanswered]
  const text = `Your message ${messageId} to ${recipient} was given up: ${reason}`
  return [died, ...noticeToSender(plan, { delivery, text, at, seed: `died ${id}`, from })]
}

/** A message of the yard itself to whoever sent this one; nothing where nobody of that name reads messages. */
export function noticeToSender(
  plan: Plan,
  wish: { delivery: Delivery; text: string; at: number; seed: string; from: string },
): Event[] {
  const { delivery, text, at, seed, from } = wish
  const sender = senderOf(plan, from)
  if (!sender || isYardSender(delivery.from)) return []
  const message: Message = {
    ...yardMessage(at, seed, text),
    to: [sender.name],
    replyTo: delivery.messageId,
    hops: delivery.hops,
  }
  return sentEvents(plan, message, [sender], { at, noticeMs: null })
}

/** Its text may quote what programs have said. */
export const yardMessage = (at: number, seed: string, text: string): Message => ({
  id: derivedMessageId(at, seed),
  at,
  from: 'yard',
  to: [ANY_PERSON],
  kind: 'message',
  priority: 'normal',
  task: null,
  replyTo: null,
  conversation: null,
  text: clip(storableText(text), 2000),
  hops: 0,
  diff: null,
  asks: null,
  decision: null,
})

/** A member with a standing task, a task that is not over, or somebody at another machine. People see what is dead without being written to. */
export function senderOf(plan: Plan, from: string): Recipient | null {
  if (isElsewhere(from)) return isYardSender(from) ? null : { name: from, kind: 'remote' }
  if (from.startsWith('task:')) {
    const task = plan.tasks.get(from.slice('task:'.length) as Task['id'])
    const isOver = !task || task.state.kind === 'done' || task.state.kind === 'abandoned'
    return isOver ? null : { name: from, kind: 'task' }
  }
  const isMember = isMemberName(from) && plan.tasks.has(standingIdOf(from))
  return isMember ? { name: from, kind: 'member' } : null
}

interface Posting {
  readonly at: number
  /** Of people: until the first notice after the arrival; null = none is given. */
  readonly noticeMs: number | null
  /** It wakes nobody: there is nothing left to read. */
  readonly isRead?: boolean
}

/** Its message, its deliveries, and the waking of idle members. */
export function sentEvents(
  plan: Plan,
  message: Message,
  recipients: readonly Recipient[],
  { at, noticeMs, isRead = false }: Posting,
): Event[] {
  const deliveries = recipients.map(({ name, kind }): Delivery => ({
    id: deliveryIdOf(message.id, name),
    messageId: message.id,
    recipient: name,
    recipientKind: kind,
    from: message.from,
    kind: message.kind,
    priority: message.priority,
    hops: message.hops,
    at: message.at,
    isFresh: message.conversation === 'new',
    ...(message.conversation === 'resume' ? { resumes: true as const } : {}),
    state: { kind: 'waiting', notBefore: null },
    tries: 0,
    lastReason: null,
    noticeAt: kind === 'person' && noticeMs !== null ? at + noticeMs : null,
    ...askedBy(plan, message),
  }))
  const woken =
    message.priority === 'low' || isRead
      ? []
      : recipients.flatMap(({ name, kind }) =>
          kind === 'member' ? wokenEvents(plan, name, at) : [],
        )
  return [{ type: 'message.sent', at, message, deliveries }, ...woken]
}

/** Wakes a member that is idle, or waits before a repeat; one that waits for its provider waits on. One at work looks itself when its turn ends. */
export function wokenEvents(plan: Plan, member: string, at: number, notBefore = at): Event[] {
  const task = plan.tasks.get(standingIdOf(member))
  return !task || (task.state.kind === 'open' && task.backOffs > 0)
    ? []
    : wokenEarlier(task, at, notBefore)
}

/** Of a standing task. */
export function wokenEarlier({ id, state }: Task, at: number, notBefore = at): Event[] {
  const isIdle = state.kind === 'waiting' && state.for === 'message'
  const isLater = state.kind === 'open' && state.park === null && (state.notBefore ?? 0) > notBefore
  if (!isIdle && !isLater) return []
  return [{ type: 'task.woken', at, id, notBefore: notBefore <= at ? null : notBefore }]
}

/** When these want the next turn of their member, ms; null = nothing wakes it. */
export function nextTurnAt(waiting: readonly Delivery[], at: number): number | null {
  const times = waiting.flatMap(({ priority, state }) =>
    priority === 'low' || state.kind !== 'waiting' ? [] : [state.notBefore ?? at],
  )
  return times.length === 0 ? null : Math.min(...times)
}

/** What a standing task does when a turn is over, or when what woke it is gone. */
export function restingEvent(id: Task['id'], waiting: readonly Delivery[], at: number): Event {
  const next = nextTurnAt(waiting, at)
  return next === null
    ? {
        type: 'task.awaiting',
        at,
        id,
        for: 'message',
        text: 'it is idle: nothing waits for it',
        failure: null,
        provider: null,
      }
    : { type: 'task.woken', at, id, notBefore: next <= at ? null : next }
}

/** The standing task of a member after some of its deliveries were closed: it rests where it was woken for nothing else. */
export function settledMember(
  plan: Plan,
  member: string,
  gone: ReadonlySet<string>,
  at: number,
): Event[] {
  const task = plan.tasks.get(standingIdOf(member))
  if (!task || plan.agentOf(task.id) !== null) return []
  const left = deliveriesTo(plan, [member]).filter(({ id }) => !gone.has(id))
  return isTooEarly(task, left, at) ? [restingEvent(task.id, left, at)] : []
}

/** It was woken for what is gone, or comes later; one whose provider sleeps wakes with that, where there is something for it then. */
function isTooEarly({ state }: Task, waiting: readonly Delivery[], at: number): boolean {
  if (state.kind !== 'open') return false
  const next = nextTurnAt(waiting, at)
  // A provider that is awake again keeps it from nothing.
  return next === null || Math.max(state.notBefore ?? at, state.park?.until ?? at) < next
}

/** The standing tasks of members whose turn on another task is over: that turn may have taken what had woken them. */
export const afterOtherTurn = (
  plan: Plan,
  { id }: Pick<Task, 'id'>,
  { members, waiting }: Pick<TurnEnd, 'members' | 'waiting'>,
  at: number,
): Event[] =>
  [...members].flatMap((member) => {
    const standing = plan.tasks.get(standingIdOf(member))
    if (!standing || standing.id === id) return []
    const own = waiting.filter(({ recipient }) => recipient === member)
    const next = nextTurnAt(own, at)
    if (isTooEarly(standing, own, at)) return [restingEvent(standing.id, own, at)]
    return next === null ? [] : wokenEvents(plan, member, at, next)
  })

/** The settlement of a standing task by its turn: it never ends, and the repeat of its messages stands in place of a retry. */
export function standingEvents(
  { task, agent, at }: Pick<Turn, 'task' | 'agent' | 'at'>,
  settled: readonly Event[],
  waiting: readonly Delivery[],
): readonly Event[] {
  const [first, ...others] = settled
  if (!isStanding(task.id) || first === undefined) return settled
  const isOver = first.type === 'task.completed' || first.type === 'task.judging'
  // What it had taken was dealt with meanwhile; one that took nothing was asked for by hand.
  const isDropped = agent.hops !== undefined && isEmptyTurn(first, nextTurnAt(waiting, at), at)
  if (!isOver && !isSpent(first) && !isDropped) return settled
  const workedMs = 'workedMs' in first ? first.workedMs : undefined
  const resting = restingEvent(task.id, waiting, at)
  const rests = workedMs === undefined ? resting : ({ ...resting, workedMs } as Event)
  return [rests, ...(isDropped ? others : [])]
}

/** It would be tried again, or wait for a sign-in, while nothing is due. */
function isEmptyTurn(settled: Event, next: number | null, at: number): boolean {
  if (settled.type === 'task.awaiting') return settled.for === 'sign-in' && next === null
  if (settled.type !== 'task.returned' || settled.isAttempt || settled.held) return false
  return next === null || next > Math.max(at, settled.notBefore ?? at, settled.park?.until ?? at)
}

/** It counts as a try of what was taken. */
export function isSpent(event: Event | undefined): boolean {
  switch (event?.type) {
    case 'task.failed':
      return true
    case 'task.returned':
      return event.isAttempt
    case 'task.repeated':
      return event.failure !== null && event.failure.class !== 'budget'
    default:
      return false
  }
}
