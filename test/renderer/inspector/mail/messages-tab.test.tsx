/** The talk about a task beside it. */
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { MessageView } from '../../../../src/contract/message.ts'
import type { TaskCard } from '../../../../src/contract/view.ts'
import { MessagesTab } from '../../../../src/renderer/inspector/mail/messages-tab.tsx'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { emptyView } from '../../../../src/renderer/model/session/yard-view.ts'
import { eventually } from '../../../support/eventually.ts'
import { messageOf } from '../../../support/mail-views.ts'
import { cardOf, summaryOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

afterEach(cleanup)

function open(card: TaskCard, messages: readonly MessageView[]) {
  const asked: object[] = []
  const sent: object[] = []
  const client = {
    member: { list: async () => [] },
    message: {
      list: async (filter: object) => {
        asked.push(filter)
        return messages
      },
      send: async ({ commandId, ...input }: { readonly commandId?: string }) => {
        expect(commandId).toBeDefined()
        sent.push(input)
        return messageOf(9)
      },
    },
  }
  const view = { ...emptyView, summary: summaryOf(), tasks: new Map([[card.id, card]]) }
  render(
    <SessionContext value={liveSession(client, view)}>
      <MessagesTab card={card} />
    </SessionContext>,
  )
  return { asked, sent }
}

test('all about it is listed, and one more goes to its next agent', async () => {
  const { asked, sent } = open(cardOf('api'), [messageOf(1, { task: 'api' as never })])
  await screen.findByRole('article', { name: 'Message from person to back-end' })
  expect(asked[0]).toMatchObject({ task: 'api' })
  expect(screen.getByText('With the next try of api')).toBeDefined()
  fireEvent.change(screen.getByRole('textbox', { name: 'Message to task:api' }), {
    target: { value: 'Mind the tests' },
  })
  fireEvent.click(screen.getByRole('button', { name: /^Send/ }))
  await eventually(() => expect(sent).toHaveLength(1))
  expect(sent[0]).toMatchObject({ to: ['task:api'], task: 'api', text: 'Mind the tests' })
})

test('with nothing said it says so', async () => {
  open(cardOf('api'), [])
  expect(await screen.findByText(/No message to its agents/)).toBeDefined()
})

test('of one that is over nobody would read a message, and that is said instead', async () => {
  open(cardOf('api', { status: 'done', state: 'done' }), [])
  await screen.findByText(/Reopen it to write to its next one/)
  expect(screen.queryByRole('textbox')).toBeNull()
})
