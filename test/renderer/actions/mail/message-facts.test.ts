/** How messages can be answered, and which delivery says where they stand. */
import { expect, test } from 'vitest'
import {
  answeredFor,
  deliveryState,
  followUp,
  tellingDelivery,
} from '../../../../src/renderer/actions/mail/message-facts.ts'
import { deliveryOf, memberOf, messageIdOf, messageOf } from '../../../support/mail-views.ts'

const asText = (iso: string): string => iso.slice(11, 16)
const closed = (name: string, how: 'handled' | 'dropped') =>
  deliveryOf(name, { state: 'closed', how, by: 'agent-1', at: '2026-11-20T10:00:00Z' })

test('each state of a delivery has its word', () => {
  const again = deliveryOf('back-end', { notBefore: '2026-11-20T14:40:00Z' })
  const words = [
    deliveryOf('person'),
    deliveryOf('back-end'),
    again,
    deliveryOf('back-end', { state: 'taken', agent: 'agent-7' }),
    deliveryOf('back-end', { state: 'dead' }),
    closed('back-end', 'handled'),
    closed('back-end', 'dropped'),
    deliveryOf('qa@oslo', { recipientKind: 'remote' }),
  ].map((delivery) => deliveryState(delivery, asText)[1])
  expect(words).toEqual([
    ...['Waits for a person', 'Waits', 'Again 14:40', 'With agent-7', 'Dead', 'Handled'],
    ...['Dropped', 'In the outbox'],
  ])
})

test('a dead letter says more than what waits, and that more than what is closed', () => {
  const done = messageOf(1, { deliveries: [closed('back-end', 'handled')] })
  const waits = messageOf(2)
  const dead = messageOf(3, { deliveries: [deliveryOf('qa', { state: 'dead' })] })
  expect(tellingDelivery([done, waits, dead])?.state).toBe('dead')
  expect(tellingDelivery([done, waits])?.state).toBe('waiting')
  expect(tellingDelivery([])).toBeNull()
})

test('a person answers what is for people, and in the place of a member what is for that', () => {
  const toPerson = messageOf(1, { from: 'back-end', to: ['person'] })
  expect(answeredFor(toPerson, [])).toEqual({ names: ['person'], isForPerson: true })
  const between = messageOf(2, { from: 'back-end', to: ['qa'] })
  expect(answeredFor(between, [memberOf('qa')])).toEqual({ names: ['qa'], isForPerson: false })
  expect(answeredFor(between, [memberOf('qa', { pilot: true })])?.isForPerson).toBe(true)
})

test('what one sent oneself, what is closed and what reads no answers is not answered', () => {
  expect(answeredFor(messageOf(1), [])).toBeNull()
  const over = { from: 'back-end', to: ['person'], deliveries: [closed('person', 'handled')] }
  expect(answeredFor(messageOf(2, over), [])).toBeNull()
  const job = messageOf(3, { from: 'job:nightly' })
  expect(answeredFor(job, [])).toBeNull()
  const notice = messageOf(4, { from: 'yard', to: ['person'] })
  expect(answeredFor(notice, [])).toBeNull()
  expect(answeredFor({ ...notice, from: 'yard@second' }, [])).toBeNull()
  const asks = { taskId: 'api' as never, what: 'escalation' } as const
  expect(answeredFor({ ...notice, asks }, [])?.isForPerson).toBe(true)
})

test('one more message goes to the other side, and never answers what still waits for another', () => {
  const mine = messageOf(1)
  expect(followUp([mine])).toEqual({ to: ['back-end'], replyTo: messageIdOf(1) })
  const between = messageOf(2, { from: 'qa', to: ['back-end'], replyTo: mine.id })
  expect(followUp([mine, between])).toEqual({ to: ['qa'], replyTo: messageIdOf(1) })
  const handled = { ...between, deliveries: [closed('back-end', 'handled')] }
  expect(followUp([mine, handled]).replyTo).toBe(messageIdOf(2))
  expect(followUp([between]).replyTo).toBeNull()
})
