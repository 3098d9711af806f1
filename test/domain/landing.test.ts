/** Landing as the domain sees it: what may be asked for, what news changes, and one merge task per conflict. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Conflict, LandingOutcome } from '../../src/domain/landing.ts'
import { workFailure } from '../../src/domain/failure.ts'
import { taskSchema } from '../../src/domain/task.ts'
import {
  asAgent,
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
})

const conflict: Conflict = {
  ours: { name: 'main', commit: 'o1' },
  theirs: { name: 'a', commit: 'r1' },
  paths: ['x.txt'],
  reason: 'main and a conflict in x.txt',
  hunks: '',
}
const merger = { executor: 'claude', model: null }

/** Done by an agent that left this commit. */
function done(id: string, commit: string | null, number = 1): void {
  bench.claim(id, number)
  const changes =
    commit === null
      ? null
      : { commit, filesChanged: 1, insertions: 1, deletions: 0, commits: 1, notes: [] }
  const { generation } = bench.task(id)
  bench.must(endCommand(number, generation, {}, { changes }), COORDINATOR)
}
const ask = (id: string) => bench.run({ type: 'landing.request', id: taskId(id) })
const settle = (id: string, result: string, outcome: LandingOutcome) =>
  bench.run({ type: 'landing.settle', id: taskId(id), result, outcome, merger }, COORDINATOR)
const clash = (more: Partial<Conflict> = {}): LandingOutcome => ({
  kind: 'conflict',
  target: 'main',
  conflict: { ...conflict, ...more },
})
const landed: LandingOutcome = { kind: 'landed', commit: 'c9', target: 'main', note: null }

describe('a landing', () => {
  it('is asked for only where there is a result, and once', () => {
    bench.add('a')
    expect(ask('a')).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
    done('a', null)
    expect(ask('a')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('done') },
    })
    bench.add('b')
    done('b', 'r2', 2)
    ask('b')
    expect(bench.task('b').landing).toMatchObject({ state: 'queued', result: 'r2' })
    expect(ask('b')).toMatchObject({ ok: true, value: { events: [] } })
  })

  it('knows whether only the policy asked for it, through a conflict and back, until a person asks too', () => {
    bench.add('a')
    done('a', 'r1')
    const byPolicy = () => bench.must({ type: 'landing.request', id: taskId('a') }, COORDINATOR)
    byPolicy()
    const { at } = bench.task('a').landing ?? {}
    expect(bench.task('a').landing).toMatchObject({ state: 'queued', isAuto: true })
    settle('a', 'r1', clash())
    byPolicy()
    expect(bench.task('a').landing).toMatchObject({ state: 'queued', isAuto: true })
    ask('a')
    expect(bench.task('a').landing).toMatchObject({ state: 'queued', at })
    expect(bench.task('a').landing).not.toHaveProperty('isAuto')
    byPolicy()
    expect(bench.task('a').landing).not.toHaveProperty('isAuto')
    settle('a', 'r1', clash({ ours: { name: 'main', commit: 'o2' } }))
    byPolicy()
    expect(bench.task('a').landing).not.toHaveProperty('isAuto')
  })

  it('believes news of the result that was asked for, and only from the coordinator', () => {
    bench.add('a')
    done('a', 'r1')
    ask('a')
    expect(settle('a', 'r0', landed)).toMatchObject({ value: { events: [] } })
    const person = { kind: 'person', name: null } as const
    const news = {
      type: 'landing.settle',
      id: taskId('a'),
      result: 'r1',
      outcome: landed,
      merger,
    } as const
    expect(bench.run(news, person)).toMatchObject({ ok: false, error: { kind: 'not-allowed' } })
    expect(bench.run({ type: 'landing.request', id: taskId('a') }, asAgent(1, 'a'))).toMatchObject({
      ok: false,
    })
    settle('a', 'r1', landed)
    expect(bench.task('a').landing).toMatchObject({ state: 'landed', commit: 'c9', target: 'main' })
    expect(settle('a', 'r1', landed)).toMatchObject({ value: { events: [] } })
  })

  it('is forgotten when the task makes a new result, and withdrawn when it is worked on again', () => {
    bench.add('a')
    done('a', 'r1')
    ask('a')
    bench.must({ type: 'task.reopen', id: taskId('a') })
    expect(bench.task('a').landing).toBeNull()
    done('a', 'r1', 2)
    ask('a')
    settle('a', 'r1', landed)
    bench.must({ type: 'task.reopen', id: taskId('a') })
    done('a', 'r3', 3)
    expect(bench.task('a')).toMatchObject({ resultCommit: 'r3', landing: null })
  })
})

describe('a conflict', () => {
  it('makes one merge task, which those that build on the work wait for too', () => {
    bench.add('a', { verify: 'make test' })
    bench.add('later', { after: taskIds('a'), paused: true })
    done('a', 'r1')
    ask('a')
    settle('a', 'r1', clash())
    expect(bench.task('merge-a')).toMatchObject({
      executor: 'claude',
      verify: 'make test',
      merging: { for: 'a', kind: 'landing', ours: { commit: 'o1' }, theirs: { commit: 'r1' } },
    })
    expect([...bench.plan.blockersOf(taskId('later'))]).toEqual(['a', 'merge-a'])
    expect(bench.task('a').landing).toMatchObject({ state: 'conflict', mergeTask: 'merge-a' })
    ask('a')
    // The target has moved; the task that is there settles this as well.
    settle('a', 'r1', clash({ ours: { name: 'main', commit: 'o2' } }))
    expect([...bench.plan.tasks.keys()]).toEqual(['a', 'later', 'merge-a'])
  })

  it('that is still there after its merge task was done is for a person', () => {
    bench.add('a')
    done('a', 'r1')
    ask('a')
    settle('a', 'r1', clash())
    done('merge-a', null, 2)
    ask('a')
    settle('a', 'r1', clash())
    expect(bench.task('a').landing).toMatchObject({ state: 'refused', reason: conflict.reason })
    ask('a')
    settle('a', 'r1', clash({ ours: { name: 'main', commit: 'o2' } }))
    expect(bench.task('merge-a-2').merging).toMatchObject({ ours: { commit: 'o2' } })
  })

  it('of what a task builds on sends it back without an attempt, to wait for the merge task', () => {
    bench.add('a')
    bench.add('b', { after: taskIds('a') })
    done('a', 'r1')
    bench.claim('b', 2)
    const failure = workFailure('isolation', 'no worktree')
    const evidence = { how: 'not-launched', exit: null, failure, conflict } as const
    bench.must(endCommand(2, 1, evidence, { merger }), COORDINATOR)
    expect(bench.task('b')).toMatchObject({
      state: { kind: 'open' },
      attempts: 0,
      lastFailure: null,
    })
    expect([...bench.plan.blockersOf(taskId('b'))]).toEqual(['a', 'merge-b'])
    expect(bench.task('merge-b').merging).toMatchObject({ for: 'b', kind: 'base' })
    done('merge-b', 'm1', 3)
    bench.claim('b', 4)
    bench.must(endCommand(4, 2, evidence, { merger }), COORDINATOR)
    expect(bench.task('b').state).toMatchObject({ kind: 'failed', failure: { class: 'isolation' } })
  })

  it('that two tasks share is settled once, unless one would wait for itself', () => {
    for (const id of ['b', 'c']) bench.add(id)
    for (const [number, id] of [
      [1, 'b'],
      [2, 'c'],
    ] as const) {
      bench.claim(id, number)
      const evidence = { how: 'not-launched', exit: null, conflict } as const
      bench.must(endCommand(number, 1, evidence, { merger }), COORDINATOR)
    }
    expect([...bench.plan.tasks.keys()]).toEqual(['b', 'c', 'merge-b'])
    expect([...bench.plan.blockersOf(taskId('c'))]).toEqual(['merge-b'])
  })
})

it('a task that was written before landings were kept is read as one without', () => {
  bench.add('a')
  const { landing: _landing, merging: _merging, ...old } = bench.task('a')
  expect(taskSchema.parse(old)).toMatchObject({ landing: null, merging: null })
})
