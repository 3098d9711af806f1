/** Requests about messages and members. */
import type { MessageView } from '../../contract/message.ts'
import { storableText } from '../../domain/bounds.ts'
import type { Sending } from '../../domain/command.ts'
import type { TaskId } from '../../domain/ids.ts'
import { dueBetweenSteps } from '../../domain/decide/mail-turn.ts'
import {
  type Delivery,
  isYardSender,
  type Message,
  messageIdSchema,
} from '../../domain/messages/message.ts'
import { standingIdOf } from '../../domain/messages/standing.ts'
import { namesOf } from '../../domain/messages/names.ts'
import type { Task } from '../../domain/task.ts'
import { unknownMember } from '../../domain/routing/resolve.ts'
import type { StoredMessage } from '../../store/mail/mail-reads.ts'
import { diffOf } from '../git/changes.ts'
import { type HandlerContext, procedures, send, taskOf } from '../handlers/context.ts'
import { refuse, refuseAs, valueOf } from '../handlers/failures.ts'
import { asSender } from './as-sender.ts'
import { standingMembers } from './mail-port.ts'
import { toMemberView, toMessageView } from './message-view.ts'
import { meantBy, recipientsOf, senderName } from './recipients.ts'
import {
  delegateOf,
  messageOf,
  newMessageId,
  type Said,
  sendingOf,
  tooLargeToTravel,
} from './send.ts'

/** UTF-16 units of the changes that go with a review. */
const MAX_DIFF = 100_000

export const messageHandlers = {
  send: procedures.message.send.handler(async ({ context, input }) => {
    const { commandId, replyTo, to, text, kind, priority, conversation = null } = input
    const original = replyTo === undefined ? null : messageNamed(context, replyTo)
    const task = input.task === undefined ? null : taskOf(context, input.task)
    if (kind === 'review' && !task)
      refuseAs('bad-request', 'task: a review needs the task whose changes are looked at', {
        hint: 'name it: --task ID',
      })
    const said = {
      ...saidBy(context, to),
      text,
      kind,
      priority,
      conversation,
      task: task?.id ?? null,
      replyTo: original?.message.id ?? null,
      diff: kind === 'review' && task ? await diffText(context, task.id) : null,
    }
    return asSender(context, to, () => sendMessage(context, said, { original, commandId }))
  }),
  list: procedures.message.list.handler(({ context, input }) => {
    const { to, task, open = false, dead = false, kind, before, limit } = input
    const asked = task === undefined ? undefined : taskOf(context, task)
    const names = asked ? ofTask(context, asked) : namesAsked(context, to)
    const about =
      asked?.id ?? names?.find((name) => name.startsWith('task:') && to === name.slice(5))?.slice(5)
    const state = dead ? 'dead' : open ? 'open' : undefined
    return context.yard.store.mail
      .messages({ names, about, state, kind, before, limit })
      .map(toMessageView)
  }),
  get: procedures.message.get.handler(({ context, input }) =>
    toMessageView(messageNamed(context, input.id)),
  ),
  thread: procedures.message.thread.handler(({ context, input }) => {
    const { message } = messageNamed(context, input.id)
    return context.yard.store.mail
      .thread(message.id)
      .filter((each) => mayRead(context, each))
      .map(toMessageView)
  }),
  reply: procedures.message.reply.handler(({ context, input }) => {
    const original = messageNamed(context, input.id)
    const { decision = null, text, commandId } = input
    if (decision !== null && original.message.asks?.what !== 'escalation')
      refuseAs('bad-request', `decision: ${original.message.id} asks for none`)
    const { from, id, task, kind, priority, asks } = original.message
    if (isYardSender(from) && asks === null)
      refuseAs('wrong-state', `message ${id} is a notice of ${from}, which reads no answers`, {
        hint: `yard msg ack ${id} closes it`,
        facts: { id },
      })
    const said = {
      ...saidBy(context, [answerable(context, from)]),
      text,
      decision,
      task,
      priority,
      kind: kind === 'question' || kind === 'review' ? ('message' as const) : kind,
      replyTo: id,
    }
    const kindOfReply = said.kind === 'delegation' ? ('message' as const) : said.kind
    const how = { original, commandId, isReply: true } as const
    return asSender(context, said.to, () =>
      sendMessage(context, { ...said, kind: kindOfReply }, how),
    )
  }),
  ack: procedures.message.ack.handler(async ({ context, input }) => {
    const stored = messageNamed(context, input.id)
    const deliveryIds = deliveriesFor(context, stored, input.for).map(({ id }) => id)
    await send(context, { type: 'message.ack', deliveryIds }, input.commandId)
    return viewOf(context, input.id)
  }),
  ackAll: procedures.message.ackAll.handler(async ({ context, input }) => {
    const names = namesMeant(context, input.for)
    const { ids } = await send(context, { type: 'message.ackAll', names }, input.commandId)
    return { acked: ids.map((id) => id.slice(0, id.indexOf('>'))) }
  }),
  // One after the other: the second of two at once finds what the first has left.
  retry: procedures.message.retry.handler(({ context, input }) =>
    context.yard.sendInTurn(`dead ${input.id}`, async () => {
      const stored = messageNamed(context, input.id)
      const { id } = stored.message
      const dead = deadOf(stored)
      const again = dead.length > 0 ? sentAnew(context, stored.message, dead) : undefined
      const command = { type: 'message.settleDead', id, how: 'retry', dead } as const
      const { ids } = await send(context, { ...command, ...(again && { again }) }, input.commandId)
      return viewOf(context, ids[0] ?? '')
    }),
  ),
  drop: procedures.message.drop.handler(async ({ context, input }) => {
    const stored = messageNamed(context, input.id)
    const { id } = stored.message
    const command = { type: 'message.settleDead', id, how: 'drop', dead: deadOf(stored) } as const
    await send(context, command, input.commandId)
    return viewOf(context, input.id)
  }),
  take: procedures.message.take.handler(async ({ context, input }) => {
    const { actor, yard } = context
    if (actor.kind !== 'agent')
      return refuseAs('not-allowed', 'only an agent takes messages', {
        hint: 'yard msg list shows them, yard msg ack closes one',
      })
    const { agentId, generation } = actor
    const { urgent: isUrgentOnly } = input
    const command = { type: 'delivery.take', agentId, generation, isUrgentOnly } as const
    const { ids } = await send(context, command, input.commandId)
    return ids.flatMap((id) => {
      const stored = yard.store.mail.message(id.slice(0, id.indexOf('>')))
      return stored ? [toMessageView(stored)] : []
    })
  }),
  waiting: procedures.message.waiting.handler(({ context }) => {
    const waiting = waitingFor(context)
    const urgent = waiting.filter(({ priority }) => priority === 'urgent')
    return { waiting: waiting.length, urgent: urgent.length }
  }),
}

/** What an agent would take now; of a person, what was sent to people. */
function waitingFor({ yard, actor }: HandlerContext): readonly Delivery[] {
  const { plan } = yard
  if (actor.kind !== 'agent')
    return [...plan.deliveries.values()].filter(({ recipientKind }) => recipientKind === 'person')
  const [agent, task] = [plan.agents.get(actor.agentId), plan.tasks.get(actor.taskId)]
  return agent && task ? dueBetweenSteps(plan, task, agent, yard.now()) : []
}

/** To whom it could not be delivered, where they can still be written to. */
function sentAnew({ yard }: HandlerContext, stored: Message, dead: readonly Delivery[]): Sending {
  const { plan, store } = yard
  const { settings } = yard.config()
  const now = yard.now()
  const to = dead.map(({ recipient }) => recipient)
  const recipients = valueOf(recipientsOf({ plan, settings }, to, stored.from))
  const message = { ...stored, id: newMessageId(now), at: now, hops: 0, to }
  return sendingOf({ settings, store, now }, message, recipients)
}

export const memberHandlers = {
  list: procedures.member.list.handler(({ context }) =>
    Object.keys(context.yard.config().settings.members).flatMap(
      (name) => toMemberView(memberSource(context), name) ?? [],
    ),
  ),
  wake: procedures.member.wake.handler(async ({ context, input }) => {
    const id = await standingOf(context, input.name)
    await send(context, { type: 'member.wake', id }, input.commandId)
    return memberView(context, input.name)
  }),
  pause: procedures.member.pause.handler(async ({ context, input }) => {
    const id = await standingOf(context, input.name)
    await send(context, { type: 'task.hold', id }, input.commandId)
    return memberView(context, input.name)
  }),
  resume: procedures.member.resume.handler(async ({ context, input }) => {
    const id = await standingOf(context, input.name)
    await send(context, { type: 'task.release', id }, input.commandId)
    return memberView(context, input.name)
  }),
}

const memberSource = ({ yard }: HandlerContext) => ({
  plan: yard.plan,
  store: yard.store,
  settings: yard.config().settings,
  now: yard.now(),
})

const memberView = (context: HandlerContext, name: string) =>
  toMemberView(memberSource(context), name) ??
  refuse(unknownMember(context.yard.config().settings, name))

/** A person has no turns that could be held. */
async function standingOf({ yard }: HandlerContext, name: string): Promise<TaskId> {
  const { settings } = yard.config()
  const member = settings.members[name]
  if (!member) return refuse(unknownMember(settings, name))
  if (member.isPerson)
    return refuseAs('wrong-state', `${name} is a person, and takes no turns here`, {
      hint: `yard msg send ${name} "…" writes to them`,
    })
  const id = standingIdOf(name)
  // Before the first host of this yard.
  const sync = { type: 'members.sync', members: standingMembers(settings) } as const
  if (!yard.plan.tasks.has(id)) valueOf(await yard.dispatch(sync, { kind: 'coordinator' }))
  return id
}

/** What is the same in all that one caller says. */
function saidBy({ yard, actor }: HandlerContext, to: readonly string[]) {
  const agent = actor.kind === 'agent' ? yard.plan.agents.get(actor.agentId) : undefined
  return {
    from: senderName(yard.plan, actor),
    to,
    hops: actor.kind === 'agent' ? 1 + (agent?.hops ?? 0) : 0,
    diff: null,
    asks: null,
    decision: null,
    conversation: null,
  } as const
}

interface SentAs {
  readonly original: StoredMessage | null
  readonly commandId: string | undefined
  /** What it answers must be open. */
  readonly isReply?: true
}

async function sendMessage(
  context: HandlerContext,
  said: Said,
  { original, commandId, isReply }: SentAs,
): Promise<MessageView> {
  const { yard } = context
  const { settings } = yard.config()
  const now = yard.now()
  const [to] = said.to
  // What the yard has asked is done by the answer itself.
  const isToYard = to !== undefined && isYardSender(to) && original?.message.from === to
  const recipients = isToYard
    ? []
    : valueOf(recipientsOf({ plan: yard.plan, settings }, said.to, said.from))
  const message = messageOf(
    { ...said, to: isToYard ? [to] : recipients.map(({ name }) => name) },
    now,
  )
  const tooLarge = tooLargeToTravel(message, recipients)
  if (tooLarge) refuse(tooLarge)
  const delegate = valueOf(delegateOf(message, recipients))
  const sending = sendingOf(
    { settings, store: yard.store, now },
    message,
    recipients,
    original?.message,
  )
  const more = { ...(delegate ? { delegate } : {}), ...(isReply ? { isReply } : {}) }
  const command = { type: 'message.send', ...sending, ...more } as const
  const { ids } = await send(context, command, commandId)
  return viewOf(context, ids[0] ?? '')
}

/** A question that the task of the agent who asks waits for. */
export function askOf(context: HandlerContext, id: TaskId, to: string, text: string): Sending {
  const { yard } = context
  const { settings } = yard.config()
  const now = yard.now()
  const { from, ...said } = saidBy(context, [to])
  const recipients = valueOf(recipientsOf({ plan: yard.plan, settings }, said.to, from))
  const asked = { kind: 'question', priority: 'normal', task: id, replyTo: null, text } as const
  const asks = { taskId: id, what: 'answer' } as const
  const message = messageOf({ ...said, ...asked, from, asks }, now)
  const tooLarge = tooLargeToTravel(message, recipients)
  if (tooLarge) refuse(tooLarge)
  return sendingOf({ settings, store: yard.store, now }, message, recipients)
}

/** Its deliveries to that name, or to whoever calls; refused where there are none. */
function deliveriesFor(
  context: HandlerContext,
  { message: { id }, deliveries }: StoredMessage,
  name?: string,
): readonly Delivery[] {
  const names = name === undefined ? ownNames(context) : namesMeant(context, name)
  const own = deliveries.filter(({ recipient }) => names === undefined || names.includes(recipient))
  return own.length > 0
    ? own
    : refuseAs('wrong-state', `message ${id} is not for ${name ?? 'this agent'}`, {
        hint: `yard msg read ${id} tells whom it is for`,
        facts: { id },
      })
}

/** A person without a name of their own is reached as whoever looks at the yard; the yard itself reads nothing. */
function answerable({ yard }: HandlerContext, from: string): string {
  if (isYardSender(from)) return from
  const known = recipientsOf({ plan: yard.plan, settings: yard.config().settings }, [from], '')
  return known.ok ? from : 'person'
}

const viewOf = (context: HandlerContext, id: string): MessageView =>
  toMessageView(messageNamed(context, id))

/** As people type it: the last characters differ where the first are of the same day. */
const isEndOfId = (typed: string): boolean => /^[0-9A-HJKMNP-TV-Z]{6,25}$/.test(typed)

/** An agent reads its own alone. */
function messageNamed(context: HandlerContext, id: string): StoredMessage {
  const { yard } = context
  const { mail } = yard.store
  const typed = id.toUpperCase()
  const [only, ...others] = isEndOfId(typed) ? mail.endingWith(typed) : [typed]
  if (others.length > 0)
    return refuseAs('bad-request', `several messages end with ${typed}`, {
      hint: 'type the whole id',
      facts: { id },
    })
  const stored = messageIdSchema.safeParse(only).success ? mail.message(only ?? '') : null
  if (!stored)
    return refuseAs('unknown-message', `there is no message ${JSON.stringify(id)}`, {
      hint: 'yard msg list shows them',
      facts: { id },
    })
  return mayRead(context, stored)
    ? stored
    : refuseAs('not-allowed', `message ${id} is not for this agent`)
}

function mayRead(context: HandlerContext, { message, deliveries }: StoredMessage): boolean {
  const names = ownNames(context)
  return (
    names === undefined ||
    names.includes(message.from) ||
    deliveries.some(({ recipient }) => names.includes(recipient))
  )
}

/** Of an agent; undefined of a person, who sees all. */
function ownNames({ yard, actor }: HandlerContext): readonly string[] | undefined {
  if (actor.kind !== 'agent') return undefined
  const task = yard.plan.tasks.get(actor.taskId)
  return [...(task ? namesOf(task) : []), actor.agentId]
}

const namesAsked = (context: HandlerContext, to: string | undefined) =>
  to === undefined ? ownNames(context) : namesMeant(context, to)

/** An agent asks about its own task alone. */
function ofTask(context: HandlerContext, task: Task): readonly string[] {
  const { actor } = context
  return actor.kind !== 'agent' || actor.taskId === task.id
    ? namesOf(task)
    : refuseAs('not-allowed', `the messages of ${task.id} are not for this agent`)
}

/** A member, a person, a task by its id or as `task:ID`, an agent. */
function namesMeant(context: HandlerContext, name: string): readonly string[] {
  const meant = valueOf(meantBy(context.yard, name))
  const own = ownNames(context)
  const isOwn = own === undefined || meant.some((each) => own.includes(each))
  return isOwn ? meant : refuseAs('not-allowed', `the messages of ${name} are not for this agent`)
}

const deadOf = ({ deliveries }: StoredMessage): readonly Delivery[] =>
  deliveries.filter(({ state }) => state.kind === 'dead')

async function diffText(context: HandlerContext, id: Message['task']): Promise<string | null> {
  if (id === null) return null
  const { files } = valueOf(await diffOf(context.yard, taskOf(context, id), { maxBytes: MAX_DIFF }))
  const text = files.map(({ patch }) => patch ?? '').join('')
  return text === '' ? null : storableText(text).slice(0, MAX_DIFF).toWellFormed()
}
