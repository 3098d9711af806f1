/** A result and its gate: what is asked, and what becomes of the task by each answer. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AgentId } from '../../../src/domain/ids.ts'
import type { EvaluationPolicy } from '../../../src/domain/judging/evaluation.ts'
import {
  evaluationIdOf,
  judgementIdOf,
  type Evaluation,
} from '../../../src/domain/judging/evaluation.ts'
import type { JudgementReply } from '../../../src/domain/judging/judgement.ts'
import { answered, policyOf, unanswered } from '../../support/evaluations.ts'
import { countedCommit, isSatisfied } from '../../../src/domain/task.ts'
import {
  addCommand,
  changesOf,
  COORDINATOR,
  createBench,
  endCommand,
  evidenceOf,
  PERSON,
  taskId,
  type Bench,
} from '../../support/plan-builder.ts'

const id = taskId('a')
const JUDGE = {
  executor: 'claude',
  model: null,
  modelId: null,
  provider: 'anthropic',
  provenance: 'config',
  prompt: 'evaluation-1',
}

const CHECK = { name: 'lint', ok: true, tail: '' }

let bench: Bench
let agents: number
beforeEach(() => {
  bench = createBench()
  bench.add('a')
  agents = 0
})

/** An agent works and ends well. */
function work(policy: EvaluationPolicy, more: Parameters<typeof endCommand>[3] = {}): AgentId {
  agents++
  const agent = bench.claim('a', agents)
  const end = endCommand(agents, bench.task('a').generation, {}, { evaluation: policy, ...more })
  bench.must(end, COORDINATOR)
  return agent
}

const living = () => [...bench.plan.judgements.keys()]

function reply(said: JudgementReply, policy: EvaluationPolicy, judgementId = living()[0]): void {
  if (!judgementId) throw new Error('nothing is asked')
  bench.must({ type: 'judgement.ask', judgementId, judge: JUDGE }, COORDINATOR)
  const end = { type: 'judgement.end', judgementId, reply: said, policy, nextFireAt: null } as const
  bench.must(end, COORDINATOR)
}

/** Nobody was asked: the work is that of the first evaluation. */
function kept(score: number): JudgementReply {
  const said = answered(score, { work: 'w1' })
  if (said.value?.purpose !== 'evaluation') throw new Error('no evaluation')
  const before = { id: evaluationIdOf(judgementIdOf(1)), judge: JUDGE }
  return { ...said, value: { ...said.value, kept: before } }
}

const evaluations = (): Evaluation[] =>
  bench.changes.flatMap((change) => (change.entity === 'evaluation' ? change.after : []))

it('a repeating task: what waits for it builds on no run that has not passed', () => {
  const policy = policyOf('0.7', { retries: 0 })
  const schedule = { spec: '09:00', tz: null }
  bench.must(addCommand('r', { schedule }, bench.at))
  const run = (number: number, score: number | null, commit: string): void => {
    bench.claim('r', number)
    const left = { evaluation: policy, changes: changesOf(commit), nextFireAt: bench.at }
    bench.must(endCommand(number, number, {}, left), COORDINATOR)
    const judgementId = judgementIdOf(number)
    if (score === null) return
    const said = { reply: answered(score), policy, nextFireAt: bench.at }
    bench.must({ type: 'judgement.ask', judgementId, judge: JUDGE }, COORDINATOR)
    bench.must({ type: 'judgement.end', judgementId, ...said }, COORDINATOR)
  }
  const counts = (): string | null => countedCommit(bench.task('r'))
  run(1, 0.9, 'good')
  expect([isSatisfied(bench.task('r')), counts()]).toEqual([true, 'good'])
  run(2, 0.1, 'bad')
  expect([isSatisfied(bench.task('r')), counts()]).toEqual([true, 'good'])
  run(3, null, 'unjudged')
  expect([isSatisfied(bench.task('r')), counts()]).toEqual([true, 'good'])
  bench.must({ type: 'task.approve', id: taskId('r'), note: null, nextFireAt: bench.at })
  expect([isSatisfied(bench.task('r')), counts()]).toEqual([true, 'unjudged'])
})

describe('a gated task', () => {
  const policy = policyOf('0.7')

  it('is done when its score reaches the threshold, with the commit of its agent', () => {
    const agent = work(policy, { changes: changesOf('c1') })
    expect(bench.task('a').state).toMatchObject({ kind: 'pending-eval', agentId: agent })
    reply(answered(0.7), policy)
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'done', by: agent },
      resultCommit: 'c1',
      gateTries: 0,
      evaluation: { score: 0.7, passed: true, agentId: agent },
    })
    expect(living()).toEqual([])
    expect(evaluations()).toMatchObject([{ id: 'eval-1', gate: '0.7', passed: true }])
  })

  it('goes back below it with the notes, in the same conversation, and spends no attempt', () => {
    bench.add('b')
    agents = 0
    const agent = bench.claim('a', ++agents)
    const ended = { evaluation: policy, conversation: 'talk' }
    bench.must(endCommand(1, 1, {}, ended), COORDINATOR)
    reply(answered(0.5, { notes: 'no tests' }), policy)
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: null },
      attempts: 0,
      gateTries: 1,
      conversation: { id: 'talk' },
      lastFailure: {
        class: 'gate',
        reason: 'scored 0.50, and its gate asks for 0.7',
        detail: 'no tests',
      },
      lastAgentId: agent,
    })
  })

  it('fails once it was sent back as often as it may be', () => {
    for (const _ of [1, 2]) {
      work(policy)
      reply(answered(0.5), policy)
      expect(bench.task('a').state.kind).toBe('open')
    }
    work(policy)
    reply(answered(0.5), policy)
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'failed', failure: { class: 'gate' } },
      attempts: 0,
    })
    bench.must({ type: 'task.retry', id, fresh: false })
    expect(bench.task('a').gateTries).toBe(0)
  })

  it('asks nothing where a check that gates has failed', () => {
    const checks = [{ name: 'lint', ok: false, gates: true, tail: 'line 3' }]
    work(policy, { evidence: evidenceOf({ checks }) })
    expect(living()).toEqual([])
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open' },
      gateTries: 1,
      lastFailure: { class: 'gate', reason: 'its check lint failed', detail: 'line 3' },
    })
  })

  it('is judged all the same where only a check without a gate has failed', () => {
    const checks = [{ name: 'lint', ok: false, gates: false, tail: '' }]
    work(policy, { evidence: evidenceOf({ checks }) })
    expect(living()).toHaveLength(1)
  })

  it.each([
    ['killed', { state: { kind: 'open' }, held: true, gateTries: 0 }],
    ['timeout', { state: { kind: 'open' }, attempts: 1, lastFailure: { class: 'timeout' } }],
    ['budget', { state: { kind: 'waiting', for: 'budget' }, gateTries: 0 }],
  ] as const)('is stopped (%s) while a check runs: that says nothing of its work', (reason, is) => {
    const agentId = bench.claim('a', 1)
    bench.at += 60_000
    bench.must({ type: 'agent.stop', agentId, reason, force: false }, COORDINATOR)
    const checks = [{ name: 'slow', ok: false, gates: true, tail: '', isCut: true as const }]
    bench.must(endCommand(1, 1, { checks }, { evaluation: policy }), COORDINATOR)
    expect(bench.task('a')).toMatchObject(is)
    expect(living()).toEqual([])
  })

  it('goes by its own end where it was stopped later, and a check without a gate was cut', () => {
    const agentId = bench.claim('a', 1)
    bench.at += 60_000
    bench.must({ type: 'agent.stop', agentId, reason: 'killed', force: false }, COORDINATOR)
    const checks = [{ name: 'slow', ok: false, gates: false, tail: '', isCut: true as const }]
    bench.must(endCommand(1, 1, { checks }, { evaluation: policy }), COORDINATOR)
    expect(bench.task('a').state.kind).toBe('pending-eval')
  })

  it.each([
    ['pass', 'done'],
    ['hold', 'waiting'],
    ['fail', 'failed'],
  ] as const)('without an answer: %s makes it %s', (onFailure, kind) => {
    const own = policyOf('0.7', { onFailure })
    work(own)
    reply(unanswered('nobody answered'), own)
    expect(bench.task('a').state.kind).toBe(kind)
    expect(evaluations()).toMatchObject([{ status: 'unscored', reason: 'nobody answered' }])
  })

  it('counts an answer without a word on correctness as none', () => {
    work(policy)
    reply(answered(null), policy)
    expect(bench.task('a').state).toMatchObject({ kind: 'waiting', for: 'evaluation' })
  })

  it('gives the same work the score that it had', () => {
    work(policy)
    reply(answered(0.5, { work: 'w1' }), policy)
    work(policy)
    reply(kept(0.5), policy)
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, gateTries: 2 })
    expect(evaluations().at(-1)).toMatchObject({ kept: { evaluation: 'eval-1', by: null } })
  })

  it('takes the answer of a judge that was asked of the same work anew', () => {
    work(policy)
    reply(answered(0.5, { work: 'w1' }), policy)
    work(policy)
    reply(answered(0.95, { work: 'w1' }), policy)
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'done' },
      evaluation: { score: expect.closeTo(0.95) },
    })
    expect(evaluations().at(-1)?.kept).toBeUndefined()
  })

  it('sends back the very same work that a person has rejected, with the note, as often as it comes', () => {
    work(policy)
    reply(answered(0.8, { work: 'w1' }), policy)
    bench.must({ type: 'task.reject', id, note: 'later' })
    for (const tries of [1, 2]) {
      work(policy)
      reply(kept(0.8), policy)
      expect(bench.task('a')).toMatchObject({
        state: { kind: 'open' },
        gateTries: tries,
        lastFailure: { class: 'gate', detail: 'later' },
        evaluation: { passed: false },
      })
      expect(evaluations().at(-1)).toMatchObject({ passed: false, looks: 0 })
    }
    work(policy)
    reply(answered(0.8, { work: 'w2' }), policy)
    expect(bench.task('a').state.kind).toBe('done')
  })

  it('is opened again while it is judged; what its judge says then is only recorded', () => {
    work(policy)
    bench.must({ type: 'task.reopen', id })
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, gateTries: 0 })
    const [late] = living()
    work(policy)
    reply(answered(0.1), policy, late)
    expect(bench.task('a').state).toMatchObject({ kind: 'pending-eval', agentId: 'agent-2' })
    expect(evaluations()).toMatchObject([{ agentId: 'agent-1', score: 0.1 }])
  })

  it('counts what a person scored the same work, in the gate and in the record', () => {
    work(policy)
    reply(answered(0.8, { work: 'w1' }), policy)
    const evaluationId = evaluationIdOf(judgementIdOf(1))
    const said = { dimensions: null, note: 'no', isAudit: false, nextFireAt: null, policy }
    bench.must({ type: 'evaluation.score', id, evaluationId, score: 0.2, ...said })
    bench.must({ type: 'task.reopen', id })
    work(policy)
    reply(kept(0.8), policy)
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open' },
      lastFailure: { reason: 'scored 0.20, and its gate asks for 0.7' },
      evaluation: { modelScore: 0.8, score: 0.2, passed: false, by: 'ada' },
    })
    expect(evaluations().at(-1)).toMatchObject({
      score: 0.8,
      passed: false,
      kept: { evaluation: 'eval-1', score: 0.2, by: 'ada' },
    })
  })

  it('records what a flagged judge says, and lets it decide nothing', () => {
    work(policy)
    reply(unanswered('nobody'), policy)
    const about = { agentId: bench.task('a').lastAgentId as AgentId, generation: 1 }
    const wish = { executor: 'gemini', model: null }
    bench.must({ type: 'evaluation.request', id, ...about, ...wish })
    const said = answered(0.95, { work: 'w1' })
    if (said.value?.purpose !== 'evaluation') throw new Error('no evaluation')
    reply({ ...said, value: { ...said.value, flag: 'gemini is flagged: it is lenient' } }, policy)
    expect(bench.task('a').state).toMatchObject({
      kind: 'waiting',
      for: 'evaluation',
      text: 'gemini is flagged: it is lenient',
    })
    expect(evaluations().at(-1)).toMatchObject({
      status: 'scored',
      score: expect.closeTo(0.95),
      passed: null,
      marks: ['flagged-judge'],
    })
  })

  it('counts no look where nobody was asked, and names who scored the same work before', () => {
    work(policy)
    reply(answered(0.5, { work: 'w1' }), policy)
    const from = { id: evaluationIdOf(judgementIdOf(1)), judge: { ...JUDGE, executor: 'codex' } }
    const before = answered(0.5, { work: 'w1' })
    if (before.value?.purpose !== 'evaluation') throw new Error('no evaluation')
    work(policy)
    reply({ ...before, value: { ...before.value, kept: from } }, policy)
    work(policy)
    reply(unanswered('over budget'), policy)
    expect(evaluations()).toMatchObject([
      { looks: 1, judge: { executor: 'claude' } },
      { looks: 0, judge: { executor: 'codex' }, score: 0.5 },
      { looks: 0, status: 'unscored' },
    ])
  })

  it('keeps the score that a person gave the same work, and says so', () => {
    work(policy)
    reply(answered(0.5, { work: 'w1' }), policy)
    const evaluationId = evaluationIdOf(judgementIdOf(1))
    const said = { dimensions: null, note: 'good enough', isAudit: false, nextFireAt: null }
    bench.must({ type: 'evaluation.score', id, evaluationId, score: 0.8, ...said, policy })
    work(policy)
    reply(answered(0.5, { work: 'w1' }), policy)
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'done' },
      evaluation: { id: 'eval-2', modelScore: 0.5, score: 0.8, passed: true },
    })
  })

  it('passes by the gate of the moment at which its score arrives', () => {
    work(policy)
    reply(answered(0.5), policyOf('0.4'))
    expect(bench.task('a').state.kind).toBe('done')
  })
})

describe('a close call', () => {
  const policy = policyOf('0.7', { secondLook: 0.1 })

  it('asks twice more, and the median counts', () => {
    work(policy)
    reply(answered(0.69), policy)
    expect(living()).toEqual([judgementIdOf(2), judgementIdOf(3)])
    reply(answered(0.74), policy, judgementIdOf(3))
    expect(bench.task('a').state.kind).toBe('pending-eval')
    reply(answered(0.8), policy, judgementIdOf(2))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'done' },
      evaluation: { id: evaluationIdOf(judgementIdOf(1)), score: 0.74 },
    })
    expect(evaluations()).toMatchObject([{ judgements: ['judge-1', 'judge-3', 'judge-2'] }])
    expect(evaluations()[0]?.spread).toBeCloseTo(0.11)
  })

  it('is decided by the answers that came, where others did not', () => {
    work(policy)
    reply(answered(0.75), policy)
    reply(unanswered(), policy, judgementIdOf(2))
    reply(unanswered(), policy, judgementIdOf(3))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'done' },
      evaluation: { score: expect.closeTo(0.75) },
    })
  })

  const none = { agentId: null, generation: null, nextFireAt: null } as const
  it.each([
    ['approve', 'done', { type: 'task.approve', id, note: null, nextFireAt: null }],
    ['reject', 'open', { type: 'task.reject', id, note: 'enough' }],
    ['done', 'done', { type: 'task.complete', id, artifacts: [], force: true, ...none }],
    ['fail', 'failed', { type: 'task.fail', id, reason: 'no', class: 'reported', ...none }],
    ['abandon', 'abandoned', { type: 'task.abandon', id, withDependents: false }],
  ] as const)(
    'that a person settles early keeps the looks that were answered: %s',
    (_, kind, command) => {
      const agent = work(policy)
      reply(answered(0.69, { checks: [CHECK] }), policy)
      reply(answered(0.75), policy, judgementIdOf(2))
      bench.must(command)
      expect([bench.task('a').state.kind, evaluations()]).toEqual([kind, []])
      reply(unanswered(), policy, judgementIdOf(3))
      const known = { agentId: agent, status: 'scored', passed: true, checks: [CHECK] }
      const score = expect.closeTo(0.72)
      expect(evaluations()).toMatchObject([
        { id: 'eval-1', ...known, score, judgements: ['judge-1', 'judge-2', 'judge-3'], looks: 2 },
      ])
      expect(bench.task('a')).toMatchObject({
        state: { kind },
        evaluation: { id: 'eval-1', score },
        openLooks: [],
      })
    },
  )

  it('that a person settles early is one evaluation with what is answered late', () => {
    work(policy)
    reply(answered(0.69), policy)
    bench.must({ type: 'task.abandon', id, withDependents: false })
    reply(answered(0.1), policy, judgementIdOf(3))
    expect([evaluations(), bench.task('a').openLooks]).toMatchObject([[], [{}, {}]])
    reply(answered(0.8), policy, judgementIdOf(2))
    expect(evaluations()).toMatchObject([{ id: 'eval-1', looks: 3, score: expect.closeTo(0.69) }])
    expect(bench.task('a').state.kind).toBe('abandoned')
  })

  it('of a try before hides nothing of a later one, and is no part of it', () => {
    work(policy)
    reply(answered(0.69), policy)
    bench.must({ type: 'task.reject', id, note: 'not like this' })
    work(policy)
    reply(answered(0.95), policy, judgementIdOf(4))
    reply(answered(0.71), policy, judgementIdOf(2))
    reply(answered(0.7), policy, judgementIdOf(3))
    expect(evaluations()).toMatchObject([
      { id: 'eval-4', looks: 1, score: expect.closeTo(0.95) },
      { id: 'eval-1', looks: 3, score: expect.closeTo(0.7) },
    ])
    expect(bench.task('a')).toMatchObject({ state: { kind: 'done' }, evaluation: { id: 'eval-4' } })
  })

  it('keeps the checks that were run where its last look is not answered', () => {
    work(policy)
    reply(answered(0.69, { checks: [CHECK] }), policy)
    reply(answered(0.75), policy, judgementIdOf(2))
    reply(unanswered(), policy, judgementIdOf(3))
    expect(evaluations()).toMatchObject([{ looks: 2, checks: [CHECK] }])
  })

  it('that a person settles before anybody answered records nothing', () => {
    work(policy)
    bench.must({ type: 'task.approve', id, note: null, nextFireAt: null })
    expect(evaluations()).toEqual([])
  })

  it('is also one whose judge contradicts itself', () => {
    work(policy)
    reply(answered(0.95, { marks: ['criteria-disagree'] }), policy)
    expect(living()).toHaveLength(2)
  })
})

describe('a task that is only scored', () => {
  it('waits for its score, and is done by any', () => {
    work(policyOf('score'))
    expect(bench.task('a').state.kind).toBe('pending-eval')
    reply(answered(0.2), policyOf('score'))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'done' },
      evaluation: { score: 0.2, passed: null },
    })
  })

  it('is done at once where it need not wait, and scored behind', () => {
    const policy = policyOf('score', { waits: false })
    work(policy)
    expect(bench.task('a').state.kind).toBe('done')
    reply(answered(0.4), policy)
    expect(bench.task('a')).toMatchObject({ state: { kind: 'done' }, evaluation: { score: 0.4 } })
  })
})

describe('a gate that is not the task’s own', () => {
  const policy = policyOf('0.7')
  const config = { ...policy, gate: { ...policy.gate, source: 'config' as const, isOwn: false } }

  it('does not hold for a shell task', () => {
    work(config)
    expect(bench.task('a').state.kind).toBe('done')
  })

  it('holds for one with a model behind it', () => {
    bench.claim('a', 1, { executor: 'claude', executorType: 'claude' })
    bench.must(endCommand(1, 1, {}, { evaluation: config }), COORDINATOR)
    expect(bench.task('a').state.kind).toBe('pending-eval')
  })
})

describe('a person', () => {
  const policy = policyOf('person')

  it('decides where the gate says so, whatever the score', () => {
    work(policy)
    reply(answered(0.95), policy)
    expect(bench.task('a').state).toMatchObject({ kind: 'waiting', for: 'approval' })
    bench.must({ type: 'task.approve', id, note: 'fine', nextFireAt: null })
    expect(bench.task('a').state).toMatchObject({ kind: 'done', by: 'ada' })
    const logged = bench.changes.flatMap((each) => (each.entity === 'log' ? each.after.text : []))
    expect(logged).toEqual(['approved: fine'])
  })

  it('sends it back with a note, and no attempt is spent', () => {
    work(policy)
    reply(unanswered(), policy)
    bench.must({ type: 'task.reject', id, note: 'not yet' })
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open' },
      attempts: 0,
      gateTries: 0,
      lastFailure: { class: 'gate', detail: 'not yet' },
    })
  })

  it('rejects what is done unless it has landed; its dependents stay as they are', () => {
    bench.add('b', { after: [id] })
    work(policyOf('off'))
    bench.must({ type: 'task.reject', id, note: 'no' })
    expect(bench.task('a').state.kind).toBe('open')
  })

  it('approves nothing that nobody has asked about', () => {
    expect(bench.run({ type: 'task.approve', id, note: null, nextFireAt: null })).toMatchObject({
      ok: false,
      error: { kind: 'wrong-state' },
    })
  })

  it('may settle it while it is judged; the late answer is only kept', () => {
    work(policyOf('0.7'))
    bench.must({ type: 'task.approve', id, note: null, nextFireAt: null })
    reply(answered(0.1), policyOf('0.7'))
    expect(bench.task('a')).toMatchObject({ state: { kind: 'done' }, evaluation: { score: 0.1 } })
  })

  it('has it done anew: what comes late of the earlier try hides nothing of the later one', () => {
    const gated = policyOf('0.7')
    const early = work(gated)
    bench.must({ type: 'task.reject', id, note: 'not like this' })
    const late = work(gated)
    reply(answered(0.9), gated, judgementIdOf(2))
    expect(bench.task('a').evaluation).toMatchObject({ agentId: late, score: 0.9 })
    const before = bench.task('a')
    reply(answered(0.2), gated)
    expect(bench.task('a')).toBe(before)
    expect(evaluations().at(-1)).toMatchObject({ agentId: early, score: 0.2, passed: false })
  })

  it('ends a judgement, which counts as no answer', () => {
    const held = policyOf('0.7')
    work(held)
    const kill = { type: 'judgement.kill', judgementId: judgementIdOf(1) } as const
    bench.must({ ...kill, policy: held, nextFireAt: null }, PERSON)
    expect(bench.task('a').state).toMatchObject({ kind: 'waiting', for: 'evaluation' })
    reply2(held)
  })

  /** Asked for anew, its score settles it. */
  function reply2(policy: EvaluationPolicy): void {
    const about = { agentId: bench.task('a').lastAgentId as AgentId, generation: 1 }
    const asked = { type: 'evaluation.request', id, ...about, executor: null, model: null } as const
    expect(bench.must(asked)).toEqual(['judge-2'])
    expect(bench.must(asked)).toEqual(['judge-2'])
    expect(bench.task('a').state.kind).toBe('pending-eval')
    reply(answered(0.9), policy)
    expect(bench.task('a').state.kind).toBe('done')
  }

  it('scores what waits for a score, and that settles it', () => {
    const held = policyOf('0.7')
    work(held)
    reply(unanswered(), held)
    const score = { id, evaluationId: evaluationIdOf(judgementIdOf(1)), dimensions: null } as const
    const said = { score: 0.8, note: 'good', isAudit: false, policy: held, nextFireAt: null }
    bench.must({ type: 'evaluation.score', ...score, ...said })
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'done' },
      evaluation: { score: 0.8, modelScore: null },
    })
  })

  it('scores what is being judged anew: that settles it, and the late answer decides nothing', () => {
    const held = policyOf('0.7')
    const agentId = work(held)
    reply(unanswered(), held)
    const about = { agentId, generation: 1, executor: null, model: null }
    bench.must({ type: 'evaluation.request', id, ...about })
    const score = { id, evaluationId: evaluationIdOf(judgementIdOf(1)), dimensions: null } as const
    const said = { score: 0.8, note: 'good', isAudit: false, policy: held, nextFireAt: null }
    bench.must({ type: 'evaluation.score', ...score, ...said })
    expect(bench.task('a')).toMatchObject({ state: { kind: 'done' }, evaluation: { score: 0.8 } })
    reply(answered(0.1), held)
    expect(bench.task('a').state.kind).toBe('done')
  })

  it('is not taken back by a model that judges the same try again', () => {
    const gated = policyOf('0.7')
    const agentId = work(gated)
    reply(answered(0.9), gated)
    const score = { id, evaluationId: evaluationIdOf(judgementIdOf(1)), dimensions: null } as const
    const said = { score: 0.5, note: 'x', isAudit: false, policy: gated, nextFireAt: null }
    bench.must({ type: 'evaluation.score', ...score, ...said })
    const about = { agentId, generation: 1, executor: null, model: null }
    bench.must({ type: 'evaluation.request', id, ...about })
    reply(answered(0.95), gated, judgementIdOf(2))
    expect(bench.task('a').evaluation).toMatchObject({ id: 'eval-1', score: 0.5 })
  })

  it('moves no finished task by a score; clearing it brings the model’s back', () => {
    const gated = policyOf('0.7')
    work(gated)
    reply(answered(0.9), gated)
    const score = { id, evaluationId: evaluationIdOf(judgementIdOf(1)), dimensions: null } as const
    const more = { isAudit: false, policy: gated, nextFireAt: null, note: '' }
    bench.must({ type: 'evaluation.score', ...score, ...more, score: 0.1 })
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'done' },
      evaluation: { score: 0.1, modelScore: 0.9 },
    })
    bench.must({ type: 'evaluation.score', ...score, ...more, score: 0.3, isAudit: true })
    const again = { ...score, ...more, score: 0.8, isAudit: true, auditors: ['ada'] }
    expect(bench.run({ type: 'evaluation.score', ...again })).toMatchObject({
      ok: false,
      error: { kind: 'wrong-state', message: expect.stringContaining('eval-1 was audited') },
    })
    expect(bench.task('a').evaluation?.score).toBe(0.1)
    bench.must({ type: 'evaluation.score', ...score, ...more, score: null })
    expect(bench.task('a').evaluation?.score).toBe(0.9)
  })
})

it('is judged anew in the next generation; an answer to the one before decides nothing', () => {
  const policy = policyOf('0.7')
  work(policy)
  bench.must({ type: 'task.reject', id, note: 'again' })
  work(policy)
  expect(living()).toEqual(['judge-1', 'judge-2'])
  reply(answered(0.95), policy, judgementIdOf(1))
  expect(bench.task('a').state).toMatchObject({ kind: 'pending-eval', agentId: 'agent-2' })
  reply(answered(0.1), policy, judgementIdOf(2))
  expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, gateTries: 1 })
})

it('a judgement that its killer did not know of yet, for it names no policy, goes on', () => {
  const policy = policyOf('0.7')
  work(policy)
  const kill = { type: 'judgement.kill', judgementId: judgementIdOf(1), nextFireAt: null } as const
  bench.must({ ...kill, policy: null })
  expect([bench.task('a').state.kind, living()]).toEqual(['pending-eval', ['judge-1']])
  bench.must({ ...kill, policy })
  expect([bench.task('a').state.kind, living()]).toEqual(['waiting', []])
})

it('what was paid before a judgement was put off stays paid, whatever ends it', () => {
  const policy = policyOf('score')
  work(policy)
  const [judgementId] = living()
  if (!judgementId) throw new Error('nothing is asked')
  const usage = { ...NO_USAGE, costUsd: 0.5 }
  bench.must({ type: 'judgement.ask', judgementId, judge: JUDGE }, COORDINATOR)
  const postponement = { until: 9000, reason: 'busy', provider: null, turn: 3, usage }
  bench.must({ type: 'judgement.postpone', judgementId, postponement }, COORDINATOR)
  expect(bench.plan.judgements.get(judgementId)?.usage).toEqual(usage)
  bench.must({ type: 'judgement.kill', judgementId, policy, nextFireAt: null }, PERSON)
  const ended = bench.changes.flatMap((change) =>
    change.entity === 'judgement' && change.after?.state.kind === 'ended' ? change.after : [],
  )
  expect(ended).toMatchObject([{ id: judgementId, usage: { costUsd: 0.5 } }])
})
const NO_USAGE = {
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
}
