import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../support/manual-clock.ts'
import { asAgent, taskId } from '../../support/plan-builder.ts'
import {
  dimensionsOf,
  evaluation,
  judgement,
  opinion,
  type Recorder,
  recordInto,
} from '../../support/recorded-evaluations.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench(createManualClock(), {
    prepare: (path) => recordInto(path, write),
  })
})
afterEach(() => bench.close())

function write(recorder: Recorder): void {
  recorder.add('a', { title: 'Write docs', tags: ['docs'] })
  recorder.add('b')
  recorder.tryTask('a', 1, { executor: 'claude', model: 'opus', usd: 2 })
  recorder.tryTask('b', 2, { executor: 'codex', model: 'sonnet', usd: 1 })
  recorder.judged(evaluation(1, 'a', 1, { marks: ['same-family'] }))
  const low = evaluation(2, 'b', 2, { dimensions: dimensionsOf(0.6), passed: false })
  recorder.judged(low)
  recorder.said(opinion('o1', low, { score: 0.75 }))
  recorder.asked(judgement(1, { taskId: taskId('a') }))
}

describe('evaluations', () => {
  it('are told with their task, their worker and what a person said of them', async () => {
    const rows = await bench.client.evaluation.list({})
    expect(rows).toMatchObject([
      {
        id: 'eval-2',
        task: 'b',
        score: 0.75,
        modelScore: expect.closeTo(0.6),
        passed: true,
        override: { score: 0.75, by: 'ada', note: 'not what we meant' },
        worker: { executor: 'codex', model: 'sonnet', identity: null, costUsd: 1 },
      },
      {
        id: 'eval-1',
        task: 'a',
        title: 'Write docs',
        score: 0.9,
        modelScore: 0.9,
        passed: true,
        override: null,
        sameFamily: true,
        judge: { executor: 'judge', model: 'opus', prompt: '1' },
        looks: 1,
      },
    ])
    expect(await bench.client.evaluation.get({ id: 'eval-1' })).toMatchObject({ agent: 'agent-1' })
    const refused = await failureOf(bench.client.evaluation.get({ id: 'eval-7' }))
    expect(refused).toMatchObject({ kind: 'unknown-evaluation' })
    expect(await failureOf(bench.client.evaluation.list({ task: 'z' }))).toMatchObject({
      kind: 'unknown-task',
    })
  })

  it('are summed by model, the effective score deciding who passed', async () => {
    const { all, groups, tags } = await bench.client.evaluation.figures({})
    expect(all).toMatchObject({ n: 2, gated: 2, passed: 2, threshold: 0.7, meanCostUsd: 1.5 })
    expect(groups.map(({ key, n, mean, executor }) => [key, n, mean, executor])).toEqual([
      ['opus', 1, 0.9, 'claude'],
      ['sonnet', 1, 0.75, 'codex'],
    ])
    expect(tags).toEqual(['docs'])
    const byList = await bench.client.evaluation.list({ by: 'executor' })
    expect(byList).toMatchObject([{ key: 'claude' }, { key: 'codex' }])
    expect((await bench.client.evaluation.figures({ model: 'opus' })).all.n).toBe(1)
  })

  it('are drawn for audits without their scores', async () => {
    const drawn = await bench.client.evaluation.audit({ limit: 5 })
    // A person has overridden the score of the other.
    expect(drawn.map(({ id }) => id)).toEqual(['eval-1'])
    for (const row of drawn)
      expect(Object.keys(row)).toEqual(['id', 'task', 'title', 'agent', 'at'])
  })

  it('and judgements are not for agents', async () => {
    const agent = bench.clientOf(asAgent(1, 'a'))
    for (const call of [
      () => agent.evaluation.list({}),
      () => agent.evaluation.get({ id: 'eval-1' }),
      () => agent.evaluation.figures({}),
      () => agent.evaluation.audit({}),
      () => agent.judgement.list({}),
      () => agent.judgement.get({ id: 'judge-1' }),
      () => agent.evaluator.list(),
    ])
      expect(['not-allowed', 'unauthorized']).toContain((await failureOf(call())).kind)
  })
})

describe('judgements', () => {
  it('are told with what was sent, as long as their folder is there', async () => {
    expect(await bench.client.judgement.list({ task: 'a', living: true })).toMatchObject([
      { id: 'judge-1', purpose: 'evaluation', state: 'queued', outcome: null },
    ])
    const ask = () => bench.client.judgement.text({ id: 'judge-1', part: 'sent' })
    expect(await failureOf(ask())).toMatchObject({ kind: 'io' })
    const folder = join(bench.test.yard.paths.yard, 'judgements', 'judge-1')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'prompt.md'), 'Judge this.')
    expect(await ask()).toEqual({ text: 'Judge this.', isCut: false })
    expect(await failureOf(bench.client.judgement.get({ id: '../judge-1' }))).toMatchObject({
      kind: 'unknown-judgement',
    })
  })

  it('tell of each judge how far it agrees with people', async () => {
    expect(await bench.client.evaluator.list()).toMatchObject([
      {
        executor: 'judge',
        model: 'opus',
        prompt: '1',
        asked: 0,
        people: { n: 0 },
        overrides: { n: 1 },
      },
    ])
  })
})
