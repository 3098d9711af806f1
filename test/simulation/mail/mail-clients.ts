/** People and agents that write to each other, answer, close and take messages, also twice, too late and too often. */
import { orElse } from '../../../src/base/result.ts'
import type { Actor, Command } from '../../../src/domain/command.ts'
import type { AgentId, TaskId } from '../../../src/domain/ids.ts'
import { derivedMessageId } from '../../../src/domain/messages/derived-id.ts'
import { jobMessage, openRun } from '../../../src/domain/messages/fire-job.ts'
import {
  type Message,
  MESSAGE_PRIORITIES,
  messageSchema,
} from '../../../src/domain/messages/message.ts'
import { standingIdOf } from '../../../src/domain/messages/standing.ts'
import type { Plan } from '../../../src/domain/plan.ts'
import type { StoredMessage } from '../../../src/store/mail/mail-reads.ts'
import type { Store } from '../../../src/store/store.ts'
import { recipientsOf, senderName } from '../../../src/yard/messages/recipients.ts'
import { delegateOf, sendingOf } from '../../../src/yard/messages/send.ts'
import { messageAt } from '../../support/mail.ts'
import { asAgent, PERSON, taskId } from '../../support/plan-builder.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import type { Wish } from '../clients.ts'
import type { Process } from '../world.ts'
import type { SimMail } from './sim-mail.ts'

export interface MailAbout {
  readonly random: SeededRandom
  readonly plan: Plan
  readonly store: Store
  readonly mail: SimMail
  readonly now: number
  /** Numbers what is new. */
  readonly count: number | string
}

const OF_PEOPLE = {
  one: 30,
  some: 8,
  all: 4,
  task: 6,
  agent: 4,
  delegate: 6,
  reply: 10,
  ack: 8,
  ackAll: 1,
  dead: 5,
  wake: 3,
  hold: 2,
  release: 5,
  job: 3,
  twice: 3,
  work: 10,
} as const

const OF_AGENTS = {
  one: 10,
  flood: 2,
  all: 2,
  reply: 8,
  ack: 5,
  take: 8,
  ask: 4,
  delegate: 2,
} as const

/** What a person wants of messages next; null where there is nothing of that kind to be wanted. */
export function mailWish(about: MailAbout): Wish | null {
  const { random } = about
  const kind = random.weighted(OF_PEOPLE)
  const command = personal(kind, about)
  return command && { command, by: PERSON, isLate: false }
}

function personal(kind: keyof typeof OF_PEOPLE, about: MailAbout): Command | null {
  const { random, plan, store, mail } = about
  switch (kind) {
    case 'one':
      return sending(about, PERSON, [anyMember(about)])
    case 'some':
      return sending(about, PERSON, Object.keys(mail.settings.members))
    case 'all':
      return sending(about, PERSON, ['all'])
    case 'task':
      return sending(about, PERSON, [`task:${random.pick([...plan.tasks.keys(), taskId('none')])}`])
    case 'agent':
      return sending(about, PERSON, [...plan.agents.keys()].slice(0, 1))
    case 'delegate':
      return sending(about, PERSON, [random.pick(mail.members)], { kind: 'delegation' })
    case 'reply':
      return reply(about, PERSON, anyOpen(about))
    case 'ack': {
      const stored = random.chance(0.8) ? anyOpen(about) : anyMessage(about)
      return stored && { type: 'message.ack', deliveryIds: stored.deliveries.map(({ id }) => id) }
    }
    case 'ackAll':
      return { type: 'message.ackAll', names: [anyMember(about)] }
    case 'dead':
      return settleDead(about)
    case 'wake':
      return { type: 'member.wake', id: standingIdOf(random.pick(mail.members)) }
    case 'hold':
      return { type: 'task.hold', id: standingIdOf(random.pick(mail.members)) }
    case 'release':
      return { type: 'task.release', id: standingIdOf(random.pick(mail.members)) }
    case 'job':
      return runNow(about)
    case 'twice': {
      // The same message under another request.
      const again = orElse(() => store.mail.messages({ limit: 5 }), [])[0]
      const names = again?.message.to.filter((name) => !name.startsWith('job:')) ?? []
      return again ? sending(about, PERSON, names, { id: again.message.id }) : null
    }
    case 'work':
      return {
        type: 'task.add',
        task: {
          id: taskId(`t${about.count}`),
          title: `t${about.count}`,
          description: `what t${about.count} is about`,
          member: random.pick(mail.members),
          executor: random.pick([null, null, null, 'manual']),
          maxAttempts: random.chance(0.3) ? random.int(1, 4) : null,
          ...(random.chance(0.15) ? { schedule: { spec: '600000', tz: null } } : {}),
        },
        nextFireAt: null,
      }
  }
}

/** More than may be sent to one in a minute. */
const FLOOD = 14

/** What a living agent does about messages through its own command line or tools. */
export function mailOfAgent(about: MailAbout, process: Process): readonly Wish[] {
  const { agentId, taskId: id, generation } = process
  const by = asAgent(Number(agentId.slice('agent-'.length)), id, generation)
  const kind = about.random.weighted(OF_AGENTS)
  const numbers = Array.from(
    { length: kind === 'flood' ? FLOOD : 1 },
    (_, i) => `${about.count}.${i}`,
  )
  return numbers.flatMap((count) => {
    const command = ofAgent(kind, { ...about, count }, by)
    return command ? { command, by, isLate: false } : []
  })
}

/** Other orchestrators have the names of the tasks that they hold. */
export function mailOfClaimant(about: MailAbout): Wish | null {
  const [agent] = [...about.plan.agents.values()].filter(({ by }) => by === 'person')
  if (!agent) return null
  const by = asAgent(Number(agent.id.slice('agent-'.length)), agent.taskId, agent.generation)
  const command = ofAgent(about.random.pick(['one', 'take', 'take', 'ack'] as const), about, by)
  return command && { command, by, isLate: false }
}

/** Of one that has ended: its token is good for nothing. */
export function lateMail(about: MailAbout, agentId: AgentId, id: TaskId): Wish | null {
  const { plan, random } = about
  const task = plan.tasks.get(id)
  if (!task || plan.agents.has(agentId)) return null
  const by = asAgent(Number(agentId.slice('agent-'.length)), id, task.generation)
  const command = ofAgent(random.pick(['one', 'ack', 'take'] as const), about, by)
  return command && { command, by, isLate: true }
}

type AgentActor = Extract<Actor, { kind: 'agent' }>

function ofAgent(kind: keyof typeof OF_AGENTS, about: MailAbout, by: AgentActor): Command | null {
  const { random, mail } = about
  const { agentId, generation, taskId: id } = by
  switch (kind) {
    case 'one':
      return sending(about, by, [anyMember(about)])
    case 'flood':
      return sending(about, by, [mail.members[0] ?? 'back'])
    case 'all':
      return sending(about, by, ['all'])
    case 'reply':
      return reply(about, by, anyOpen(about))
    case 'ack': {
      const stored = random.chance(0.8) ? anyOpen(about) : anyMessage(about)
      return stored && { type: 'message.ack', deliveryIds: stored.deliveries.map((one) => one.id) }
    }
    case 'take':
      return { type: 'delivery.take', agentId, generation, isUrgentOnly: random.chance(0.3) }
    case 'ask': {
      const asks = { taskId: id, what: 'answer' } as const
      const question = sending(about, by, [random.pick(mail.members)], { kind: 'question', asks })
      if (question?.type !== 'message.send') return null
      const { type: _, ...asked } = question
      return { type: 'task.ask', id, text: 'which one?', sending: asked }
    }
    case 'delegate':
      return sending(about, by, [random.pick(mail.members)], { kind: 'delegation' })
  }
}

const anyMember = ({ random, mail }: MailAbout): string =>
  random.pick(Object.keys(mail.settings.members))

function anyOpen({ random, plan, store }: MailAbout): StoredMessage | null {
  const open = [...plan.deliveries.values()]
  if (open.length === 0) return null
  const { messageId } = random.pick(open)
  return orElse(() => store.mail.message(messageId), null)
}

/** Also one that was closed long ago. */
function anyMessage({ random, store }: MailAbout): StoredMessage | null {
  const all = orElse(() => store.mail.messages({ limit: 50 }), [])
  return all.length === 0 ? null : random.pick(all)
}

function settleDead(about: MailAbout): Command | null {
  const { store, random, now, count, mail } = about
  const [first] = orElse(() => store.mail.dead(20), [])
  const stored = first && orElse(() => store.mail.message(first.messageId), null)
  if (!stored) return null
  const dead = stored.deliveries.filter(({ state }) => state.kind === 'dead')
  if (dead.length === 0) return null
  const { id } = stored.message
  if (random.chance(0.4)) return { type: 'message.settleDead', id, how: 'drop', dead }
  const recipients = dead.map(({ recipient: name, recipientKind: kind }) => ({ name, kind }))
  const message: Message = {
    ...stored.message,
    id: derivedMessageId(now, `again ${count}`),
    at: now,
    hops: 0,
    to: recipients.map(({ name }) => name),
  }
  const again = orElse(
    () => sendingOf({ settings: mail.settings, store, now }, message, recipients),
    null,
  )
  return again && { type: 'message.settleDead', id, how: 'retry', dead, again }
}

function runNow({ random, mail, store, now, count }: MailAbout): Command | null {
  const { jobs, members } = mail.settings
  const names = Object.keys(jobs)
  const name = names.length === 0 ? null : random.pick(names)
  const job = name === null ? undefined : jobs[name]
  if (name === null || !job) return null
  return orElse((): Command => {
    const firing = { name, job, number: mail.takeNumber(name), at: now }
    const id = derivedMessageId(now, `by hand ${count}`)
    const kind = members[job.member]?.isPerson ? 'person' : 'member'
    const message = jobMessage(firing, id)
    return {
      type: 'job.fire',
      run: openRun(firing, { trigger: 'hand', scheduledFor: null }, id),
      sending: sendingOf({ settings: mail.settings, store, now }, message, [
        { name: job.member, kind },
      ]),
    }
  }, null)
}

/** As a handler of the contract makes it: by what is committed now. */
function sending(
  about: MailAbout,
  by: Actor,
  to: readonly string[],
  more: Partial<Message> = {},
): Command | null {
  const { random, plan, store, mail, now, count } = about
  const { settings } = mail
  const from = senderName(plan, by)
  const found = recipientsOf({ plan, settings }, to, from)
  if (!found.ok) return null
  const recipients = found.value
  const agent = by.kind === 'agent' ? plan.agents.get(by.agentId) : undefined
  const message: Message = messageAt(now, `m${count}`, {
    from,
    to: recipients.map(({ name }) => name),
    priority: random.pick([...MESSAGE_PRIORITIES, 'normal']),
    kind: random.pick(['message', 'message', 'question'] as const),
    conversation: random.pick([null, null, null, 'new', 'resume'] as const),
    hops: by.kind === 'agent' ? 1 + (agent?.hops ?? 0) : 0,
    ...more,
  })
  const delegate = delegateOf(message, recipients)
  if (!delegate.ok || !messageSchema.safeParse(message).success) return null
  return orElse(
    (): Command => ({
      type: 'message.send',
      ...sendingOf({ settings, store, now }, message, recipients),
      ...(delegate.value ? { delegate: delegate.value } : {}),
    }),
    null,
  )
}

function reply(about: MailAbout, by: Actor, stored: StoredMessage | null): Command | null {
  if (!stored) return null
  const { random } = about
  const original = stored.message
  const isEscalation = original.asks?.what === 'escalation'
  const isToYard = original.from === 'yard'
  const more: Partial<Message> = {
    kind: 'message',
    priority: original.priority,
    task: original.task,
    replyTo: original.id,
    ...(isEscalation ? { decision: random.pick(['retry', 'pause', 'cancel'] as const) } : {}),
  }
  const answer = isToYard ? toYard(about, by, more) : sending(about, by, [original.from], more)
  return answer?.type === 'message.send' ? { ...answer, original, isReply: true } : null
}

/** What the yard has asked is done by the answer itself. */
function toYard({ plan, store, mail, now, count }: MailAbout, by: Actor, more: Partial<Message>) {
  const from = senderName(plan, by)
  const message = messageAt(now, `m${count}`, { from, ...more, to: ['yard'] })
  const { settings } = mail
  return orElse(
    (): Command => ({
      type: 'message.send',
      ...sendingOf({ settings, store, now }, message, []),
    }),
    null,
  )
}
