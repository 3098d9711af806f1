/** What people ask of judges, and decide of results: over the real rules and store, with a judge that the test plays. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JudgingPort } from '../../../src/coordinator/ports.ts'
import { gateOf, type EvaluationPolicy } from '../../../src/domain/judging/evaluation.ts'
import type { JudgementReply, JudgeChoice } from '../../../src/domain/judging/judgement.ts'
import { answered, policyOf } from '../../support/evaluations.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { addCommand, asAgent, COORDINATOR } from '../../support/plan-builder.ts'
import { JUDGE } from '../../support/recorded-evaluations.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

const USAGE = {
  inputTokens: 100,
  outputTokens: 10,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: 0.25,
}
let bench: PageBench
let choice: JudgeChoice
const base = policyOf('0.7')
const policy = (task: Parameters<typeof gateOf>[0]): EvaluationPolicy => ({
  ...base,
  gate: gateOf(task, { gate: { mode: 'off' }, tags: {} }),
})
const judging: JudgingPort = {
  judge: {
    choose: () => choice,
    ask: () => Promise.resolve(null),
    paidFor: () => ({ usage: USAGE, costSource: 'cli' }),
  },
  policyOf: policy,
  lane: () => 2,
}
beforeEach(async () => {
  choice = { kind: 'judge', judge: JUDGE }
  bench = await openPageBench(createManualClock(), { judging })
})
afterEach(() => bench.close())

const taskOf = (id: string) => bench.client.task.get({ id })

/** A try of a gated task that ended well and waits for its score. */
async function pending(id: string, number: number): Promise<void> {
  await bench.run(addCommand(id, { gate: '0.7' }))
  const evaluation = bench.test.yard.judging.policyOf(taskIn(id))
  await bench.tryTask(id, number, { evaluation })
}
function taskIn(id: string) {
  const task = bench.test.yard.plan.tasks.get(id as never)
  if (!task) throw new Error(`no task ${id}`)
  return task
}
async function answer(id: string, reply: JudgementReply): Promise<void> {
  const [living] = await bench.client.judgement.list({ task: id, living: true })
  await bench.run(
    { type: 'judgement.ask', judgementId: living?.id as never, judge: JUDGE },
    COORDINATOR,
  )
  await bench.run(
    {
      type: 'judgement.end',
      judgementId: living?.id as never,
      reply,
      policy: policy(taskIn(id)),
      nextFireAt: null,
    },
    COORDINATOR,
  )
}

describe('a task that waits for its score', () => {
  it('says so, and then what it was scored, with all that its page shows', async () => {
    await pending('a', 1)
    expect(await taskOf('a')).toMatchObject({
      status: 'pending-eval',
      score: null,
      gate: { mode: 'gated', threshold: 0.7, source: 'task' },
      evaluation: { id: null, agent: 'agent-1', status: 'pending', score: null, looks: 0 },
    })
    await answer('a', answered(0.9))
    const task = await taskOf('a')
    expect(task).toMatchObject({
      status: 'done',
      score: 0.9,
      evaluation: {
        id: 'eval-1',
        agent: 'agent-1',
        status: 'scored',
        modelScore: 0.9,
        dimensions: { correctness: 0.9, intent_fidelity: 0.9 },
        gate: '0.7',
        passed: true,
        judge: { executor: 'judge', model: 'opus', prompt: '1' },
      },
    })
    expect(task.timeline[0]).toMatchObject({ by: 'ada', text: 'Added' })
    expect(task.timeline.map(({ at }) => at).toSorted()).toEqual(task.timeline.map(({ at }) => at))
    const [card] = (await bench.client.service.snapshot()).tasks
    expect(card).toMatchObject({ score: 0.9, gate: { mode: 'gated', threshold: 0.7 } })
  })

  it('is done when a person approves it, in the log by name', async () => {
    await pending('a', 1)
    const done = await bench.client.task.approve({ id: 'a', note: 'seen it run' })
    expect(done).toMatchObject({ status: 'done' })
    expect(done.log).toMatchObject([{ by: 'ada', text: 'approved: seen it run' }])
    const again = await failureOf(bench.client.task.approve({ id: 'a' }))
    expect(again).toMatchObject({ kind: 'wrong-state' })
    expect(again.hint).toContain('done already')
  })

  it('is open again when a person rejects it, with the note and without an attempt', async () => {
    await pending('a', 1)
    const back = await bench.client.task.reject({ id: 'a', note: 'wrong file' })
    expect(back).toMatchObject({ status: 'open', attempts: 0, failure: { class: 'gate' } })
    expect(back.failure?.detail).toBe('wrong file')
    expect(await failureOf(bench.client.task.reject({ id: 'a', note: '' }))).toMatchObject({
      kind: 'bad-request',
    })
  })

  it('is not for its agents to decide', async () => {
    await pending('a', 1)
    const agent = bench.clientOf(asAgent(1, 'a'))
    for (const call of [
      () => agent.task.evaluate({ id: 'a' }),
      () => agent.task.approve({ id: 'a' }),
      () => agent.task.reject({ id: 'a', note: 'x' }),
      () => agent.evaluation.score({ id: 'eval-1', score: 1, note: 'x' }),
      () => agent.judgement.kill({ id: 'judge-1' }),
    ])
      expect(['not-allowed', 'unauthorized']).toContain((await failureOf(call())).kind)
  })
})

describe('evaluating', () => {
  it('asks of the latest ended try, once, also where the gate is off', async () => {
    await bench.run(addCommand('a'))
    const early = await failureOf(bench.client.task.evaluate({ id: 'a' }))
    expect(early).toMatchObject({ kind: 'wrong-state' })
    expect(early.hint).toContain('nothing of it has ended')
    await bench.tryTask('a', 1)
    const asked = await bench.client.task.evaluate({ id: 'a' })
    expect(asked).toMatchObject({ id: 'judge-1', agent: 'agent-1', state: 'queued', by: 'ada' })
    expect(await bench.client.task.evaluate({ id: 'a' })).toMatchObject({ id: 'judge-1' })
    await answer('a', answered(0.3))
    expect(await taskOf('a')).toMatchObject({
      status: 'done',
      score: expect.closeTo(0.3),
      evaluation: { gate: 'off' },
    })
    expect(await bench.client.task.evaluate({ id: 'a' })).toMatchObject({ id: 'judge-2' })
  })

  it('is refused where nobody can judge, and for what is unknown', async () => {
    await bench.run(addCommand('a'))
    await bench.tryTask('a', 1)
    choice = { kind: 'refuse', reason: 'nobody can judge: judging.executor names none' }
    expect(await failureOf(bench.client.task.evaluate({ id: 'a' }))).toMatchObject({
      kind: 'no-judge',
      message: choice.reason,
    })
    const kinds = async (input: Record<string, string>) =>
      (await failureOf(bench.client.task.evaluate({ id: 'a', ...input }))).kind
    expect(await kinds({ executor: 'nobody' })).toBe('unknown-executor')
    expect(await kinds({ executor: 'claude', model: 'nothing' })).toBe('unknown-model')
    expect(await kinds({ agent: 'agent-9' })).toBe('unknown-agent')
    expect(await bench.client.judgement.list({})).toEqual([])
  })

  it('a check of a judge that nobody knows is refused as one that is unknown', async () => {
    choice = { kind: 'refuse', reason: 'nobody can judge' }
    const kind = async (name: string) =>
      (await failureOf(bench.client.evaluator.check({ name, confirm: true }))).kind
    expect(await kind('nobody')).toBe('unknown-executor')
    expect(await kind('claude/nothing')).toBe('unknown-model')
    expect(await kind('claude')).toBe('no-judge')
  })

  it('is ended as unanswered by a person, and the task is held for one', async () => {
    await pending('a', 1)
    const ended = await bench.client.judgement.kill({ id: 'judge-1' })
    expect(ended).toMatchObject({ state: 'ended', outcome: 'unanswered', reason: 'ada ended it' })
    expect(await taskOf('a')).toMatchObject({ status: 'waiting', waitsFor: 'evaluation' })
    expect(await failureOf(bench.client.judgement.kill({ id: 'judge-1' }))).toMatchObject({
      kind: 'wrong-state',
    })
  })

  it('is waited for until it has ended', async () => {
    await pending('a', 1)
    const waited = bench.client.judgement.get({ id: 'judge-1', waitMs: 60_000 })
    await answer('a', answered(0.8))
    expect(await waited).toMatchObject({ outcome: 'answered' })
    expect(await bench.client.judgement.get({ id: 'judge-1', waitMs: 60_000 })).toMatchObject({
      state: 'ended',
    })
  })
})

describe('a person’s score', () => {
  it('counts in place of the model’s, settles nothing that is finished, and can be taken back', async () => {
    await pending('a', 1)
    await answer('a', answered(0.9))
    const scored = await bench.client.evaluation.score({
      id: 'eval-1',
      score: 0.2,
      dimensions: { correctness: 0.1 },
      note: 'it breaks the build',
    })
    expect(scored).toMatchObject({
      score: 0.2,
      modelScore: 0.9,
      passed: false,
      override: { score: 0.2, by: 'ada', dimensions: { correctness: 0.1 } },
    })
    expect(await taskOf('a')).toMatchObject({ status: 'done', score: 0.2 })
    const cleared = await bench.client.evaluation.score({ id: 'eval-1', clear: true })
    expect(cleared).toMatchObject({ score: 0.9, override: null })
  })

  it('settles the gate of a task that still waits for a score', async () => {
    await pending('a', 1)
    await bench.client.judgement.kill({ id: 'judge-1' })
    await bench.client.evaluation.score({ id: 'eval-1', score: 0.7, note: 'good enough' })
    expect(await taskOf('a')).toMatchObject({ status: 'done', score: 0.7 })
  })

  it('may be the first of a result: it settles the gate, and its judge is asked no longer', async () => {
    await pending('a', 1)
    const scored = await bench.client.evaluation.score({ id: 'a', score: 0.8, note: 'seen it' })
    expect(scored).toMatchObject({ id: 'eval-1', score: 0.8, modelScore: null, passed: true })
    expect(await taskOf('a')).toMatchObject({ status: 'done', score: 0.8 })
    expect(await bench.client.judgement.list({})).toMatchObject([
      { id: 'judge-1', state: 'ended', outcome: 'unanswered', costUsd: 0.25 },
    ])
    await pending('b', 2)
    await bench.client.evaluation.score({ id: 'b', score: 0.2, note: 'the flag is missing' })
    expect(await taskOf('b')).toMatchObject({
      status: 'open',
      failure: { class: 'gate', detail: 'the flag is missing' },
    })
  })

  it('is of the latest evaluation of a task, also while its result is judged anew', async () => {
    await pending('a', 1)
    await bench.client.judgement.kill({ id: 'judge-1' })
    await bench.client.task.evaluate({ id: 'a' })
    await bench.client.evaluation.score({ id: 'a', score: 0.9, note: 'good' })
    expect(await taskOf('a')).toMatchObject({ status: 'done', evaluation: { id: 'eval-1' } })
    await bench.run(addCommand('b'))
    const none = await failureOf(bench.client.evaluation.score({ id: 'b', score: 1, note: 'x' }))
    expect(none).toMatchObject({ kind: 'wrong-state' })
    const gone = await failureOf(bench.client.evaluation.score({ id: 'c', score: 1, note: 'x' }))
    expect(gone).toMatchObject({ kind: 'unknown-task' })
  })

  it('is not taken back where nobody gave one', async () => {
    await pending('a', 1)
    await answer('a', answered(0.9))
    const call = bench.client.evaluation.score({ id: 'a', clear: true })
    expect(await failureOf(call)).toMatchObject({ kind: 'wrong-state' })
  })

  it('as an audit needs no note and is not effective', async () => {
    await pending('a', 1)
    await answer('a', answered(0.9))
    const audited = await bench.client.evaluation.score({ id: 'eval-1', score: 0.4, audit: true })
    expect(audited).toMatchObject({ score: 0.9, override: null })
    expect(await bench.client.evaluation.audit({ limit: 9 })).toEqual([])
  })

  it('is refused without a note, out of range, of an unknown dimension, or twice at once', async () => {
    await pending('a', 1)
    await answer('a', answered(0.9))
    const kinds = async (input: object) =>
      (await failureOf(bench.client.evaluation.score({ id: 'eval-1', ...input } as never))).kind
    expect(await kinds({ score: 0.5 })).toBe('bad-request')
    expect(await kinds({ score: 1.5, note: 'x' })).toBe('bad-request')
    expect(await kinds({ score: 0.5, note: 'x', dimensions: { beauty: 1 } })).toBe('bad-request')
    expect(await kinds({ note: 'x' })).toBe('bad-request')
    expect(await kinds({ score: 0.5, clear: true, note: 'x' })).toBe('bad-request')
    expect(await kinds({ id: 'eval-9', score: 0.5, note: 'x' })).toBe('unknown-evaluation')
  })
})

describe('what waits for a person', () => {
  const kinds = async () =>
    (await bench.client.service.snapshot()).summary.attention.map(({ kind }) => kind)

  it('is a result that could not be scored, one that a person decides on, and one below its gate', async () => {
    await pending('a', 1)
    await bench.client.judgement.kill({ id: 'judge-1' })
    expect(await kinds()).toEqual(['evaluation'])
    const [card] = (await bench.client.service.snapshot()).tasks
    expect(card).toMatchObject({ status: 'waiting', waitsFor: 'evaluation' })
    await bench.client.task.approve({ id: 'a' })
    expect(await kinds()).toEqual([])
    await pending('b', 2)
    for (let number = 2; number <= 4; number += 1) {
      if (number > 2)
        await bench.tryTask('b', number, {
          evaluation: bench.test.yard.judging.policyOf(taskIn('b')),
        })
      await answer('b', answered(0.2, { work: `w${number}` }))
    }
    expect(await taskOf('b')).toMatchObject({ status: 'failed', failure: { class: 'gate' } })
    expect(await kinds()).toEqual(['gate'])
  })
})
