/** The screen of messages over a host that answers from here: what it lists, and what it sends. */
import { ORPCError } from '@orpc/client'
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MemberView, MessageView } from '../../../../src/contract/message.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { emptyView } from '../../../../src/renderer/model/session/yard-view.ts'
import { MessagesScreen } from '../../../../src/renderer/screens/messages/messages-screen.tsx'
import { isSent } from '../../support/is-sent.ts'
import { deliveryOf, memberOf, messageOf } from '../../../support/mail-views.ts'
import { summaryOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

let members: MemberView[]
let messages: MessageView[]
let asked: object[]
let sent: [string, object][]
beforeEach(() => {
  members = [memberOf('back-end'), memberOf('ada', { person: true, executor: null })]
  messages = []
  asked = []
  sent = []
  location.hash = '#/messages'
})
afterEach(() => {
  cleanup()
  location.hash = ''
})

const taking =
  (name: string) =>
  async ({ commandId, ...input }: { readonly commandId?: string }) => {
    sent.push([name, input])
    expect(commandId).toBeDefined()
    return messages[0] ?? messageOf(99)
  }

function open(): void {
  const client = {
    member: {
      list: async () => members,
      wake: taking('wake'),
      pause: taking('pause'),
      resume: taking('resume'),
    },
    message: {
      list: async (filter: object) => {
        asked.push(filter)
        return messages
      },
      thread: async ({ id }: { id: string }) => {
        const root = messages.find((each) => each.id === id)
        return messages.filter((each) => each === root || each.replyTo === root?.id).toReversed()
      },
      send: taking('send'),
      reply: taking('reply'),
      ack: taking('ack'),
      retry: taking('retry'),
      drop: taking('drop'),
    },
  }
  render(
    <SessionContext value={liveSession(client, { ...emptyView, summary: summaryOf() })}>
      <MessagesScreen />
    </SessionContext>,
  )
}

const button = (name: string | RegExp): Promise<HTMLElement> =>
  screen.findByRole('button', { name })

describe('an empty screen', () => {
  it('says how to make a member where there is none', async () => {
    members = []
    open()
    await screen.findByText(/There is none yet/)
    expect(screen.getByText('yard member add back-end --executor claude')).toBeDefined()
  })

  it('offers all again where a filter leaves nothing', async () => {
    location.hash = '#/messages?show=dead&who=back-end'
    open()
    await screen.findByText('No message fits.')
    expect(asked.at(-1)).toMatchObject({ dead: true, to: 'back-end' })
    fireEvent.click(await button('Show all'))
    await screen.findByText(/No message yet/)
    expect(asked.at(-1)).toEqual({ limit: 100 })
  })
})

describe('members', () => {
  it('stand with state, next wake and what waits; a person has no turns', async () => {
    members = [
      memberOf('back-end', { agent: 'agent-7', state: 'working', waiting: 3 }),
      memberOf('qa', { paused: true, state: 'sleeping' }),
      memberOf('ada', { person: true, executor: null }),
    ]
    open()
    const row = async (name: RegExp) => within(await screen.findByRole('row', { name }))
    expect((await row(/back-end/)).getByText('Working, agent-7')).toBeDefined()
    expect((await row(/back-end/)).getByText('3')).toBeDefined()
    expect((await row(/back-end/)).queryByRole('button', { name: /Wake/ })).toBeNull()
    expect((await row(/qa/)).getByText('When it is resumed')).toBeDefined()
    expect((await row(/ada/)).queryByRole('button', { name: /Pause/ })).toBeNull()
  })

  it('are woken, paused and resumed', async () => {
    open()
    fireEvent.click(await button('Wake back-end'))
    await isSent(sent, 1)
    fireEvent.click(await button('Pause back-end'))
    await isSent(sent, 2)
    expect(sent).toEqual([
      ['wake', { name: 'back-end' }],
      ['pause', { name: 'back-end' }],
    ])
  })
})

describe('a thread', () => {
  it('is opened with its answers, its deliveries and why one is repeated', async () => {
    const first = messageOf(1, {
      deliveries: [
        deliveryOf('back-end', { tries: 2, reason: 'exit 1', notBefore: '2026-11-20T14:40:00Z' }),
      ],
    })
    messages = [messageOf(2, { from: 'back-end', to: ['person'], replyTo: first.id }), first]
    open()
    fireEvent.click(await button(/person → back-end/))
    const panel = within(await screen.findByRole('complementary', { name: 'person to back-end' }))
    const card = within(
      await panel.findByRole('article', { name: 'Message from person to back-end' }),
    )
    expect(card.getByText(/2 tries/)).toBeDefined()
    expect(card.getByText('exit 1')).toBeDefined()
    await panel.findByRole('article', { name: 'Message from back-end to person' })
  })

  it('shows what others wrote as text, and obeys no tag in it', async () => {
    messages = [messageOf(1, { from: 'back-end', text: '<img src=x onerror=alert(1)> **bold**' })]
    open()
    fireEvent.click(await button(/back-end → back-end/))
    const card = await screen.findByRole('article')
    expect(card.querySelector('img')).toBeNull()
    expect(card.textContent).toContain('<img src=x')
    expect(card.querySelector('strong')?.textContent).toBe('bold')
  })

  it('is answered, and what is closed without an answer is acknowledged for its recipient', async () => {
    messages = [messageOf(1, { from: 'back-end', to: ['person'], kind: 'question' })]
    open()
    fireEvent.click(await button(/back-end → person/))
    fireEvent.click(await button('Ack for person'))
    await isSent(sent, 1)
    fireEvent.click(await button('Reply'))
    fireEvent.change(screen.getByRole('textbox', { name: 'Your reply' }), {
      target: { value: 'Blue' },
    })
    fireEvent.click(await button(/Send reply/))
    await isSent(sent, 2)
    const { id } = messages[0] ?? messageOf(0)
    expect(sent).toEqual([
      ['ack', { id, for: 'person' }],
      ['reply', { id, text: 'Blue' }],
    ])
  })

  it('that is dead says why, and is sent anew or dropped after a second press', async () => {
    const dead = deliveryOf('back-end', { state: 'dead', tries: 3, reason: 'it exited with 1' })
    messages = [messageOf(1, { deliveries: [dead] })]
    open()
    fireEvent.click(await button(/person → back-end/))
    await screen.findByText('it exited with 1')
    fireEvent.click(await button('Retry'))
    await isSent(sent, 1)
    fireEvent.click(await button('Drop'))
    expect(sent.filter(([name]) => name === 'drop')).toEqual([])
    fireEvent.click(await button('Drop it for good?'))
    await isSent(sent, 2)
    expect(sent.map(([name]) => name)).toEqual(['retry', 'drop'])
  })

  it('is gone on with by a message that answers its last', async () => {
    messages = [messageOf(1)]
    open()
    fireEvent.click(await button(/person → back-end/))
    const field = await screen.findByRole('textbox', { name: 'Message to back-end' })
    fireEvent.change(field, { target: { value: 'And the tests' } })
    fireEvent.click(await button(/^Send/))
    await isSent(sent, 1)
    expect(sent[0]).toEqual([
      'send',
      {
        to: ['back-end'],
        kind: 'message',
        priority: 'normal',
        text: 'And the tests',
        replyTo: messages[0]?.id,
      },
    ])
  })
})

describe('writing', () => {
  const write = async (to: string, text: string): Promise<void> => {
    fireEvent.click(await button('Write'))
    fireEvent.change(screen.getByRole('combobox', { name: /^To/ }), { target: { value: to } })
    fireEvent.change(screen.getByRole('textbox', { name: 'Text' }), { target: { value: text } })
  }

  it('says when it will be read, and sends to all that are named', async () => {
    open()
    await screen.findByRole('row', { name: /back-end/ })
    await write('back-end, ada', 'Hello')
    const reading = within(screen.getByRole('list', { name: 'When it will be read' }))
    expect(reading.getByText('Wakes back-end now')).toBeDefined()
    expect(reading.getByText('ada sees it in Attention')).toBeDefined()
    fireEvent.keyDown(screen.getByRole('textbox', { name: 'Text' }), {
      key: 'Enter',
      ctrlKey: true,
    })
    await isSent(sent, 1)
    expect(sent[0]?.[1]).toMatchObject({ to: ['back-end', 'ada'], text: 'Hello' })
  })

  it('says what is missing instead of sending', async () => {
    open()
    await write('', '')
    fireEvent.click(await button(/^Send/))
    await screen.findByText(/To whom\?/)
    expect(screen.getByText('There is no text yet')).toBeDefined()
    expect(sent).toEqual([])
  })

  it('shows a refusal beside the message, keeps the text, and has it again when it was left', async () => {
    members = [memberOf('back-end')]
    const data = {
      kind: 'unknown-member',
      message: 'there is no member nobody',
      hint: 'member list',
    }
    const client = {
      member: { list: async () => members },
      message: {
        list: async () => [],
        send: async () => {
          throw new ORPCError('NOT_FOUND', { message: data.message, data })
        },
      },
    }
    render(
      <SessionContext value={liveSession(client, { ...emptyView, summary: summaryOf() })}>
        <MessagesScreen />
      </SessionContext>,
    )
    await write('nobody', 'Keep me')
    fireEvent.click(await button(/^Send/))
    await screen.findByText(/there is no member nobody/)
    fireEvent.click(await button('Close'))
    fireEvent.click(await button('Write'))
    expect(screen.getByDisplayValue('Keep me')).toBeDefined()
    fireEvent.click(await button('Cancel'))
    fireEvent.click(await button('Write'))
    expect(screen.queryByDisplayValue('Keep me')).toBeNull()
  })
})
