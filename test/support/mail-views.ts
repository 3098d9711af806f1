/** Messages, members and jobs as clients read them, in a line or two. */
import type { JobView } from '../../src/contract/job.ts'
import type { DeliveryView, MemberView, MessageView } from '../../src/contract/message.ts'
import { derivedMessageId } from '../../src/domain/messages/derived-id.ts'

const AT = Date.parse('2026-11-20T10:00:00.000Z')

export const messageIdOf = (number: number): string =>
  derivedMessageId(AT + number * 1000, `view ${number}`)

export const deliveryOf = (recipient: string, more: Partial<DeliveryView> = {}): DeliveryView => ({
  recipient,
  recipientKind: recipient === 'person' ? 'person' : 'member',
  state: 'waiting',
  agent: null,
  how: null,
  by: null,
  at: null,
  notBefore: null,
  tries: 0,
  reason: null,
  ...more,
})

/** The greater its number, the newer. */
export const messageOf = (number: number, more: Partial<MessageView> = {}): MessageView => {
  const to = more.to ?? ['back-end']
  return {
    id: messageIdOf(number) as MessageView['id'],
    at: new Date(AT + number * 1000).toISOString(),
    from: 'person',
    to,
    kind: 'message',
    priority: 'normal',
    task: null,
    replyTo: null,
    conversation: null,
    text: `Text ${number}`,
    hops: 0,
    diff: null,
    asks: null,
    decision: null,
    deliveries: to.map((name) => deliveryOf(name)),
    ...more,
  }
}

export const memberOf = (name: string, more: Partial<MemberView> = {}): MemberView => ({
  name,
  executor: 'claude',
  person: false,
  conversation: 'resume',
  pilot: false,
  state: 'idle',
  paused: false,
  waiting: 0,
  agent: null,
  lastTurn: null,
  nextWake: null,
  retryAfterMs: 600_000,
  tries: 3,
  ...more,
})

export const jobOf = (name: string, more: Partial<JobView> = {}): JobView => ({
  name,
  member: 'back-end',
  message: 'Look at the night',
  schedule: '0 7 * * 1-5',
  tz: null,
  conversation: 'resume',
  missed: 'once',
  paused: false,
  next: '2026-11-23T07:00:00.000Z',
  last: null,
  ...more,
})
