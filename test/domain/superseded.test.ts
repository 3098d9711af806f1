/** A task that a person settles while its agent is at work: when its dependents start, and which commit they get. */
import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/domain/command.ts'
import { evolve } from '../../src/domain/evolve/evolve.ts'
import type { TaskId } from '../../src/domain/ids.ts'
import { endingBlockerOf } from '../../src/domain/graph/upstream.ts'
import {
  changesOf,
  claimOf,
  COORDINATOR,
  createBench,
  endCommand,
  taskId,
  taskIds,
  type Bench,
} from '../support/plan-builder.ts'

const id = taskId('a')
const rest = { id, agentId: null, generation: null, nextFireAt: null }
const DONE: Command = { type: 'task.complete', ...rest, artifacts: [], force: false }
const ABANDON: Command = { type: 'task.abandon', id, withDependents: false }
const FAIL: Command = { type: 'task.fail', ...rest, reason: 'no', class: 'reported' }
const REOPEN: Command = { type: 'task.reopen', id }

/** `a` is at work, `b` and a person's `c` wait for it. */
function atWork(): Bench {
  const bench = createBench()
  bench.add('a')
  bench.add('b', { after: taskIds('a') })
  bench.add('c', { after: taskIds('a') })
  bench.claim('a', 1)
  return bench
}
const end = (bench: Bench, number: number, commit: string | null): void =>
  void bench.must(endCommand(number, number, {}, { changes: changesOf(commit) }), COORDINATOR)
const take: Command = { type: 'task.take', claim: claimOf('c', 8), workplaceCwd: '/' }

describe('a dependent of a task that was settled while its agent lived', () => {
  it.each([
    ['done', DONE],
    ['abandoned', ABANDON],
  ])('(%s) does not start before that agent has ended', (_, settle) => {
    const bench = atWork()
    bench.must(settle)
    expect(bench.plan.unmetOf(taskId('b'))).toBe(0)
    expect(endingBlockerOf(bench.plan, taskId('b'))).toBe('a')
    bench.claim('b', 2)
    expect(bench.task('b').state.kind).toBe('open')
    expect(bench.run(take)).toMatchObject({ ok: false, error: { kind: 'blocked' } })
    end(bench, 1, null)
    expect(endingBlockerOf(bench.plan, taskId('b'))).toBeNull()
    bench.claim('b', 2)
    expect(bench.task('b').state.kind).toBe('in-progress')
    bench.must(take)
    expect(bench.task('c').state.kind).toBe('in-progress')
  })

  it('is looked at again when that agent ends, and not for every end of a try', () => {
    const touchedBy = (bench: Bench): TaskId[] => {
      const touched: TaskId[] = []
      bench.plan.onTouched = (one) => touched.push(one)
      end(bench, 1, null)
      return touched
    }
    const bench = atWork()
    bench.must(DONE)
    expect(touchedBy(bench)).toEqual(expect.arrayContaining(['b', 'c']))
    const failed = atWork()
    failed.must(FAIL)
    expect(touchedBy(failed)).not.toContain('b')
  })

  it('of a repeating task starts beside its later runs', () => {
    const bench = createBench()
    const schedule = { spec: '09:00', tz: null }
    bench.must({
      type: 'task.add',
      task: { id, title: 'a', exec: 'true', schedule },
      nextFireAt: null,
    })
    bench.add('b', { after: taskIds('a') })
    bench.claim('a', 1)
    bench.must(endCommand(1, 1, {}, { nextFireAt: bench.at }), COORDINATOR)
    bench.claim('a', 2)
    bench.claim('b', 3)
    expect(bench.task('b').state.kind).toBe('in-progress')
  })
})

describe('the result of a task that a person called done', () => {
  it('is what its agent had left by its end', () => {
    const bench = atWork()
    bench.must(DONE)
    expect(bench.task('a').resultCommit).toBeNull()
    end(bench, 1, 'c1')
    expect(bench.task('a')).toMatchObject({ state: { kind: 'done' }, resultCommit: 'c1' })
  })

  it('stays what an earlier agent had left when none lives, or the last one left nothing', () => {
    const bench = atWork()
    end(bench, 1, 'c1')
    bench.must(REOPEN)
    bench.must(DONE)
    expect(bench.task('a').resultCommit).toBe('c1')
    bench.must(REOPEN)
    bench.claim('a', 2)
    bench.must(DONE)
    end(bench, 2, null)
    expect(bench.task('a').resultCommit).toBe('c1')
  })

  it.each([
    ['failed', FAIL, null],
    ['abandoned', ABANDON, null],
    ['reopened', DONE, REOPEN],
  ])('is not taken from the agent of one that is %s', (_, settle, then) => {
    const bench = atWork()
    bench.must(settle)
    if (then) bench.must(then)
    end(bench, 1, 'c1')
    expect(bench.task('a').resultCommit).toBeNull()
  })

  it('of a repeating task lands too, unless its run was called failed', () => {
    const run = (settle: Command): string | null => {
      const bench = createBench()
      const schedule = { spec: '09:00', tz: null }
      bench.must({
        type: 'task.add',
        task: { id, title: 'a', exec: 'true', schedule },
        nextFireAt: null,
      })
      bench.claim('a', 1)
      bench.must(settle)
      end(bench, 1, 'c1')
      expect(bench.task('a').state).toMatchObject({ kind: 'open', notBefore: bench.at + 1000 })
      return bench.task('a').resultCommit
    }
    const nextFireAt = createBench().at + 1000
    expect(run({ ...DONE, nextFireAt } as Command)).toBe('c1')
    expect(run({ ...FAIL, nextFireAt } as Command)).toBeNull()
  })

  it('is an event of its own, which changes nothing else', () => {
    const bench = atWork()
    const before = bench.task('a')
    const event = { type: 'task.landed', at: bench.at, id, resultCommit: 'c9' } as const
    expect(evolve(bench.plan, event)).toEqual([
      { entity: 'task', id: 'a', before, after: { ...before, resultCommit: 'c9' } },
    ])
  })
})
