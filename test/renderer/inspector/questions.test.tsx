/** What an agent asked a person: no failure of its own, and to be read with its answer long after. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { AgentView, TaskView } from '../../../src/contract/view.ts'
import { workFailure } from '../../../src/domain/failure.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import { lookOf } from '../../../src/renderer/model/agent-state.ts'
import { Questions, questionsAsked } from '../../../src/renderer/inspector/overview.tsx'
import { QuestionAnswer } from '../../../src/renderer/actions/views/question-answer.tsx'
import { agentOf } from '../../support/scripted-host.ts'
import { eventually } from '../../support/eventually.ts'
import { liveSession } from '../model/session/live-session.ts'

afterEach(cleanup)

const at = (minute: number): string =>
  `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000+00:00`
const tryOf = (id: string, from: number, to: number, more: Partial<AgentView> = {}): AgentView =>
  agentOf(id, 'a', {
    status: 'ended',
    outcome: 'done',
    claimedAt: at(from),
    endedAt: at(to),
    ...more,
  })
const asks = (question: string): Partial<AgentView> => ({
  outcome: 'failed',
  failure: workFailure('question', question),
})
const line = (minute: number, by: string, text: string): TaskView['log'][number] => ({
  at: at(minute),
  by,
  text,
})
const taskOf = (log: TaskView['log'], waitsFor: string | null = null): TaskView =>
  ({ waitsFor, log }) as TaskView

test('a try that ended by its question has asked; one that failed has failed', () => {
  const asked = tryOf('agent-1', 1, 2, asks('Blue or red?'))
  expect(lookOf(asked)).toEqual({ state: 'waiting', word: 'Asked' })
  const failed = tryOf('agent-1', 1, 2, { outcome: 'failed', failure: workFailure('exit', 'no') })
  expect(lookOf(failed)).toEqual({ state: 'failed', word: 'Failed' })
})

test('each question has what people said until the next try began, and nothing else', () => {
  const place = { path: 'a', line: 1, side: 'new' } as const
  const log = [
    ...[line(0, 'person', 'Before'), line(3, 'person', 'Blue')],
    { ...line(4, 'person', 'On a line'), place },
    line(4, 'agent-7', 'A note'),
    line(4, 'agent-smith', 'Not green'),
    line(6, 'person', 'Later'),
  ]
  const tries = [tryOf('agent-2', 5, 7), tryOf('agent-1', 1, 2, asks('Blue or red?'))]
  expect(questionsAsked(taskOf(log), tries)).toEqual([
    {
      agent: 'agent-1',
      question: 'Blue or red?',
      at: at(2),
      isOpen: false,
      said: [line(3, 'person', 'Blue'), line(4, 'agent-smith', 'Not green')],
    },
  ])
})

test('the inspector shows the open question, and keeps it with its answer once the task went on', () => {
  const first = tryOf('agent-1', 1, 2, asks('Blue or\u202E red?'))
  const { rerender } = render(<Questions task={taskOf([], 'answer')} tries={[first]} />)
  const list = screen.getByRole('list', { name: 'Questions' })
  expect(within(list).getByText('Not answered yet')).toBeDefined()
  expect(list.querySelector('.turn-sign')?.getAttribute('data-code')).toBe('U+202E')
  const log = [line(3, 'person', 'The blue one.')]
  rerender(<Questions task={taskOf(log)} tries={[tryOf('agent-2', 4, 5), first]} />)
  expect(within(list).getByText('agent-1 asked')).toBeDefined()
  expect(within(list).getByText('The blue one.')).toBeDefined()
  rerender(<Questions task={taskOf([])} tries={[tryOf('agent-2', 4, 5), first]} />)
  expect(within(list).getByText('It went on without an answer')).toBeDefined()
  rerender(<Questions task={taskOf(log)} tries={[tryOf('agent-2', 4, 5)]} />)
  expect(screen.queryByRole('list', { name: 'Questions' })).toBeNull()
})

test('an answer that was typed outlives the dialog until it is sent or cancelled', async () => {
  const said: string[] = []
  const task = { answer: async ({ text }: { text: string }) => void said.push(text) }
  render(
    <SessionContext value={liveSession({ task })}>
      <QuestionAnswer task="a" question="Blue or red?" />
    </SessionContext>,
  )
  const open = async (): Promise<HTMLTextAreaElement> => {
    fireEvent.click(screen.getByRole('button', { name: 'Answer…' }))
    return screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Your answer' })
  }
  const isGone = (): Promise<void> =>
    eventually(() => expect(screen.queryByRole('textbox')).toBeNull())
  const field = await open()
  expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
    'Its next try reads it and goes on. Enter begins a new line.',
  )
  expect(screen.getByRole('button', { name: /^Send answer/ }).querySelector('kbd')).not.toBeNull()
  fireEvent.change(field, { target: { value: 'The blue' } })
  fireEvent.keyDown(field, { key: 'Escape' })
  await isGone()
  expect((await open()).value).toBe('The blue')
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }))
  await isGone()
  const again = await open()
  expect(again.value).toBe('')
  fireEvent.change(again, { target: { value: 'Red' } })
  fireEvent.keyDown(again, { key: 'Enter', ctrlKey: true })
  await isGone()
  expect(said).toEqual(['Red'])
  expect((await open()).value).toBe('')
})
