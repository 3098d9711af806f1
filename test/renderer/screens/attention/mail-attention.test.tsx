/** Messages to people and dead letters where all stands that waits for a person. */
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Attention } from '../../../../src/contract/view.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { emptyView } from '../../../../src/renderer/model/session/yard-view.ts'
import { useCommand } from '../../../../src/renderer/model/session/session-context.tsx'
import { Answers } from '../../../../src/renderer/screens/attention/answers.tsx'
import { attentionItems } from '../../../../src/renderer/screens/attention/attention-items.ts'
import { useMailReply } from '../../../../src/renderer/screens/attention/mail-answers.tsx'
import { isSent } from '../../support/is-sent.ts'
import { cardOf, summaryOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

const ID = '01JD0000000000000000000001'
const asking = (
  message: Partial<NonNullable<Attention['message']>> = {},
  more: Partial<Attention> = {},
): Attention => ({
  task: null,
  agent: null,
  kind: 'message',
  text: 'back-end to person: Blue or red?',
  reason: 'Blue or red?',
  since: '2026-11-20T10:00:00Z',
  message: {
    id: ID,
    from: 'back-end',
    recipient: 'person',
    kind: 'question',
    text: 'Blue or red?',
    asksDecision: false,
    notices: 0,
    ...message,
  },
  ...more,
})
const DEAD = asking(
  { recipient: 'back-end', from: 'person', kind: 'message', text: 'Do it' },
  { kind: 'dead-letter', reason: 'not dealt with: exit 1' },
)

const tasks = new Map([['api', cardOf('api', { title: 'Write the API' })]])
const itemOf = (attention: Attention) => {
  const [item] = attentionItems(summaryOf({ attention: [attention] }), tasks, new Map())
  if (!item) throw new Error('no item')
  return item
}

let sent: [string, object][]
beforeEach(() => {
  sent = []
})
afterEach(() => {
  cleanup()
  location.hash = ''
})

const taking =
  (name: string) =>
  async ({ commandId, ...input }: { readonly commandId?: string }) => {
    expect(commandId).toBeDefined()
    sent.push([name, input])
  }

function Row({ attention }: { readonly attention: Attention }) {
  const command = useCommand()
  const item = itemOf(attention)
  const { act, form } = useMailReply(item)
  return (
    <>
      {form}
      {act}
      <Answers item={item} command={command} />
    </>
  )
}

function open(attention: Attention): void {
  const names = ['reply', 'ack', 'retry', 'drop']
  const message = Object.fromEntries(names.map((name) => [name, taking(name)]))
  render(
    <SessionContext value={liveSession({ message }, emptyView)}>
      <Row attention={attention} />
    </SessionContext>,
  )
}
const press = (name: string | RegExp): void =>
  void fireEvent.click(screen.getByRole('button', { name }))

it('says who wrote what to whom, and what it is about', () => {
  expect(itemOf(asking({}, { task: 'api' }))).toMatchObject({
    word: 'Question',
    title: 'back-end → person',
    text: 'Blue or red?',
    effect: 'about “Write the API”',
    task: null,
  })
  expect(itemOf(DEAD)).toMatchObject({
    word: 'Dead letter',
    text: 'Not dealt with: exit 1: “Do it”',
  })
})

it('a question is answered in place', async () => {
  open(asking())
  fireEvent.change(screen.getByRole('textbox', { name: 'Your reply' }), {
    target: { value: 'Blue' },
  })
  press(/Send reply/)
  await isSent(sent, 1)
  expect(sent).toEqual([['reply', { id: ID, text: 'Blue' }]])
})

it('what becomes of a task that keeps failing is one press', async () => {
  open(asking({ from: 'yard', asksDecision: true }))
  expect(screen.queryByRole('button', { name: /^Ack/ })).toBeNull()
  fireEvent.click(screen.getByRole('radio', { name: 'Pause' }))
  press(/^Pause/)
  await isSent(sent, 1)
  expect(sent).toEqual([['reply', { id: ID, text: 'Pause', decision: 'pause' }]])
})

it('a plain message is answered when that is wanted, or acknowledged', async () => {
  open(asking({ kind: 'message' }))
  expect(screen.queryByRole('textbox')).toBeNull()
  press('Reply to back-end')
  expect(screen.getByRole('textbox', { name: 'Your reply' })).toBeDefined()
  press('Ack the message of back-end')
  await isSent(sent, 1)
  expect(sent).toEqual([['ack', { id: ID, for: 'person' }]])
})

it('a notice of the yard is closed only: it reads no answer', () => {
  open(asking({ kind: 'message', from: 'yard' }))
  expect(screen.queryByRole('button', { name: /Reply/ })).toBeNull()
  expect(screen.getByRole('button', { name: /^Ack/ })).toBeDefined()
})

it('a dead letter is sent anew, dropped, or shown with its thread', async () => {
  open(DEAD)
  press('Retry')
  await isSent(sent, 1)
  press('Drop')
  press('Drop it for good?')
  await isSent(sent, 2)
  expect(sent).toEqual([
    ['retry', { id: ID }],
    ['drop', { id: ID }],
  ])
  press(/^Show/)
  expect(location.hash).toBe(`#/messages?message=${ID}`)
})

it('what a member’s turns wait for names the member, and leads to its messages', () => {
  const attention: Attention = {
    task: '@qa',
    agent: null,
    kind: 'executor',
    text: 'Messages to qa: claude was not found',
    reason: 'claude was not found',
    since: '2026-11-20T10:00:00Z',
  }
  expect(itemOf(attention)).toMatchObject({ title: 'qa', task: null })
  open(attention)
  expect(screen.getByRole('button', { name: 'Open executors' })).toBeDefined()
  press('Show its messages')
  expect(location.hash).toBe('#/messages?who=qa')
})

it('what only says something stands below dead letters and questions, however old', () => {
  const old = { since: '2026-11-20T09:00:00Z' }
  const plain = asking({ id: `${ID.slice(0, -1)}2`, kind: 'message' }, old)
  const items = attentionItems(summaryOf({ attention: [plain, DEAD, asking()] }), tasks, new Map())
  expect(items.map(({ word }) => word).toSorted()).toEqual(['Dead letter', 'Message', 'Question'])
  expect(items.at(-1)?.word).toBe('Message')
})
