/** A short chaos: the long one, 50 kills over graphs of 40 tasks, is `npm run chaos`. */
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../support/seeded-random.ts'
import type { ChaosTask } from './chaos-graph.ts'
import { runChaos } from './chaos-run.ts'
import { brokenPromises, parseLedger } from './ledger.ts'

const TASKS: ChaosTask[] = [
  { id: 'a', after: [], firstCode: 0, sleepMs: 0 },
  { id: 'b', after: ['a'], firstCode: 0, sleepMs: 0 },
]

const breaks = (ledger: string): string[] =>
  brokenPromises(TASKS, parseLedger(ledger), { agents: [], doneTasks: new Set(['a', 'b']) })

const isLinux = process.platform === 'linux'
describe.runIf(isLinux)('an owner killed again and again (it needs /proc)', () => {
  it('leaves every task done once and no process behind', { timeout: 180_000 }, async () => {
    const random = createSeededRandom(11)
    const options = { random, tasks: 40, kills: 4, failing: 0, others: ['launcher'] } as const
    const outcome = await runChaos(options)
    expect(outcome.broken).toEqual([])
    expect(outcome.ownersKilled).toBeGreaterThan(0)
  })
})

describe('the ledger', () => {
  it('accepts tasks that ran once each and in order', () => {
    expect(breaks('start a 1 10 0\nend a 1 10 0\nstart b 1 11 0\nend b 1 11 0\n')).toEqual([])
  })

  it('tells of a second start in one generation', () => {
    expect(breaks('start a 1 10 0\nstart a 1 12 0\n')).toEqual(['a#1 was started twice'])
  })

  it('tells of a task that began before what it waits for', () => {
    expect(breaks('start a 1 10 0\nstart b 1 11 0\nend a 1 10 0\n')).toEqual([
      'b#1 started before a had ended',
    ])
  })

  it('tells of a living twin', () => {
    expect(breaks('twin a 2 12 0\n')).toEqual(['a#2 met a living twin'])
  })

  it('tells of a task that is not done', () => {
    const believed = { agents: [], doneTasks: new Set(['a']) }
    expect(brokenPromises(TASKS, [], believed)).toEqual(['b is not done'])
  })
})
