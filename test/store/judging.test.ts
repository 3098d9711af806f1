import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluationIdSchema, type Evaluation } from '../../src/domain/judging/evaluation.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { START_AT } from '../support/manual-clock.ts'
import { taskId } from '../support/plan-builder.ts'
import {
  dimensionsOf,
  evaluation,
  judgement,
  JUDGE,
  opinion,
  type Recorder,
  recorderOf,
} from '../support/recorded-evaluations.ts'

let opened: OpenStore
let recorder: Recorder
beforeEach(async () => {
  opened = await openMemoryStore()
  recorder = recorderOf(opened)
  recorder.add('a', { tags: ['docs'] })
  recorder.add('b')
  recorder.tryTask('a', 1, { executor: 'claude', model: 'opus', usd: 2 })
  recorder.tryTask('b', 2, { executor: 'codex', model: 'sonnet' })
})
afterEach(() => opened.close())

const ids = (filter: Parameters<OpenStore['store']['judging']['list']>[0] = {}) =>
  opened.store.judging.list(filter, 100).map(({ evaluation: { id } }) => id)

describe('evaluations', () => {
  it('are listed newest first, in pages', () => {
    for (const number of [1, 2, 3]) recorder.judged(evaluation(number, 'a', 1))
    expect(ids()).toEqual(['eval-3', 'eval-2', 'eval-1'])
    const page = opened.store.judging.list({}, 1, 'eval-3')
    expect(page.map((row) => row.evaluation.id)).toEqual(['eval-2'])
    expect(opened.store.judging.list({}, 9, 'eval-9')).toEqual([])
    expect(opened.store.judging.latestOf(taskId('a'))).toBe('eval-3')
    expect(opened.store.judging.latestOf(taskId('b'))).toBeNull()
  })

  it('are found by what their worker was, their task, tag, score and time', () => {
    recorder.judged(evaluation(1, 'a', 1))
    recorder.judged(evaluation(2, 'b', 2, { dimensions: dimensionsOf(0.4), passed: false }))
    expect(ids({ model: 'opus' })).toEqual(['eval-1'])
    expect(ids({ executor: 'codex' })).toEqual(['eval-2'])
    expect(ids({ task: 'a' })).toEqual(['eval-1'])
    expect(ids({ tag: 'docs' })).toEqual(['eval-1'])
    expect(ids({ below: 0.5 })).toEqual(['eval-2'])
    expect(ids({ since: START_AT + 1500 })).toEqual(['eval-2'])
    expect(ids({ model: 'opus', below: 0.5 })).toEqual([])
    expect(ids({ identity: '%' })).toEqual([])
    const [first] = opened.store.judging.list({ task: 'a' }, 1)
    expect(first).toMatchObject({ executor: 'claude', model: 'opus', workUsd: 2 })
  })

  it('that say nothing of their looks had one', () => {
    const { looks: _, ...older } = evaluation(1, 'a', 1)
    // As a program wrote it that did not count them.
    recorder.judged(older as Evaluation)
    expect(opened.store.judging.list({}, 1)[0]?.evaluation.looks).toBe(1)
  })

  it('keep who worked when the agent is forgotten', () => {
    recorder.judged(evaluation(1, 'a', 1))
    opened.writer.begin()
    const agent = opened.store.agent('agent-1' as never)
    if (!agent) throw new Error('no agent')
    const forgotten = { entity: 'agent', id: agent.id, before: agent, after: null } as const
    opened.writer.write(forgotten, { at: START_AT, event: 'agent.forgotten', by: 'test' })
    opened.writer.commit()
    expect(opened.store.judging.list({}, 1)[0]).toMatchObject({ executor: 'claude', workUsd: 2 })
    // One that is judged after that, too.
    recorder.judged(evaluation(2, 'a', 1))
    expect(opened.store.judging.list({}, 1)[0]).toMatchObject({ executor: 'claude', model: 'opus' })
  })

  it('count once for each try, by the score that holds', () => {
    recorder.judged(evaluation(1, 'a', 1, { dimensions: dimensionsOf(0.2) }))
    const latest = recorder.judged(evaluation(2, 'a', 1, { dimensions: dimensionsOf(0.8) }))
    recorder.judged(evaluation(3, 'a', 1, { dimensions: null, status: 'unscored', passed: null }))
    const other = recorder.judged(evaluation(4, 'b', 2))
    recorder.said(opinion('o1', other, { score: 0.3 }))
    const read = () => opened.store.judging.scoredTries({}, -1, 100).map(({ score }) => score)
    expect(read()).toEqual([latest.score, 0.3])
    expect(ids({ below: 0.5 })).toEqual(['eval-4', 'eval-1'])
    // A model that judges it again does not take a person's word back.
    const again = recorder.judged(evaluation(5, 'b', 2))
    expect(read()).toEqual([latest.score, 0.3])
    recorder.said(opinion('o2', other, { score: null }))
    expect(read()).toEqual([latest.score, again.score])
    const [, last] = opened.store.judging.scoredTries({}, -1, 100)
    expect(opened.store.judging.scoredTries({}, last?.key ?? 0, 100)).toEqual([])
  })

  it('are audited once, and an audit changes no score', () => {
    const one = recorder.judged(evaluation(1, 'a', 1))
    recorder.judged(evaluation(2, 'a', 1, { dimensions: null, status: 'unscored', passed: null }))
    const { judging } = opened.store
    expect(judging.drawForAudit(9)).toEqual(['eval-1'])
    recorder.said(opinion('o1', one, { score: 0.4, isAudit: true }))
    expect(judging.drawForAudit(9)).toEqual([])
    expect(judging.get(evaluationIdSchema.parse('eval-1'))?.opinions).toHaveLength(1)
    expect(ids({ below: 0.5 })).toEqual([])
    const { executor, model, prompt } = JUDGE
    const pair = { executor, model, prompt, modelScore: one.score }
    expect(judging.scoredTwice()).toEqual([{ ...pair, person: 0.4, isAudit: true }])
    recorder.said(opinion('o2', one, { score: 0.6 }))
    recorder.said(opinion('o3', one, { score: 0.7 }))
    expect(judging.scoredTwice().map(({ person, isAudit }) => [person, isAudit])).toEqual([
      [0.4, true],
      [0.7, false],
    ])
    recorder.said(opinion('o4', one, { score: null }))
    expect(judging.scoredTwice()).toHaveLength(1)
  })

  it('are not drawn for an audit once a person has scored them', () => {
    const scored = recorder.judged(evaluation(1, 'a', 1))
    recorder.judged(evaluation(2, 'b', 2))
    const { judging } = opened.store
    expect(judging.drawForAudit(9).toSorted()).toEqual(['eval-1', 'eval-2'])
    recorder.said(opinion('o1', scored, { score: 0.3 }))
    expect(judging.drawForAudit(9)).toEqual(['eval-2'])
    // Taken back, it has still been seen.
    recorder.said(opinion('o2', scored, { score: null }))
    expect(judging.drawForAudit(9)).toEqual(['eval-2'])
  })
})

describe('judgements', () => {
  it('are listed newest first, living or ended, of a task, since a time', () => {
    const ended = { kind: 'ended', at: START_AT, reason: null } as const
    const answered = { ...ended, outcome: 'answered' } as const
    const usage = { inputTokens: 1, outputTokens: 1, cachedTokens: 0, reasoningTokens: 0 }
    const paid = { judge: JUDGE, usage: { ...usage, costUsd: 0.04 }, state: answered }
    recorder.asked(judgement(1, { ...paid, taskId: taskId('a') }))
    recorder.asked(judgement(2, { judge: JUDGE, state: { ...ended, outcome: 'unanswered' } }))
    recorder.asked(judgement(3))
    const { judging } = opened.store
    const list = (filter: Partial<Parameters<typeof judging.judgements>[0]> = {}) =>
      judging.judgements({ limit: 10, ...filter }).map(({ id }) => id)
    expect(list()).toEqual(['judge-3', 'judge-2', 'judge-1'])
    expect(list({ limit: 1 })).toEqual(['judge-3'])
    expect(list({ isLiving: true })).toEqual(['judge-3'])
    expect(list({ isLiving: false })).toEqual(['judge-2', 'judge-1'])
    expect(list({ task: 'a' })).toEqual(['judge-1'])
    expect(list({ since: START_AT + 2000 })).toEqual(['judge-3', 'judge-2'])
    expect(judging.judgement('judge-3' as never)?.state.kind).toBe('queued')
    expect(judging.judgement('judge-4' as never)).toBeNull()
    const { executor, model, prompt } = JUDGE
    const asked = { executor, model, prompt, asked: 2, unanswered: 1, meanUsd: 0.04 }
    expect(judging.askedJudges()).toEqual([asked])
  })
})
