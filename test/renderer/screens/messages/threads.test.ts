import { expect, test } from 'vitest'
import { threadsOf } from '../../../../src/renderer/screens/messages/threads.ts'
import { messageOf } from '../../../support/mail-views.ts'

test('answers stand under what they answer, and the newest word decides the order', () => {
  const first = messageOf(1)
  const second = messageOf(2)
  const reply = messageOf(3, { replyTo: first.id })
  const more = messageOf(4, { replyTo: reply.id })
  const threads = threadsOf([more, reply, second, first])
  expect(threads.map(({ messages }) => messages.map(({ text }) => text))).toEqual([
    ['Text 1', 'Text 3', 'Text 4'],
    ['Text 2'],
  ])
  expect(threads[0]).toMatchObject({ id: first.id, first, last: more })
})

test('what answers one that is not listed begins a thread, and a circle ends', () => {
  const lone = messageOf(5, { replyTo: messageOf(9).id })
  expect(threadsOf([lone])).toMatchObject([{ id: lone.id }])
  const one = messageOf(1, { replyTo: messageOf(2).id })
  const two = messageOf(2, { replyTo: one.id })
  expect(threadsOf([two, one]).flatMap(({ messages }) => messages)).toHaveLength(2)
})
