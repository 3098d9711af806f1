/** Sending, answering and closing messages; waking members; runs of jobs. */
import { ok } from '../../base/result.ts'
import type { CommandOf, Sending } from '../command.ts'
import type { Event } from '../event.ts'
import { failure, type Failure } from '../failure.ts'
import {
  type Delivery,
  deliveryIdOf,
  isElsewhere,
  MAX_TAKEN,
  type Message,
  noticesOf,
} from '../messages/message.ts'
import { endedRecipient, sendingRefusal } from '../messages/limits.ts'
import { dueNow, timedEvents } from '../messages/mail-times.ts'
import { namesOf } from '../messages/names.ts'
import { syncEvents } from '../messages/sync-members.ts'
import type { Plan } from '../plan.ts'
import { isFinished, type Task } from '../task.ts'
import { decideAdd } from './decide-add.ts'
import { answerEvents, openDeciders } from './decide-open.ts'
import { taskDeciders } from './decide-task.ts'
import {
  type Circumstances,
  decided,
  type Decided,
  type Deciders,
  loggedEvent,
  nameOf,
  noOp,
  refused,
  unknownTask,
} from './decision.ts'
import {
  dueBetweenSteps,
  sentEvents,
  settledMember,
  takenEvents,
  noticeToSender,
  wokenEarlier,
} from './mail-turn.ts'

export const messageDeciders: Deciders<
  | ('message.send' | 'message.ack' | 'message.ackAll' | 'message.settleDead')
  | ('delivery.take' | 'delivery.notice' | 'deliveries.time')
  | ('delivery.forwarded' | 'members.sync' | 'member.wake' | 'delegation.settle')
  | ('job.fire' | 'job.settle')
> = {
  'message.send': (plan, command, now) => {
    const { message, recipients } = command
    if (recipients.some(({ name }) => plan.deliveries.has(deliveryIdOf(message.id, name))))
      return noOp(message.id)
    const refusal = sendingRefusal(plan, command, now)
    if (refusal) return refused(refusal)
    const events = delegated(plan, command, now)
    if (!events.ok) return events
    const answered = answeredEvents(plan, command, now)
    if (!answered.ok) return answered
    const added = events.value.events.flatMap((event) =>
      event.type === 'task.added' ? [event.task.id] : [],
    )
    return ok({
      events: [...answered.value.events, ...events.value.events],
      reply: { ids: [command.message.id, ...added] },
    })
  },

  'message.ack'(plan, { deliveryIds }, now) {
    const open = deliveryIds.flatMap((id) => plan.deliveries.get(id) ?? [])
    const [first = ''] = deliveryIds
    return open.length > 0
      ? ackedBy(plan, open, now)
      : refused(notOpen(first.slice(0, first.indexOf('>'))))
  },

  'message.ackAll'(plan, { names }, now) {
    const open = names.flatMap((name) =>
      [...plan.deliveriesTo(name)].flatMap((id) => plan.deliveries.get(id) ?? []),
    )
    return open.length > 0 ? ackedBy(plan, open, now) : noOp()
  },

  'message.settleDead'(plan, { id: messageId, dead, again }, now) {
    if (dead.length === 0) return refused(notDead(messageId))
    const refusal = again ? endedRecipient(plan, again) : null
    if (refusal) return refused(refusal)
    const closed = dead.map((each): Event => ({
      type: 'delivery.closed',
      at: now.at,
      id: each.id,
      how: 'dropped',
      by: nameOf(now.by),
      dead: each,
    }))
    const sent = again ? sendingEvents(plan, again, now) : []
    return decided(
      [...(again ? [again.message.id] : []), ...dead.map(({ id }) => id)],
      ...closed,
      ...sent,
    )
  },

  'delivery.take'(plan, { agentId, generation, isUrgentOnly }, { at }) {
    const agent = plan.agents.get(agentId)
    const task = agent && plan.tasks.get(agent.taskId)
    if (agent?.generation !== generation || !task) return noOp()
    const due = dueBetweenSteps(plan, task, agent, at)
      .filter(({ priority }) => !isUrgentOnly || priority === 'urgent')
      .slice(0, MAX_TAKEN)
    return decided(
      due.map(({ id }) => id),
      ...takenEvents(due, agentId, at),
    )
  },

  'delivery.notice'(plan, { id, number, nextAt, isLast }, now) {
    const delivery = plan.deliveries.get(id)
    // Asked for again before it was committed, or taken meanwhile.
    if (delivery?.state.kind !== 'waiting' || noticesOf(delivery) !== number - 1) return noOp()
    const text = `${delivery.recipient} has not read your message ${delivery.messageId} yet. It stays where people see it.`
    const { at } = now
    const told = isLast
      ? noticeToSender(plan, { delivery, text, at, seed: `unread ${id}`, from: delivery.from })
      : []
    return decided([id], { type: 'delivery.noticed', at, id, nextAt }, ...told)
  },

  'deliveries.time': (plan, { times }, { at }) =>
    decided(
      times.map(({ id }) => id),
      ...timedEvents(plan, times, at),
    ),

  'delivery.forwarded'(plan, { id }, { at, by }) {
    const delivery = plan.deliveries.get(id)
    if (!delivery) return noOp()
    return decided([id], { type: 'delivery.closed', at, id, how: 'sent', by: nameOf(by) })
  },

  'members.sync': (plan, { members }, { at }) => syncEvents(plan, members, at),

  'member.wake': (plan, { id }, { at }) => {
    const task = plan.tasks.get(id)
    if (!task) return refused(unknownTask(plan, id))
    const woken = [...dueNow(plan, task, at), ...wokenEarlier(task, at)]
    return woken.length > 0 ? decided([id], ...woken) : noOp(id)
  },

  'delegation.settle'(plan, { id, sending }, now) {
    const task = plan.tasks.get(id)
    if (!task?.delegation || task.delegation.isTold || !isFinished(task)) return noOp(id)
    const told: Event = { type: 'task.delegationTold', at: now.at, id }
    // Who asked may have ended since.
    const sent = endedRecipient(plan, sending) ? [] : sendingEvents(plan, sending, now)
    return decided([id], told, ...sent)
  },

  'job.fire'(plan, { run, sending }, now) {
    if (plan.jobRuns.has(run.id)) return noOp(run.id)
    const fired: Event = { type: 'job.fired', at: now.at, run }
    return decided([run.id], fired, ...(sending ? sendingEvents(plan, sending, now) : []))
  },

  'job.settle'(plan, command, { at }) {
    const { type: _, ...ended } = command
    return plan.jobRuns.has(command.id)
      ? decided([command.id], { type: 'job.ended', at, ...ended })
      : noOp(command.id)
  },
}

function ackedBy(plan: Plan, open: readonly Delivery[], now: Circumstances): Decided {
  if (!open.every((delivery) => mayClose(plan, delivery, now)))
    return refused(failure('not-allowed', 'an agent may close its own messages only'))
  return decided(
    open.map(({ id }) => id),
    ...closedEvents(plan, open, { how: 'acked', woken: [] }, now),
  )
}

const notOpen = (id: string): Failure =>
  failure('wrong-state', `message ${id} is not open`, {
    hint: `yard msg read ${id} tells what became of it`,
    facts: { id },
  })

const notDead = (id: string): Failure =>
  failure('wrong-state', `message ${id} is not dead`, {
    hint: 'yard msg dead lists those that are',
    facts: { id },
  })

const sendingEvents = (plan: Plan, sending: Sending, { at }: Circumstances): Event[] =>
  sentEvents(plan, sending.message, sending.recipients, {
    at,
    noticeMs: sending.mail.retryAfterMs,
  })

/** The message, and where it delegates, the task that its recipient is given. */
function delegated(plan: Plan, sending: CommandOf<'message.send'>, now: Circumstances): Decided {
  const { message, recipients, delegate } = sending
  if (isAnswerOfTask(plan, sending)) return decided([], ...readEvents(plan, sending, now))
  if (!delegate)
    return decided([], ...askedForEvents(plan, sending, now), ...sendingEvents(plan, sending, now))
  const [to] = recipients
  const added = decideAdd(plan, [{ task: delegate.task, nextFireAt: null }], now)
  if (!added.ok || !to) return added
  const { id: messageId, from, hops } = message
  const delegation = { messageId, from, isTold: false, hops }
  const events = added.value.events.map((event): Event =>
    event.type === 'task.added' ? { ...event, task: { ...event.task, delegation } } : event,
  )
  const task = events.find((event) => event.type === 'task.added')?.task.id ?? null
  // The task carries it.
  const read = readEvents(plan, { ...sending, message: { ...message, task } }, now)
  return decided([], ...events, ...read)
}

/** There is nothing left to read of it: it is kept, and closed at once. */
function readEvents(plan: Plan, { message, recipients }: Sending, now: Circumstances): Event[] {
  const { at, by } = now
  const sent = sentEvents(plan, message, recipients, { at, noticeMs: null, isRead: true })
  const closed = recipients.map(({ name }): Event => {
    const id = deliveryIdOf(message.id, name)
    return { type: 'delivery.closed', at, id, how: 'handled', by: nameOf(by) }
  })
  return [...sent, ...closed]
}

/** The task that asked has it as a note, by which it goes on. */
function isAnswerOfTask(plan: Plan, sending: CommandOf<'message.send'>): boolean {
  const state = askingTask(plan, sending)?.state.kind
  const isOver = state === undefined || state === 'done' || state === 'abandoned'
  return !isOver && sending.original?.asks?.what === 'answer'
}

/** The task that waits for this answer; null where nothing is answered, or by one more word of who asked. */
function askingTask(
  plan: Plan,
  { original, message, isReply }: CommandOf<'message.send'>,
): Task | null {
  if (!original?.asks || (!isReply && message.from === original.from)) return null
  return plan.tasks.get(original.asks.taskId) ?? null
}

/** The task that it asks for is there already. */
function askedForEvents(
  plan: Plan,
  { delegated: id, message }: CommandOf<'message.send'>,
  { at }: Circumstances,
): Event[] {
  const task = id && plan.tasks.get(id)
  if (!task || task.delegation || isFinished(task)) return []
  const { id: messageId, from, hops } = message
  return [{ type: 'task.delegated', at, id: task.id, messageId, from, hops }]
}

/** A reply closes what it answers, and does what its question waited for. */
function answeredEvents(
  plan: Plan,
  sending: CommandOf<'message.send'>,
  now: Circumstances,
): Decided {
  const { original, message } = sending
  if (!original) return decided([])
  const open = answeredBy(plan, sending, original, now)
  if (sending.isReply && open.length === 0) return refused(notOpen(original.id))
  // Whoever is woken by the reply itself does not rest.
  const woken = message.priority === 'low' ? [] : sending.recipients.map(({ name }) => name)
  const closed = closedEvents(plan, open, { how: 'replied', woken }, now)
  const more = askedEvents(plan, sending, now)
  return more.ok ? decided([], ...closed, ...more.value.events) : more
}

/** Of the task that waits for it. */
function askedEvents(plan: Plan, sending: CommandOf<'message.send'>, now: Circumstances): Decided {
  const { message, original } = sending
  const task = askingTask(plan, sending)
  if (!task) return decided([])
  return original?.asks?.what === 'answer'
    ? answerOf(plan, task, message, now)
    : decisionOf(plan, task, message, now)
}

/** A person may answer in the place of a member; one more word of whoever sent it is no answer. */
function answeredBy(
  plan: Plan,
  { message, isReply }: CommandOf<'message.send'>,
  original: Message,
  now: Circumstances,
): readonly Delivery[] {
  const all = original.to.flatMap(
    (name) => plan.deliveries.get(deliveryIdOf(original.id, name)) ?? [],
  )
  const own = all.filter((delivery) => isOwn(plan, delivery, message.from, now))
  const isAnswer = isReply === true || message.from !== original.from
  return own.length === 0 && now.by.kind === 'person' && isAnswer ? all : own
}

/** The task goes on with the answer, or has it as a note; where the agent that asked has not ended, it goes on when that has. */
function answerOf(plan: Plan, task: Task, { text, from }: Message, now: Circumstances): Decided {
  const said = `${from} answers: ${text}`
  if (task.state.kind === 'waiting' && task.state.for === 'answer')
    return decided([task.id], ...answerEvents(task, now.by.kind === 'person' ? text : said, now))
  const noted = loggedEvent(task.id, said, now)
  const asker = plan.agentOf(task.id)
  const { at } = now
  if (asker?.report?.kind !== 'fail' || asker.report.failure.class !== 'question')
    return decided([], noted)
  const { failure: asked } = asker.report
  const answered = { type: 'agent.reported', failure: asked, isAnswered: true } as const
  return decided([], noted, { ...answered, at, id: asker.id })
}

function decisionOf(plan: Plan, task: Task, { decision }: Message, now: Circumstances): Decided {
  const { id } = task
  switch (decision) {
    case 'retry':
      // Its next try has begun already.
      if (task.state.kind === 'in-progress') return decided([])
      return openDeciders['task.retry'](task, { type: 'task.retry', id, fresh: false }, now, plan)
    case 'pause':
      return taskDeciders['task.hold'](task, { type: 'task.hold', id }, now, plan)
    case 'cancel':
      return taskDeciders['task.abandon'](
        task,
        { type: 'task.abandon', id, withDependents: false },
        now,
        plan,
      )
    default:
      return decided([])
  }
}

const closedEvents = (
  plan: Plan,
  deliveries: readonly Delivery[],
  { how, woken }: { readonly how: 'acked' | 'replied'; readonly woken: readonly string[] },
  now: Circumstances,
): Event[] => {
  const { at, by } = now
  const gone = new Set(deliveries.map(({ id }) => id))
  const members = new Set(
    deliveries.flatMap(({ recipient, recipientKind }) =>
      recipientKind === 'member' && !woken.includes(recipient) ? [recipient] : [],
    ),
  )
  return [
    ...deliveries.map(({ id }): Event => ({
      type: 'delivery.closed',
      at,
      id,
      how,
      by: nameOf(by),
    })),
    ...[...members].flatMap((member) => settledMember(plan, member, gone, at)),
  ]
}

function isOwn(plan: Plan, delivery: Delivery, from: string, now: Circumstances): boolean {
  if (now.by.kind === 'agent') return mayClose(plan, delivery, now)
  // What comes from another machine answers for its sender alone.
  const isOfPerson = delivery.recipientKind === 'person' && !isElsewhere(from)
  return delivery.recipient === from || isOfPerson
}

function mayClose(plan: Plan, { recipient }: Delivery, { by }: Circumstances): boolean {
  if (by.kind !== 'agent') return true
  const task = plan.tasks.get(by.taskId)
  return recipient === by.agentId || (task !== undefined && namesOf(task).includes(recipient))
}
