import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { err } from '../../../src/base/result.ts'
import { notSent } from '../../../src/renderer/model/session/problem.ts'
import { SessionContext, useCommand } from '../../../src/renderer/model/session/session-context.tsx'
import type { Session } from '../../../src/renderer/model/session/session.ts'
import { ProblemNote } from '../../../src/renderer/components/problem-note.tsx'
import { subjectOf } from '../../../src/renderer/actions/action.ts'
import { perform } from '../../../src/renderer/actions/perform.ts'
import { firstDrafts, publish } from '../../../src/renderer/actions/task/publish.ts'
import { closeToast, getToasts } from '../../../src/renderer/model/toasts.ts'
import { cardOf } from '../../support/scripted-host.ts'
import { liveSession } from '../model/session/live-session.ts'

afterEach(() => {
  cleanup()
  for (const { id } of getToasts()) closeToast(id)
})

/** A session whose host is away for the first `misses` calls; `told` has the command ids that reached it. */
function sessionThatMisses(misses: number) {
  const told: string[] = []
  let left = misses
  const publish = async ({ id, commandId }: { id: string; commandId?: string }) => {
    told.push(commandId ?? '')
    return { published: [id] }
  }
  const changed: string[] = []
  const change = async (input: { changes: readonly { id: string }[]; commandId?: string }) => {
    told.push(input.commandId ?? '')
    changed.push(...input.changes.map(({ id }) => id))
    return { ids: input.changes.map(({ id }) => [id]) }
  }
  const live = liveSession({ task: { publish, change } })
  const session: Session = {
    ...live,
    call: async (send) => (left-- > 0 ? err(notSent) : live.call(send)),
  }
  return { session, told, changed }
}

function Act() {
  const { run, isBusy, problem, dismiss } = useCommand()
  const [state, setState] = useState('idle')
  const act = async (): Promise<void> => {
    const isTaken = await run(({ task }, commandId) => task.publish({ id: 'a', commandId }))
    setState(isTaken ? 'taken' : 'given up')
  }
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void act()}>
        Act
      </button>
      <p>{state}</p>
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}

test('what was not sent is sent again from its place, and its act goes on', async () => {
  const { session, told } = sessionThatMisses(2)
  render(
    <SessionContext value={session}>
      <Act />
    </SessionContext>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Act' }))
  fireEvent.click(await screen.findByRole('button', { name: 'Send again' }))
  expect(screen.getByText('idle')).toBeDefined()
  fireEvent.click(await screen.findByRole('button', { name: 'Send again' }))
  await screen.findByText('taken')
  expect(told).toHaveLength(1)
  expect(screen.queryByText(/Not sent/)).toBeNull()
})

test('whoever dismisses it has given it up', async () => {
  const { session, told } = sessionThatMisses(1)
  render(
    <SessionContext value={session}>
      <Act />
    </SessionContext>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Act' }))
  fireEvent.click(await screen.findByRole('button', { name: 'Dismiss' }))
  await screen.findByText('given up')
  expect(told).toEqual([])
})

test('an act without a place of its own offers it in a toast', async () => {
  const { session, told } = sessionThatMisses(1)
  const card = cardOf('a', { state: 'paused', title: 'Alpha' })
  const done = perform(session, publish, [subjectOf(session, card)])
  await expect
    .poll(() => getToasts().map(({ text }) => text))
    .toEqual(['Publish “Alpha”: Not sent: the yard does not answer at the moment.'])
  expect(getToasts()[0]?.act?.label).toBe('Send again')
  getToasts()[0]?.act?.run()
  expect(await done).toBe(true)
  expect(told).toHaveLength(1)
})

const drafts = (count: number) =>
  Array.from({ length: count }, (_, index) => cardOf(`t${index}`, { state: 'paused' }))

test('thousands are published with one command', async () => {
  const { session, told, changed } = sessionThatMisses(0)
  const all = drafts(3000).map((card) => subjectOf(session, card))
  expect(await perform(session, publish, all)).toBe(true)
  expect(told).toHaveLength(1)
  expect(changed).toHaveLength(3000)
  expect(getToasts().map(({ text }) => text)).toEqual(['Published 3000 tasks'])
})

test('what waits for a draft goes with it and is not sent for', () => {
  const cards = [cardOf('a'), cardOf('b', { after: ['a'] }), cardOf('c', { after: ['b', 'x'] })]
  expect(firstDrafts(cards).map(({ id }) => id)).toEqual(['a'])
})
