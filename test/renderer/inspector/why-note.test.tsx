/** The one act that a task offers beside the reason why it stands where it stands. */
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { TaskCard, TaskView } from '../../../src/contract/view.ts'
import type { Why } from '../../../src/contract/why.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import { WhyNote } from '../../../src/renderer/inspector/why-note.tsx'
import { cardOf } from '../../support/scripted-host.ts'
import { liveSession } from '../model/session/live-session.ts'

afterEach(cleanup)

function show(
  card: TaskCard,
  text: string,
  more: Partial<TaskView> = {},
  waitsFor: Why['waitsFor'] = [],
): readonly string[] {
  const why: Why = {
    id: card.id,
    state: card.state,
    text,
    textAfterState: text,
    lastLines: null,
    linesFrom: 'output',
    gate: { mode: 'off', threshold: null, source: 'config' },
    waitsFor,
  }
  const task = { ...card, failure: null, stuck: null, waitsFor: null, ...more } as TaskView
  render(
    <SessionContext value={liveSession({})}>
      <WhyNote card={card} task={task} why={why} />
    </SessionContext>,
  )
  return screen.queryAllByRole('button').map(({ textContent }) => textContent)
}

test('a task whose budget is used up is offered a larger one, and not to go on without', () => {
  const text = 'It waits for a larger budget: $1 of $1 (since 14:02). Then raise the budget of a.'
  const card = cardOf('a', { status: 'waiting', state: 'waiting' })
  expect(show(card, text, { waitsFor: 'budget' })).toEqual(['Raise the budget'])
  screen.getByText(/Then raise the budget of a\.$/)
})

test.each(['conflict', 'refused'] as const)(
  'a result that is not merged (%s) leads to its changes, where that is asked for',
  (landing) => {
    const card = cardOf('a', { status: 'done', state: 'done', landing })
    const text = 'It was done. Its result is not merged.'
    expect(show(card, text)).toEqual(['See its changes'])
  },
)

test('a result that has landed needs nobody', () => {
  expect(show(cardOf('a', { status: 'done', state: 'done', landing: 'landed' }), 'Done.')).toEqual(
    [],
  )
})

test('why it can never start is said once, also where its reason is quoted otherwise', () => {
  const more = { stuck: 'no key.' }
  const held = {
    kind: 'breaker',
    subject: 'x',
    text: 'x is held back: no key',
    until: null,
  } as const
  show(cardOf('a'), 'It is not started: x is held back: no key.', more, [held])
  expect(screen.queryByText('no key.')).toBeNull()
  cleanup()
  show(cardOf('a'), 'It is ready.', more)
  screen.getByText('no key.')
})
