/** How long a provider is left alone after it refused for want of quota, and who wakes it. */
import { describe, expect, it } from 'vitest'
import { workFailure } from '../../src/domain/failure.ts'
import { COORDINATOR, createBench, taskId, type Bench } from '../support/plan-builder.ts'

const exit = (code: number) => ({ exit: { code, signal: null } })

describe('a provider that sleeps', () => {
  const DAY = 24 * 3_600_000
  const KEY = 'provider:anthropic'
  /** Each try ends for want of quota at that offset, with that reset from the start (null: not said). */
  function slept(...tries: readonly (readonly [number, number | null])[]): Bench {
    const bench = createBench()
    const start = bench.at
    tries.forEach(([atMs, resetMs], i) => {
      const name = `t${i}`
      bench.add(name, { exec: null })
      bench.claim(name, i + 1, {
        executor: 'claude',
        executorType: 'claude',
        provider: 'anthropic',
      })
      bench.at = start + atMs
      const resetAt = resetMs === null ? null : start + resetMs
      bench.end(i + 1, 1, { ...exit(1), failure: workFailure('quota', `no ${i}`, { resetAt }) })
    })
    bench.at = start
    return bench
  }
  const untilOf = (bench: Bench): number | null | undefined => {
    const until = bench.plan.breakers.get(KEY)?.until
    return until == null ? until : until - bench.at
  }

  it.each([
    [
      'no time after a long one',
      [
        [0, 3 * 3_600_000],
        [1000, null],
      ],
      3 * 3_600_000,
    ],
    [
      'an earlier time',
      [
        [0, 3 * 3_600_000],
        [0, 3_600_000],
      ],
      3 * 3_600_000,
    ],
    [
      'a later time',
      [
        [0, 3_600_000],
        [0, 3 * 3_600_000],
      ],
      3 * 3_600_000,
    ],
    ['a time in years', [[5, 4000 * DAY]], 5 + 30 * DAY],
  ] as const)('that says %s wakes at the latest of them, within 30 days', (_, tries, expected) => {
    expect(untilOf(slept(...tries))).toBe(expected)
  })

  it('is awake for everybody when a person retries what it had parked', () => {
    const bench = slept([0, 3_600_000])
    bench.must({ type: 'task.retry', id: taskId('t0'), fresh: false })
    expect(bench.plan.breakers.size).toBe(0)
    expect(bench.task('t0').state).toEqual({ kind: 'open', notBefore: null, park: null })
  })

  it('is awake when a person has signed in and retries what waited for that', () => {
    const bench = slept([0, 3_600_000])
    bench.add('w', { exec: null })
    bench.claim('w', 9, { executor: 'claude', executorType: 'claude', provider: 'anthropic' })
    bench.end(9, 1, { ...exit(1), failure: workFailure('auth', 'sign in') })
    expect(bench.task('w').state.kind).toBe('waiting')
    bench.must({ type: 'task.retry', id: taskId('w'), fresh: false })
    expect(bench.plan.breakers.size).toBe(0)
  })

  it('sleeps on when another task is retried, or nobody asked for it', () => {
    const bench = slept([0, 3_600_000])
    bench.add('o')
    bench.claim('o', 9)
    bench.end(9, 1, exit(3))
    bench.must({ type: 'task.retry', id: taskId('o'), fresh: false })
    bench.must({ type: 'task.retry', id: taskId('t0'), fresh: false }, COORDINATOR)
    expect(untilOf(bench)).toBe(3_600_000)
  })
})
