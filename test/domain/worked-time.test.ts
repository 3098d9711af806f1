/** How long a task took: what its agents worked, and nothing of what lay between. */
import { beforeEach, expect, it } from 'vitest'
import { workFailure } from '../../src/domain/failure.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import { workedMsOf } from '../../src/domain/task.ts'
import {
  claimOf,
  COORDINATOR,
  createBench,
  endCommand,
  taskId,
  taskIds,
  type Bench,
} from '../support/plan-builder.ts'

let bench: Bench
beforeEach(() => {
  bench = createBench()
  bench.add('a')
})

/** One try that works for `ms`, and takes 50 to begin. */
function tryFor(
  number: number,
  ms: number,
  evidence: Parameters<typeof endCommand>[2] = {},
  nextFireAt: number | null = null,
): void {
  bench.claim('a', number)
  const { generation } = bench.task('a')
  const about = { agentId: agentIdOf(number), generation, pid: number, pidStartTime: null }
  bench.at += 50
  bench.must({ type: 'agent.started', ...about, startedAt: bench.at }, COORDINATOR)
  bench.at += ms
  const end = endCommand(number, generation, evidence, { endedAt: bench.at, nextFireAt })
  bench.must(end, COORDINATOR)
}
const settle = (id: string, force = false): void =>
  void bench.must({
    type: 'task.complete',
    id: taskId(id),
    agentId: null,
    generation: null,
    artifacts: [],
    force,
    nextFireAt: null,
  })
const took = (): number | null => workedMsOf(bench.task('a'))

it('what it waited between its tries, and for a person to open it again, is no part of it', () => {
  bench.must({
    type: 'task.edit',
    id: taskId('a'),
    nextFireAt: null,
    edit: { maxAttempts: 2 },
  })
  tryFor(1, 1000, { exit: { code: 1, signal: null } })
  expect(took()).toBeNull()
  bench.at += 600_000
  tryFor(2, 200)
  expect(took()).toBe(1200)
  bench.at += 86_400_000
  bench.must({ type: 'task.reopen', id: taskId('a') })
  expect(took()).toBeNull()
  tryFor(3, 30)
  expect(took()).toBe(1230)
})

it('a try that a conflict kept from beginning took nothing', () => {
  bench.add('b')
  settle('b')
  bench.claim('a', 1)
  const conflict = {
    ours: { name: 'main', commit: 'o1' },
    theirs: { name: 'b', commit: 'r1' },
    paths: ['x.txt'],
    reason: 'main and b conflict in x.txt',
    hunks: '',
  }
  const failure = workFailure('isolation', 'x.txt')
  bench.end(1, 1, { how: 'not-launched', exit: null, failure, conflict })
  bench.at += 3_600_000
  settle('merge-a', true)
  expect([...bench.plan.blockersOf(taskId('a'))]).toEqual(taskIds('merge-a'))
  tryFor(2, 500)
  expect(took()).toBe(500)
})

it('a person holds it for as long as they hold it', () => {
  const claim = claimOf('a', 1)
  bench.must({ type: 'task.take', claim, workplaceCwd: '/x' })
  bench.at += 700
  bench.must({ type: 'task.letGo', id: taskId('a') })
  bench.at += 10_000
  bench.must({ type: 'task.take', claim: { ...claim, agentId: agentIdOf(2) }, workplaceCwd: '/x' })
  bench.at += 300
  settle('a')
  expect(took()).toBe(1000)
})

it('each run of a repeating task has its own', () => {
  bench.must({
    type: 'task.edit',
    id: taskId('a'),
    nextFireAt: bench.at,
    edit: { schedule: { spec: '09:00', tz: null } },
  })
  const run = (number: number, ms: number): void => tryFor(number, ms, {}, bench.at + 86_400_000)
  run(1, 400)
  expect(took()).toBe(400)
  bench.at += 86_400_000
  run(2, 100)
  expect(took()).toBe(100)
})

it('of a task of an earlier program only its first start and its end are known', () => {
  expect(workedMsOf({ startedAt: 5, completedAt: 15 })).toBe(10)
  expect(workedMsOf({ startedAt: null, completedAt: 15 })).toBeNull()
})
