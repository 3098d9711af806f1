import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { err } from '../../../src/base/result.ts'
import type { Snapshot } from '../../../src/contract/view.ts'
import { App } from '../../../src/renderer/shell/app.tsx'
import { CoordinatorControl } from '../../../src/renderer/shell/title-bar.tsx'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import type { Connection, Session } from '../../../src/renderer/model/session/session.ts'
import { emptyView, viewFromSnapshot } from '../../../src/renderer/model/session/yard-view.ts'
import { StatusBadge } from '../../../src/renderer/components/status-badge.tsx'
import { ConfirmButton } from '../../../src/renderer/ui/button.tsx'
import { StateStrip } from '../../../src/renderer/components/state-strip.tsx'
import { SHOWN_STATES } from '../../../src/domain/graph/shown-state.ts'
import { snapshotOf, summaryOf } from '../../support/scripted-host.ts'

afterEach(cleanup)

function sessionOf(
  connection: Connection,
  snapshot: Snapshot | null,
  onCall: () => void = () => {},
): Session {
  const view = snapshot === null ? emptyView : viewFromSnapshot(emptyView, snapshot)
  return {
    yard: createStore(() => view),
    connection: createStore(() => connection),
    async call() {
      onCall()
      return err({ kind: 'not-allowed', message: 'It may not.', hint: 'Ask.' })
    },
    tryNow: vi.fn<() => void>(),
    close: () => {},
  }
}

const show = (session: Session, node = <App />): void =>
  void render(<SessionContext value={session}>{node}</SessionContext>)
const live: Connection = { kind: 'live' }

test('a used address says how to get a new one', () => {
  show(sessionOf({ kind: 'unauthorised' }, null))
  expect(screen.getByRole('heading', { name: 'This address opens nothing any more' })).toBeDefined()
  expect(screen.getByText('yard page')).toBeDefined()
})

test('a host of another version is named, with the way out', () => {
  show(sessionOf({ kind: 'other-version', host: '9.9.9' }, null))
  expect(screen.getByText(/It runs Yardmaster 9.9.9/)).toBeDefined()
  expect(screen.getByText('yard service restart')).toBeDefined()
})

test('an empty yard offers to draw the first task', () => {
  show(sessionOf(live, snapshotOf(1, [])))
  expect(screen.getByRole('heading', { name: 'Draw the first task' })).toBeDefined()
  expect(screen.getByRole('button', { name: 'Add a task' })).toBeDefined()
})

test('a lost connection is said over what was true, and can be tried at once', () => {
  const session = sessionOf({ kind: 'lost', since: Date.now(), waiting: 0 }, snapshotOf(1, []))
  show(session)
  fireEvent.click(screen.getByRole('button', { name: 'Try now' }))
  expect(session.tryNow).toHaveBeenCalledOnce()
})

test('what holds the yard is said with its reason', () => {
  const summary = summaryOf({
    trusted: false,
    readOnly: 'the disk is full',
    breakers: [
      {
        key: 'provider:anthropic',
        kind: 'provider',
        subject: 'anthropic',
        reason: 'out of quota',
        since: '2026-11-20T10:00:00Z',
        until: null,
      },
    ],
  })
  show(sessionOf(live, snapshotOf(1, [], { summary })))
  expect(screen.getByText(/the disk is full/)).toBeDefined()
  expect(screen.getByText(/yard trust/)).toBeDefined()
  expect(screen.getByText(/anthropic: out of quota/)).toBeDefined()
})

test('the coordinator says what it does, and a refusal stands beside its button', async () => {
  const summary = summaryOf({ agents: { alive: 2, max: 4 } })
  show(sessionOf(live, snapshotOf(1, [], { summary })), <CoordinatorControl />)
  expect(screen.getByRole('status').textContent).toBe('Working 2 of 4 agents')
  fireEvent.click(screen.getByRole('button', { name: 'Pause' }))
  expect((await screen.findByText('It may not.')).textContent).toContain('Ask.')
})

test('a paused coordinator offers to resume', async () => {
  const onCall = vi.fn<() => void>()
  const snapshot = snapshotOf(1, [], { summary: summaryOf({ paused: true }) })
  show(sessionOf(live, snapshot, onCall), <CoordinatorControl />)
  expect(screen.getByRole('status').textContent).toContain('Paused')
  fireEvent.click(screen.getByRole('button', { name: 'Resume' }))
  expect(onCall).toHaveBeenCalledOnce()
  await screen.findByText('It may not.')
})

test('tasks are counted in words too, states without any left out', () => {
  const summary = summaryOf({ tasks: { done: 12, failed: 1 } })
  show(sessionOf(live, snapshotOf(1, [], { summary })), <StateStrip />)
  const lamps = (): readonly HTMLElement[] => screen.getAllByRole('button')
  expect(lamps().map((lamp) => lamp.textContent)).toEqual(['Failed1', 'Done12'])
})

test('a lamp narrows the view to its state, in the address, and widens it again', () => {
  location.hash = '#/tasks?q=docs'
  const summary = summaryOf({ tasks: { done: 12, failed: 1 } })
  show(sessionOf(live, snapshotOf(1, [], { summary })), <StateStrip />)
  fireEvent.click(screen.getByRole('button', { name: /Failed/ }))
  expect(screen.getByRole('button', { name: /Failed/ }).getAttribute('aria-pressed')).toBe('true')
  expect(decodeURIComponent(location.hash)).toContain('q=state:failed+docs')
  fireEvent.click(screen.getByRole('button', { name: /Failed/ }))
  expect(location.hash).toBe('#/tasks?q=docs')
  location.hash = ''
})

test('every state has a word and a lamp of its own shape', () => {
  const { container } = render(
    SHOWN_STATES.map((state) => <StatusBadge key={state} state={state} />),
  )
  const badges = [...container.querySelectorAll('.status-badge')]
  expect(new Set(badges.map((badge) => badge.textContent)).size).toBe(SHOWN_STATES.length)
  expect(new Set(badges.map((badge) => badge.querySelector('svg')?.innerHTML)).size).toBe(
    SHOWN_STATES.length,
  )
})

test('an act that cannot be undone takes two presses, and Esc leaves', () => {
  const onConfirm = vi.fn<() => void>()
  render(
    <ConfirmButton
      icon="kill"
      label="Kill"
      question="Kill agent-7?"
      isBusy={false}
      onConfirm={onConfirm}
    />,
  )
  const button = screen.getByRole('button')
  fireEvent.click(button)
  expect(button.textContent).toBe('Kill agent-7?')
  fireEvent.keyDown(button, { key: 'Escape' })
  expect(button.textContent).toBe('Kill')
  fireEvent.click(button)
  expect(onConfirm).not.toHaveBeenCalled()
  fireEvent.click(button)
  expect(onConfirm).toHaveBeenCalledOnce()
})
