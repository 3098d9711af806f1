/** Agents that were lost, timed out, crashed or fell silent: who is asked about, and what each verdict makes of the task. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Agent } from '../../../src/domain/agent.ts'
import type { Claim, Command } from '../../../src/domain/command.ts'
import type { Evidence } from '../../../src/domain/completion.ts'
import { retryDelayMs } from '../../../src/domain/failure.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { judgementIdOf, type EvaluationPolicy } from '../../../src/domain/judging/evaluation.ts'
import type { JudgementReply } from '../../../src/domain/judging/judgement.ts'
import { shownStateOf } from '../../../src/domain/plan.ts'
import type { NewTask } from '../../../src/domain/task.ts'
import { policyOf, unanswered, verdict } from '../../support/evaluations.ts'
import {
  changesOf,
  claimOf,
  COORDINATOR,
  createBench,
  endCommand,
  PERSON,
  taskId,
  type Bench,
} from '../../support/plan-builder.ts'

const TIMEOUT_MS = 30_000
const TRIAGE = { timeoutMs: TIMEOUT_MS }
const id = taskId('a')

const LOST: Partial<Evidence> = { how: 'lost', exit: null, work: 'found' }
const CRASHED: Partial<Evidence> = {
  exit: { code: 1, signal: null },
  finalExpected: true,
  work: 'found',
}
const ENDS = { lost: LOST, crash: CRASHED, timeout: CRASHED } as const
type End = keyof typeof ENDS

let bench: Bench
beforeEach(() => {
  bench = createBench()
})

const add = (more: Partial<NewTask> = {}): void =>
  bench.add('a', { exec: null, maxAttempts: 3, ...more })

const claim = (number: number, more: Partial<Claim> = {}): void => {
  bench.at = Math.max(bench.at, (openState()?.notBefore ?? 0) + 1)
  bench.claim('a', number, { executor: 'claude', executorType: 'claude', timeoutMs: 1, ...more })
}

const openState = () => {
  const { state } = bench.task('a')
  return state.kind === 'open' ? state : null
}

/** It works, and ends badly. */
function fall(number: number, end: End, more: Parameters<typeof endCommand>[3] = {}): void {
  if (end === 'timeout') {
    const stop = { type: 'agent.stop', agentId: agentIdOf(number), force: false } as const
    bench.must({ ...stop, reason: 'timeout' }, COORDINATOR)
  }
  const own = { triage: TRIAGE, conversation: `talk-${number}`, ...more }
  const { generation } = bench.task('a')
  bench.must(endCommand(number, generation, ENDS[end], own), COORDINATOR)
}

/** As the store has it. */
function agentOf(number: number): Agent {
  const change = bench.changes.findLast(({ id: each }) => each === agentIdOf(number))
  if (change?.entity !== 'agent' || !change.after) throw new Error(`no agent ${number}`)
  return change.after
}

const living = () => [...bench.plan.judgements.keys()]

interface Answer {
  readonly policy?: EvaluationPolicy | null
  readonly isSilent?: boolean
  readonly judgement?: number
}

const endOf = (number: number, reply: JudgementReply, more: Answer = {}): Command => ({
  type: 'judgement.end',
  judgementId: judgementIdOf(more.judgement ?? 1),
  reply,
  policy: more.policy ?? null,
  nextFireAt: null,
  triaged: { agent: agentOf(number), isSilent: more.isSilent ?? false },
})

const answer = (number: number, reply: JudgementReply, more: Answer = {}): void =>
  void bench.must(endOf(number, reply, more), COORDINATOR)

it('done: counts for nothing where a check that gates was not run to its end', () => {
  add()
  claim(1)
  const checks = [{ name: 'lint', ok: false, gates: true, tail: '', isCut: true as const }]
  const { generation } = bench.task('a')
  bench.must(endCommand(1, generation, { ...LOST, checks }, { triage: TRIAGE }), COORDINATOR)
  answer(1, verdict('done'), { policy: policyOf('0.7') })
  expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, gateTries: 0, attempts: 1 })
  expect(agentOf(1).triage).toMatchObject({ verdict: 'done', outcome: 'default' })
})

describe.each(['lost', 'crash', 'timeout'] as const)('after an end by %s', (end) => {
  beforeEach(() => {
    add()
    claim(1)
    fall(1, end)
  })

  it('is open as ever, with its attempt spent, and a model is asked before it starts', () => {
    expect(living()).toEqual(['judge-1'])
    expect(bench.plan.judgements.get(judgementIdOf(1))).toMatchObject({
      purpose: 'triage',
      agentId: 'agent-1',
      generation: 1,
      dueAt: bench.at + TIMEOUT_MS,
    })
    expect(bench.task('a')).toMatchObject({
      attempts: 1,
      lastFailure: { class: end },
      state: { kind: 'open', notBefore: bench.at + TIMEOUT_MS },
    })
  })

  it('done: what nothing checks waits for an approval, and the attempt is given back', () => {
    answer(1, verdict('done'))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'waiting', for: 'approval' },
      attempts: 0,
    })
    expect(agentOf(1).triage).toMatchObject({
      verdict: 'done',
      reason: 'because done',
      outcome: 'ask-person',
      by: 'judge-1',
    })
    bench.must({ type: 'task.approve', id, note: null, nextFireAt: null })
    expect(bench.task('a').state.kind).toBe('done')
  })

  it('continue: may start at once in the same conversation', () => {
    answer(1, verdict('continue', { note: 'mind the lock' }))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: null },
      attempts: 1,
      conversation: { id: 'talk-1' },
      lastFailure: { class: end },
    })
    expect(bench.task('a').lastFailure?.reason).toMatch(
      /; a model says continue: because continue$/,
    )
    const logged = bench.changes.flatMap((each) => (each.entity === 'log' ? each.after : []))
    expect(logged).toMatchObject([{ by: 'judge-1', text: 'mind the lock' }])
    expect(shownStateOf(bench.plan, bench.task('a'), bench.at)).toBe('ready')
  })

  it('restart: may start at once in a new one', () => {
    answer(1, verdict('restart'))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: null },
      attempts: 1,
      conversation: null,
    })
  })

  it('wait: backs off without spending the attempt, once in a row', () => {
    const endedAt = bench.at
    answer(1, verdict('wait'))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: endedAt + retryDelayMs(1) },
      attempts: 0,
      backOffs: 1,
    })
    claim(2)
    fall(2, end)
    answer(2, verdict('wait'), { judgement: 2 })
    expect(agentOf(2).triage).toMatchObject({ verdict: 'wait', outcome: 'default' })
    expect(bench.task('a').attempts).toBe(1)
    claim(3)
    fall(3, end)
    answer(3, verdict('wait'), { judgement: 3 })
    expect(agentOf(3).triage?.outcome).toBe('back-off')
    expect(bench.task('a').attempts).toBe(1)
  })

  it.each([
    ['unsure', verdict('unsure')],
    ['no answer', unanswered('no answer within 30s')],
  ])('%s: goes on as its class does', (_, reply) => {
    const endedAt = bench.at
    answer(1, reply)
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: endedAt + retryDelayMs(1) },
      attempts: 1,
      conversation: { id: 'talk-1' },
    })
    expect(openState()).not.toHaveProperty('triage')
    expect(agentOf(1).triage).toMatchObject({ verdict: reply.value ? 'unsure' : null })
  })

  it('goes on by its time where no answer comes, and the late one is only recorded', () => {
    bench.at += TIMEOUT_MS + 1
    claim(2)
    answer(1, verdict('done'))
    expect(bench.task('a').state).toMatchObject({ kind: 'in-progress', agentId: 'agent-2' })
    expect(agentOf(1).triage).toMatchObject({ verdict: 'done', outcome: null })
    expect(bench.task('a').attempts).toBe(1)
  })

  it('an answer to an older generation moves nothing while the next one is asked about', () => {
    bench.at += TIMEOUT_MS + 1
    claim(2)
    fall(2, end)
    expect(living()).toEqual(['judge-1', 'judge-2'])
    const task = bench.task('a')
    answer(1, verdict('restart'))
    expect(bench.task('a')).toBe(task)
    expect(openState()?.triage).toMatchObject({ judgementId: 'judge-2' })
  })

  it('is answered once', () => {
    answer(1, verdict('continue'))
    const state = bench.task('a')
    answer(1, verdict('done'))
    expect(bench.task('a')).toBe(state)
    expect(agentOf(1).triage?.verdict).toBe('continue')
  })

  it.each([
    ['retried', { type: 'task.retry', id, fresh: false }],
    ['edited', { type: 'task.edit', id, edit: { delayMs: 60_000 }, nextFireAt: null }],
    ['abandoned', { type: 'task.abandon', id, withDependents: false }],
  ] as const)('is not moved once a person has %s it', (_, command) => {
    bench.must(command, PERSON)
    const state = bench.task('a')
    answer(1, verdict('done'))
    expect(bench.task('a')).toBe(state)
    expect(agentOf(1).triage).toMatchObject({ verdict: 'done', outcome: null })
  })

  it('stays paused where a person has paused it', () => {
    bench.must({ type: 'task.hold', id })
    answer(1, verdict('continue'))
    expect(bench.task('a')).toMatchObject({ held: true, state: { kind: 'open', notBefore: null } })
  })
})

describe.each(['lost', 'crash', 'timeout'] as const)('done, after %s', (end) => {
  const own = (more: Partial<Evidence> = {}) => ({
    evidence: { ...endCommand(1, 1, ENDS[end]).evidence, ...more },
    changes: changesOf('c1'),
  })

  it('goes through the gate where nothing is verified', () => {
    add()
    claim(1)
    fall(1, end, own())
    answer(1, verdict('done'), { policy: policyOf('0.7') })
    expect(bench.task('a')).toMatchObject({ state: { kind: 'pending-eval' }, attempts: 0 })
  })

  it.each([
    [undefined, 'done'],
    ['0.7', 'pending-eval'],
  ])('has passed its verify line: with gate %s it is %s', (gate, kind) => {
    add({ verify: 'true' })
    claim(1)
    fall(1, end, own({ verify: { code: 0, tail: '' } }))
    answer(1, verdict('done'), gate === undefined ? {} : { policy: policyOf(gate) })
    expect(bench.task('a')).toMatchObject({ state: { kind }, attempts: 0, resultCommit: 'c1' })
    expect(agentOf(1).triage).toMatchObject({ verdict: 'done', outcome: 'gate' })
  })

  it.each([null, { code: 1, tail: '' }, { code: 75, tail: 'it was stopped' }])(
    'counts for nothing where its verify line came to %j',
    (verify) => {
      add({ verify: 'true' })
      claim(1)
      fall(1, end, own({ verify }))
      answer(1, verdict('done'))
      expect(agentOf(1).triage).toMatchObject({ verdict: 'done', outcome: 'default' })
      expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, attempts: 1 })
    },
  )
})

describe('done', () => {
  it('goes through the gate where the facts agree', () => {
    add()
    claim(1)
    fall(1, 'crash', { changes: changesOf('c1') })
    answer(1, verdict('done'), { policy: policyOf('0.7') })
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'pending-eval', agentId: 'agent-1' },
      resultCommit: 'c1',
      attempts: 0,
    })
    expect(living()).toEqual(['judge-2'])
  })

  it('is done where a verify line has passed', () => {
    add({ verify: 'true' })
    claim(1)
    const evidence = { ...endCommand(1, 1, LOST).evidence, verify: { code: 0, tail: '' } }
    fall(1, 'lost', { evidence, changes: changesOf('c1') })
    answer(1, verdict('done'))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'done', by: 'agent-1' },
      resultCommit: 'c1',
    })
  })

  it('keeps the commit of what waits for an approval', () => {
    add()
    claim(1)
    fall(1, 'lost', { changes: changesOf('c1') })
    answer(1, verdict('done'))
    expect(bench.task('a').resultCommit).toBe('c1')
  })

  it.each<[string, Partial<NewTask>, Partial<Evidence>]>([
    ['a deliverable is missing', {}, { missingDeliverables: ['a.txt'] }],
    ['a merge is unfinished', {}, { unfinished: 'merge' }],
    ['nothing was left', {}, { work: 'none' }],
    ['its verify line has failed', { verify: 'x' }, { verify: { code: 1, tail: '' } }],
    ['its verify line was not run', { verify: 'x' }, {}],
  ])('counts for nothing where %s', (_, task, more) => {
    add(task)
    claim(1)
    fall(1, 'lost', { evidence: { ...endCommand(1, 1, LOST).evidence, ...more } })
    answer(1, verdict('done'), { policy: policyOf('0.7') })
    expect(agentOf(1).triage).toMatchObject({ verdict: 'done', outcome: 'default' })
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, attempts: 1 })
  })
})

describe.each(['lost', 'crash', 'timeout'] as const)('at the last attempt, after %s', (end) => {
  beforeEach(() => {
    add({ maxAttempts: 1 })
    claim(1)
    fall(1, end)
  })

  it('is asked all the same, and does not start however long that takes', () => {
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, attempts: 1 })
    bench.at += 10 * TIMEOUT_MS
    expect(shownStateOf(bench.plan, bench.task('a'), bench.at)).toBe('delayed')
    bench.must({ type: 'agents.claim', claims: [claimOf('a', 2)] }, COORDINATOR)
    expect(bench.task('a').state.kind).toBe('open')
  })

  it.each(['continue', 'restart'] as const)('%s: failed, with the verdict', (said) => {
    answer(1, verdict(said))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'failed', failure: { class: end } },
      attempts: 1,
    })
    expect(bench.task('a').lastFailure?.reason).toMatch(`a model says ${said}: because ${said}`)
    expect(agentOf(1).triage?.outcome).toBe('failed')
  })

  it('wait: backs off without it', () => {
    answer(1, verdict('wait'))
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, attempts: 0 })
  })

  it('done: as at any other', () => {
    answer(1, verdict('done'), { policy: policyOf('0.7') })
    expect(bench.task('a')).toMatchObject({ state: { kind: 'pending-eval' }, attempts: 0 })
  })

  it.each([
    ['unsure', verdict('unsure')],
    ['no answer', unanswered()],
  ])('%s: failed as without it', (_, reply) => {
    const before = bench.task('a').lastFailure
    answer(1, reply)
    expect(bench.task('a').state).toMatchObject({ kind: 'failed', failure: before })
  })

  it('goes on where a person has allowed more attempts meanwhile', () => {
    bench.must({ type: 'task.edit', id, edit: { maxAttempts: 3 }, nextFireAt: null })
    answer(1, unanswered())
    expect(bench.task('a').state.kind).toBe('open')
  })

  it('fails too where its agent was forgotten', () => {
    const end = endOf(1, unanswered()) as Extract<Command, { type: 'judgement.end' }>
    bench.must({ ...end, triaged: { agent: null, isSilent: false } }, COORDINATOR)
    expect(bench.task('a').state.kind).toBe('failed')
  })
})

describe('nobody is asked', () => {
  it.each<[string, Partial<Claim>, Partial<Evidence>]>([
    ['a shell', { executorType: 'shell' }, LOST],
    ['a service', { executorType: 'http' }, LOST],
    ['a launch that failed', {}, { how: 'not-launched' }],
    ['one that never ran', {}, { how: 'never-ran' }],
    ['no work', {}, { needsWork: true, work: 'none' }],
  ])('about %s', (_, own, evidence) => {
    add()
    claim(1, own)
    bench.must(endCommand(1, 1, evidence, { triage: TRIAGE }), COORDINATOR)
    expect(living()).toEqual([])
  })

  it('about a pilot', () => {
    add()
    const { type, ...rest } = { type: 'task.pilot', claim: claimOf('a', 1) } as const
    bench.must({ type, ...rest })
    bench.must(endCommand(1, 1, LOST, { triage: TRIAGE }), COORDINATOR)
    expect(living()).toEqual([])
  })

  it('where it is not turned on', () => {
    add()
    claim(1)
    bench.must(endCommand(1, 1, LOST), COORDINATOR)
    expect(living()).toEqual([])
    expect(openState()).toMatchObject({ notBefore: bench.at + retryDelayMs(1) })
  })
})

const request = (
  number: number,
  more: Partial<Extract<Command, { type: 'triage.request' }>> = {},
) => {
  const agent = bench.plan.agents.has(agentIdOf(number)) ? null : agentOf(number)
  const about = { agentId: agentIdOf(number), agent, policy: TRIAGE, isAgain: false }
  return { type: 'triage.request', ...about, ...more } as const
}

const fallSilent = (number: number): void => {
  const subject = agentIdOf(number)
  const breaker = { key: `silence:${subject}`, kind: 'silence', subject } as const
  bench.must({ type: 'breaker.trip', ...breaker, reason: 'silent', until: null }, COORDINATOR)
}

describe('a silent agent', () => {
  beforeEach(() => {
    add({ maxAttempts: 2 })
    claim(1)
    fallSilent(1)
    bench.must(request(1), COORDINATOR)
  })
  const isSilent = { isSilent: true }
  const endStopped = (evidence: Partial<Evidence> = CRASHED): void => {
    const own = { triage: TRIAGE, conversation: 'talk-1', evaluation: policyOf('0.7') }
    bench.must(endCommand(1, 1, evidence, own), COORDINATOR)
  }

  it('is asked about once', () => {
    expect(living()).toEqual(['judge-1'])
    expect(bench.must(request(1), COORDINATOR)).toEqual(['judge-1'])
    expect(living()).toEqual(['judge-1'])
    expect(bench.task('a').state.kind).toBe('in-progress')
  })

  it.each([
    ['done', 'pending-eval', 0, 'talk-1'],
    ['continue', 'open', 1, 'talk-1'],
    ['restart', 'open', 1, undefined],
  ] as const)('%s: stopped, and its task is %s then', (said, kind, attempts, conversation) => {
    answer(1, verdict(said), isSilent)
    expect(agentOf(1)).toMatchObject({ state: { kind: 'stopping', reason: 'triaged' } })
    endStopped()
    expect(bench.task('a')).toMatchObject({ state: { kind }, attempts })
    expect(bench.task('a').conversation?.id).toBe(conversation)
    expect(bench.plan.judgements.size).toBe(said === 'done' ? 1 : 0)
    expect(agentOf(1).state).toMatchObject({ outcome: said === 'done' ? 'done' : 'lost' })
  })

  it('done, and the facts do not agree: as any silent one that was ended', () => {
    answer(1, verdict('done'), isSilent)
    endStopped({ ...CRASHED, missingDeliverables: ['a.txt'] })
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, attempts: 1 })
    expect(openState()?.notBefore).toBe(bench.at + retryDelayMs(1))
  })

  it.each(['wait', 'unsure'] as const)('%s: left alone', (said) => {
    answer(1, verdict(said), isSilent)
    expect(agentOf(1).state.kind).not.toBe('stopping')
    expect(agentOf(1).triage).toMatchObject({
      verdict: said,
      outcome: said === 'wait' ? 'leave' : 'default',
    })
    expect(bench.run(request(1), COORDINATOR)).toMatchObject({ ok: false })
    // Asked once: not at its end either.
    fall(1, 'lost')
    expect(living()).toEqual([])
  })

  it.each(['continue', 'restart'] as const)(
    '%s at its last attempt: failed, with the verdict',
    (said) => {
      bench.must({ type: 'task.edit', id, edit: { maxAttempts: 1 }, nextFireAt: null })
      answer(1, verdict(said), isSilent)
      endStopped()
      expect(bench.task('a')).toMatchObject({
        state: { kind: 'failed', failure: { class: 'lost' } },
      })
      expect(bench.task('a').lastFailure?.reason).toMatch(`a model says ${said}`)
    },
  )

  it('is left alone when it has been heard again', () => {
    answer(1, verdict('restart'), { isSilent: false })
    expect(agentOf(1).state.kind).not.toBe('stopping')
    expect(agentOf(1).triage).toMatchObject({ verdict: 'restart', outcome: null })
  })

  it('that ends before the answer is asked about no second time; the answer is then of its end', () => {
    fall(1, 'lost')
    expect(living()).toEqual(['judge-1'])
    expect(openState()).toMatchObject({ triage: { judgementId: 'judge-1' } })
    answer(1, verdict('restart'))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: null },
      conversation: null,
    })
  })

  it('that ends between the reading of it and the answer: the answer is given again', () => {
    const end = endOf(1, verdict('restart'), isSilent)
    fall(1, 'lost')
    expect(bench.run(end, COORDINATOR)).toMatchObject({
      ok: false,
      error: { kind: 'stale-generation' },
    })
    expect(living()).toEqual(['judge-1'])
  })

  it('that ends well is done; the answer is only recorded', () => {
    bench.must(endCommand(1, 1, { work: 'found', final: { ok: true, text: 'ok' } }), COORDINATOR)
    answer(1, verdict('restart'))
    expect(bench.task('a').state.kind).toBe('done')
    expect(agentOf(1).triage).toMatchObject({ verdict: 'restart', outcome: null })
  })

  it('that a person kills while it is stopped: killed', () => {
    answer(1, verdict('restart'), isSilent)
    const kill = {
      type: 'agent.stop',
      agentId: agentIdOf(1),
      reason: 'killed',
      force: false,
    } as const
    bench.must(kill, PERSON)
    endStopped()
    expect(bench.task('a')).toMatchObject({ held: true, attempts: 0 })
  })
})

describe('by hand', () => {
  beforeEach(() => {
    add()
    claim(1)
  })
  const end = (evidence: Partial<Evidence>): void =>
    void bench.must(endCommand(1, 1, evidence, { conversation: 'talk-1' }), COORDINATOR)

  it('asks about an agent whose task is open, which waits for the answer', () => {
    end(LOST)
    expect(bench.must(request(1))).toEqual(['judge-1'])
    bench.at += 10 * TIMEOUT_MS
    expect(shownStateOf(bench.plan, bench.task('a'), bench.at)).toBe('delayed')
    answer(1, verdict('restart'))
    expect(bench.task('a')).toMatchObject({ conversation: null, attempts: 1 })
    expect(shownStateOf(bench.plan, bench.task('a'), bench.at)).toBe('ready')
  })

  it('goes on as it was without an answer', () => {
    end(LOST)
    const before = openState()
    bench.must(request(1))
    answer(1, unanswered())
    expect(openState()).toEqual(before)
  })

  it('asks a second time only if told so', () => {
    end(LOST)
    bench.must(request(1))
    answer(1, verdict('unsure'))
    expect(bench.run(request(1))).toMatchObject({
      ok: false,
      error: { kind: 'wrong-state', hint: 'yard triage agent-1 --again asks anew' },
    })
    expect(bench.must(request(1, { isAgain: true }))).toEqual(['judge-2'])
  })

  it('gives the attempt of one agent back once, however often it is asked about', () => {
    end(LOST)
    claim(2)
    bench.must(endCommand(2, 2, LOST, { conversation: 'talk-2' }), COORDINATOR)
    expect(bench.task('a').attempts).toBe(2)
    bench.must(request(2))
    answer(2, verdict('wait'))
    expect(bench.task('a')).toMatchObject({ attempts: 1, backOffs: 1 })
    const before = bench.task('a')
    bench.must(request(2, { agent: agentOf(2), isAgain: true }))
    answer(2, verdict('wait'), { judgement: 2 })
    expect(bench.task('a')).toMatchObject({ attempts: 1, state: before.state })
  })

  it.each([
    ['it is at work', () => {}],
    ['its end speaks for itself', () => end({ needsWork: true, work: 'none' })],
    [
      'another has claimed the task',
      () => {
        end(LOST)
        claim(2)
      },
    ],
    [
      'the task is settled',
      () => {
        end(LOST)
        bench.must({ type: 'task.abandon', id, withDependents: false })
      },
    ],
  ])('refuses where %s', (_, prepare) => {
    prepare()
    expect(bench.run(request(1))).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
    expect(living()).toEqual([])
  })

  it('knows no agent of that name', () => {
    end(LOST)
    const unknown = request(1, { agentId: agentIdOf(9), agent: null })
    expect(bench.run(unknown)).toMatchObject({ ok: false, error: { kind: 'unknown-agent' } })
  })

  it('is not for agents, and who is asked about is not forgotten', () => {
    end(LOST)
    bench.must(request(1))
    bench.must({ type: 'agents.forget', ids: [agentIdOf(1)] })
    expect(agentOf(1).id).toBe('agent-1')
  })
})
