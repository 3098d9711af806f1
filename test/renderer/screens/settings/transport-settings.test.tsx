/** The way to other machines, in Settings. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { TransportView } from '../../../../src/contract/message.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { TRANSPORT } from '../../../../src/renderer/screens/settings/transport-settings.tsx'
import { liveSession } from '../../model/session/live-session.ts'
import { isSent } from '../../support/is-sent.ts'

afterEach(cleanup)

const VIEW: TransportView = {
  type: 'git',
  machine: 'oslo',
  outbox: 3,
  problem: null,
  peers: [
    {
      machine: 'bergen',
      lastSeen: null,
      waiting: 3,
      refused: 2,
      lastRefusal: 'another key',
      problem: 'its branch cannot be listed',
    },
    {
      machine: 'voss',
      lastSeen: '2026-11-20T10:00:00Z',
      waiting: 0,
      refused: 0,
      lastRefusal: null,
      problem: null,
    },
  ],
}

function open(view: TransportView): object[] {
  const sent: object[] = []
  const transport = {
    status: async () => view,
    sync: async (input: object) => {
      sent.push(input)
      return { sent: 1, received: 2, refused: 0, outbox: 2 }
    },
  }
  render(<SessionContext value={liveSession({ transport })}>{TRANSPORT.node}</SessionContext>)
  return sent
}

test('it says what waits, which machines were seen, and what of theirs was not accepted', async () => {
  open(VIEW)
  await screen.findByText('oslo')
  expect(screen.getByText('In the outbox').nextSibling?.textContent).toBe('3')
  const row = (name: RegExp) => within(screen.getByRole('row', { name }))
  expect(row(/bergen/).getByText('its branch cannot be listed')).toBeDefined()
  expect(row(/bergen/).getByText(/another key/)).toBeDefined()
  expect(row(/voss/).getByText(/^Seen/)).toBeDefined()
})

test('messages are exchanged now, and what came of it is said', async () => {
  const sent = open(VIEW)
  fireEvent.click(await screen.findByRole('button', { name: 'Exchange now' }))
  await isSent(sent, 1)
  expect(sent).toEqual([{ commandId: expect.any(String) }])
  expect(screen.getByText('1 message sent, 2 received.')).toBeDefined()
})

test('without a way to others there is nothing to exchange', async () => {
  open({ ...VIEW, type: 'local', outbox: 0, peers: [] })
  await screen.findByText(/messages stay on this machine/)
  expect(screen.queryByRole('button')).toBeNull()
})
