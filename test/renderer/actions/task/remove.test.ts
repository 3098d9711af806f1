import { expect, test, vi } from 'vitest'
import type { TaskView } from '../../../../src/contract/view.ts'
import { subjectOf } from '../../../../src/renderer/actions/action.ts'
import { undo } from '../../../../src/renderer/actions/history.ts'
import { perform } from '../../../../src/renderer/actions/perform.ts'
import { remove } from '../../../../src/renderer/actions/task/remove.ts'
import { getToasts } from '../../../../src/renderer/model/toasts.ts'
import { eventually } from '../../../support/eventually.ts'
import { cardOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

test('a task that is put back has all that it said of itself, its budgets too', async () => {
  const card = cardOf('a', { title: 'A' })
  const view = {
    ...card,
    exec: 'make',
    executor: 'shell',
    maxAttempts: 3,
    ownMaxAttempts: null,
    budget: 2.5,
    budgetTokens: 90_000,
    held: true,
  } as unknown as TaskView
  const sent: unknown[] = []
  const session = liveSession({
    task: {
      get: async () => view,
      removeAll: async () => ({ removed: ['a'] }),
      change: async ({ changes }: { changes: readonly unknown[] }) => {
        sent.push(...changes)
        return { ids: [['a']] }
      },
    },
  })
  expect(await perform(session, remove, [subjectOf(session, card)])).toBe(true)
  await undo(session)
  expect(sent).toMatchObject([
    {
      do: 'add',
      task: {
        id: 'a',
        title: 'A',
        exec: 'make',
        executor: null,
        maxAttempts: null,
        budget: 2.5,
        budgetTokens: 90_000,
        paused: true,
      },
    },
  ])
})

test('where the schemas cannot be loaded it is offered again, and nothing is removed before', async () => {
  const removed: unknown[] = []
  const session = liveSession({
    task: {
      get: async () => cardOf('a', { title: 'A' }),
      removeAll: async (input: unknown) => void removed.push(input),
    },
  })
  const schemas = '../../../../src/domain/task.ts'
  vi.doMock(schemas, () => {
    throw new Error('nobody serves it')
  })
  const done = perform(session, remove, [subjectOf(session, cardOf('a'))])
  const offer = await eventually(() => {
    const act = getToasts().at(-1)?.act
    if (!act) throw new Error('nothing is offered')
    return act
  })
  expect(removed).toEqual([])
  vi.doUnmock(schemas)
  offer.run()
  expect(await done).toBe(true)
  expect(removed).toHaveLength(1)
})
