/** A task waits for the model that is asked who does it, and no longer than it may. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NO_JUDGING } from '../../src/yard/judging/judging-port.ts'
import { JUDGE } from '../support/recorded-evaluations.ts'
import { START_AT } from '../support/manual-clock.ts'
import { createYardBench, type YardBench } from './yard-bench.ts'

let bench: YardBench
let asked: number

beforeEach(async () => {
  asked = 0
  bench = await createYardBench({
    assignmentOf: () => ({ kind: 'ask', dueAt: START_AT + 10_000 }),
    judging: {
      ...NO_JUDGING,
      judge: {
        choose: () => ({ kind: 'judge', judge: JUDGE }),
        // It never answers.
        ask: () => new Promise(() => void (asked += 1)),
      },
    },
  })
})
afterEach(() => bench.close())

it('starts with the defaults once its time is up', async () => {
  await bench.start()
  await bench.add('a')
  expect([asked, bench.task('a').state.kind]).toEqual([1, 'open'])
  await bench.pass(9999)
  expect(bench.task('a').state.kind).toBe('open')
  await bench.pass(1)
  expect(bench.task('a')).toMatchObject({ identity: null, state: { kind: 'in-progress' } })
  expect(asked).toBe(1)
})
