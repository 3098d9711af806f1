import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { TaskView } from '../../../src/contract/view.ts'
import { canUndo, undo } from '../../../src/renderer/actions/history.ts'
import { EditableText } from '../../../src/renderer/inspector/editable-text.tsx'
import { GATE, IDENTITY, KIND } from '../../../src/renderer/inspector/task-texts.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import { liveSession } from '../model/session/live-session.ts'

afterEach(cleanup)

function show(text: typeof GATE, own: Partial<TaskView['own']> = {}) {
  const task = {
    id: 'a',
    title: 'Build',
    own: { gate: null, identity: null, kind: null, ...own },
  } as TaskView
  const sent: unknown[] = []
  const session = liveSession({
    task: {
      get: async () => task,
      edit: async ({ commandId: _id, ...edit }: { commandId: string }) => void sent.push(edit),
    },
    identity: { list: async () => [{ id: 'f5143935', name: 'Careful Programmer' }] },
    service: { status: async () => ({ settings: { kinds: ['docs', 'bugfix'] } }) },
  })
  render(
    <SessionContext value={session}>
      <EditableText task={task} text={text}>
        shown
      </EditableText>
    </SessionContext>,
  )
  fireEvent.click(screen.getByRole('button', { name: `Edit ${text.name.toLowerCase()}` }))
  const field = screen.getByRole<HTMLInputElement>('combobox', { name: text.name })
  const write = (value: string): void => {
    fireEvent.change(field, { target: { value } })
    fireEvent.keyDown(field, { key: 'Enter' })
  }
  const offered = (): string[] => [...(field.list?.options ?? [])].map(({ value }) => value)
  return { sent, session, write, offered }
}

test('a gate that is none is not sent, and the line below says what is one', () => {
  const { sent, write } = show(GATE)
  write('1.5')
  const alerts = screen.getAllByRole('alert').map(({ textContent }) => textContent)
  expect(alerts).toContain('Write off, score, person, or a number above 0 and at most 1.')
  expect(sent).toEqual([])
})

test('a gate is saved, and undo puts back what the task said before', async () => {
  const { sent, session, write } = show(GATE, { gate: 'score' })
  write('.70')
  await waitFor(() => expect(sent).toEqual([{ id: 'a', gate: '0.7' }]))
  await waitFor(() => expect(canUndo()).toBe(true))
  await undo(session)
  expect(sent[1]).toEqual({ id: 'a', gate: 'score' })
})

test('identities are offered by name, and an empty field asks for nobody in particular', async () => {
  const { sent, write, offered } = show(IDENTITY, { identity: 'Fast Tester' })
  await waitFor(() => expect(offered()).toEqual(['Careful Programmer']))
  write('')
  await waitFor(() => expect(sent).toEqual([{ id: 'a', identity: null }]))
})

test('kinds are offered as the settings name them', async () => {
  const { offered } = show(KIND)
  await waitFor(() => expect(offered()).toEqual(['docs', 'bugfix']))
})
