/** Judges that the yard checks by itself: when it asks, and that it asks once. */
import { afterEach, describe, expect, it } from 'vitest'
import type { JudgingPort } from '../../src/coordinator/ports.ts'
import type { JudgeIssue } from '../../src/domain/judging/judgement.ts'
import { policyOf } from '../support/evaluations.ts'
import { JUDGE } from '../support/recorded-evaluations.ts'
import { createYardBench, type YardBench, type YardBenchOptions } from './yard-bench.ts'

const ISSUE: JudgeIssue = {
  executor: 'judge',
  model: 'opus',
  prompt: '1',
  kind: 'unmeasured',
  flag: null,
  measuredAt: null,
  canaries: ['one', 'two'],
  costUsd: null,
  isUnderWay: false,
  isDue: true,
  hold: null,
}

let bench: YardBench
let issues: readonly JudgeIssue[]
let looks: number
const judging: JudgingPort = {
  judge: { choose: () => ({ kind: 'judge', judge: JUDGE }), ask: () => new Promise(() => {}) },
  policyOf: () => policyOf('0.7'),
  lane: () => 9,
  judgeIssues() {
    looks += 1
    return issues
  },
}
async function open(more: YardBenchOptions = {}): Promise<void> {
  looks = 0
  bench = await createYardBench({ judging, ...more })
  await bench.start()
  await bench.turns.idle()
}
afterEach(() => bench.close())

const asked = () =>
  [...bench.opened.plan.judgements.values()].map(({ purpose, subject, by, wish }) => ({
    purpose,
    subject,
    by,
    wish,
  }))

describe('a judge that is due', () => {
  it('is asked all canaries by the yard itself, once', async () => {
    issues = [ISSUE]
    await open()
    const about = {
      purpose: 'canary',
      by: 'coordinator',
      wish: { executor: 'judge', model: 'opus' },
    }
    expect(asked()).toEqual([
      { ...about, subject: 'one' },
      { ...about, subject: 'two' },
    ])
    // The port still says so: what lives is not asked again.
    bench.coordinator.onSettings()
    await bench.turns.idle()
    expect(asked()).toHaveLength(2)
  })

  it('is asked as soon as a task brings a gate, and no other commit looks', async () => {
    issues = []
    await open()
    await bench.add('a')
    const before = looks
    await bench.add('b')
    expect(looks).toBe(before)
    issues = [ISSUE]
    await bench.add('c', { gate: '0.7' })
    await bench.turns.idle()
    expect(asked()).toHaveLength(2)
  })

  it('is left alone by a host that starts no agents', async () => {
    issues = [ISSUE]
    await open({ startsAgents: false })
    expect(asked()).toEqual([])
  })

  it('waits while the yard is paused', async () => {
    issues = []
    await open()
    await bench.send({ type: 'yard.pause' })
    issues = [ISSUE]
    bench.coordinator.onSettings()
    await bench.turns.idle()
    expect(asked()).toEqual([])
    await bench.send({ type: 'yard.resume' })
    await bench.turns.idle()
    expect(asked()).toHaveLength(2)
  })
})

it('one that is not due is left to people', async () => {
  issues = [{ ...ISSUE, isDue: false }]
  await open()
  expect(asked()).toEqual([])
})
