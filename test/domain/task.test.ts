import { expect, it } from 'vitest'
import { hasNewResult, type Task } from '../../src/domain/task.ts'
import { workFailure } from '../../src/domain/failure.ts'
import { createBench } from '../support/plan-builder.ts'

const taskWith = (more: Partial<Task>): Task => {
  const bench = createBench()
  bench.add('a')
  return { ...bench.task('a'), resultCommit: 'r1', ...more }
}
const DONE: Task['state'] = { kind: 'done', at: 1, by: 'agent-1' }
const REPEATS: Partial<Task> = {
  schedule: { kind: 'cron', spec: '0 2 * * *', timezone: null } as unknown as Task['schedule'],
  firstSuccessAt: 1,
}

it.each<[string, boolean, Partial<Task>]>([
  ['a done task', true, { state: DONE }],
  ['one that has no commit', false, { state: DONE, resultCommit: null }],
  ['a merge', false, { state: DONE, merging: { for: 'x' } as unknown as Task['merging'] }],
  ['one that is on its way', false, { state: DONE, landing: {} as unknown as Task['landing'] }],
  ['one that was reopened', false, { firstSuccessAt: 1 }],
  ['a repeating task', true, REPEATS],
  [
    'a repeating task whose last run failed',
    false,
    { ...REPEATS, lastFailure: workFailure('exit', 'it exited with 1') },
  ],
  [
    'a repeating task at work',
    false,
    {
      ...REPEATS,
      state: { kind: 'in-progress', agentId: 'agent-2', generation: 2 } as Task['state'],
    },
  ],
])('%s: a new result %s', (_, isNew, more) => {
  expect(hasNewResult(taskWith(more))).toBe(isNew)
})
