/** What the timeline of a task says of tries that are no plain success or failure. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Command } from '../../../src/domain/command.ts'
import { workFailure } from '../../../src/domain/failure.ts'
import type { RowContext } from '../../../src/yard/history/row-fields.ts'
import { textOfRow } from '../../../src/yard/history/row-text.ts'
import { STOP_REASONS } from '../../../src/domain/agent.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { evaluationIdOf, judgementIdOf } from '../../../src/domain/judging/evaluation.ts'
import { answered, policyOf, unanswered } from '../../support/evaluations.ts'
import { JUDGE } from '../../support/recorded-evaluations.ts'
import { addCommand, claimOf, COORDINATOR, endCommand, taskId } from '../../support/plan-builder.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const lines = async (id: string): Promise<string[]> =>
  (await bench.client.page.timeline({ id })).rows.map(({ text }) => text).toReversed()
const textOf = (event: string, set: Record<string, unknown>, entity = 'agent'): string =>
  textOfRow(
    {
      seq: 1,
      at: 0,
      event,
      entity,
      id: 'agent-1',
      by: 'coordinator',
      set,
      unset: [],
      gone: false,
    },
    // Of all that may be asked, rows of agents ask this alone.
    { hasGivenBack: () => false } as RowContext,
  ).text
const isStep = (text: string): boolean => /started|is process/.test(text)

it('a task that was claimed names who claimed it, and for whom it was reported done', async () => {
  await bench.run(addCommand('a', { exec: null, executor: 'external' }))
  const { agent, generation } = await bench.client.task.claim({ id: 'a', as: 'n8n' })
  const artifacts = { url: 'https://x.example' }
  await bench.client.task.complete({ id: 'a', agent, generation, artifacts })
  expect(await lines('a')).toEqual([
    'Added',
    'n8n claimed it, as agent-1',
    'Gave a result: {"url":"https://x.example"}',
    'agent-1 is done',
    'Done, by n8n (agent-1)',
  ])
  expect((await bench.client.task.why({ id: 'a' })).text).toMatch(
    /^It was done by n8n \(agent-1\) at /,
  )
})

it('a person whose name begins as those of agents do is a person', async () => {
  await bench.run(addCommand('a'), { kind: 'person', name: 'agent-smith' })
  expect((await bench.client.page.timeline({ id: 'a' })).rows).toMatchObject([
    { by: 'agent-smith', text: 'Added', agent: null },
  ])
})

it('a person who settles what another holds has done it, and not that other', async () => {
  await bench.run(addCommand('a', { exec: null, executor: 'external' }))
  await bench.client.task.claim({ id: 'a', as: 'n8n' })
  await bench.client.task.complete({ id: 'a' })
  expect((await lines('a')).at(-1)).toBe('Done, by ada')
})

it('a pilot who gives the task back has settled nothing', async () => {
  await bench.run(addCommand('a'))
  await bench.run({ type: 'task.pilot', claim: claimOf('a', 1) })
  // What comes between its end and the task being open again: the conversation, which the task keeps.
  await bench.run({ ...endCommand(1, 1), conversation: 'c-1' } as Command, COORDINATOR)
  expect((await lines('a')).filter((line) => !isStep(line))).toEqual([
    'Added',
    'agent-1 claimed it: shell, piloted by a person',
    'agent-1 gave it back',
    'Open again',
  ])
})

it('every reason for which an agent is stopped has words; one of another program has the plain ones', () => {
  const told = (reason: string): string =>
    textOf('agent.stopping', { state: { kind: 'stopping', reason } })
  const texts = STOP_REASONS.map(told)
  expect(new Set(texts).size).toBe(STOP_REASONS.length)
  expect(texts).not.toContain('agent-1 is being stopped')
  expect(told('taken-back')).toBe('agent-1 is being stopped: a person took its task back')
  expect(told('of-tomorrow')).toBe('agent-1 is being stopped')
})

it('an agent starts once: its process is told where that is known later', () => {
  const told = (set: Record<string, unknown>): string => textOf('agent.started', set)
  expect(told({ state: { kind: 'starting' }, startedAt: 1 })).toBe('agent-1 started')
  expect(told({ pid: 77, pidStartTime: 'then' })).toBe('agent-1 is process 77')
  expect(told({ startedAt: 1, pid: 77 })).toBe('agent-1 started, pid 77')
})

it('an agent whose task was settled meanwhile has not given it back', async () => {
  await bench.run(addCommand('a'))
  await bench.run({ type: 'agents.claim', claims: [claimOf('a', 1)] }, COORDINATOR)
  await bench.client.task.complete({ id: 'a' })
  await bench.run(endCommand(1, 1), COORDINATOR)
  expect((await lines('a')).at(-1)).toBe('agent-1 ended, its task was settled already')
})

it('a try that a conflict kept from beginning has failed at nothing', async () => {
  for (const id of ['left', 'right']) {
    await bench.run(addCommand(id))
    await bench.client.task.complete({ id })
  }
  await bench.run(addCommand('last', { after: [taskId('left'), taskId('right')] }))
  await bench.run({ type: 'agents.claim', claims: [claimOf('last', 1)] }, COORDINATOR)
  const conflict = {
    ours: { name: 'left', commit: 'l1' },
    theirs: { name: 'right', commit: 'r1' },
    paths: ['a.txt'],
    reason: 'left and right conflict in a.txt',
    hunks: '',
  }
  const failure = workFailure('isolation', 'a.txt')
  const evidence = { how: 'not-launched', exit: null, failure, conflict } as const
  await bench.run(endCommand(1, 1, evidence), COORDINATOR)
  expect(await lines('last')).toContain(
    'agent-1 did not begin: left and right conflict in a.txt; merge-last settles that first',
  )
  expect((await lines('last')).join('\n')).not.toMatch(/fail/i)
  const { tries } = await bench.client.page.history({ from: '2020-01-01T00:00:00Z', buckets: 1 })
  expect(tries).toMatchObject([{ agent: 'agent-1', outcome: 'held-up' }])
})

it('a judged result tells who was asked, what came of it, and what a person says of that', async () => {
  const judge = { ...JUDGE, executor: 'claude', model: 'opus' }
  const policy = policyOf('0.7')
  const judgementId = judgementIdOf(1)
  await bench.run(addCommand('a', { title: 'Write docs' }))
  await bench.run({ type: 'agents.claim', claims: [claimOf('a', 1)] }, COORDINATOR)
  await bench.run({ ...endCommand(1, 1), evaluation: policy }, COORDINATOR)
  await bench.run({ type: 'judgement.ask', judgementId, judge }, COORDINATOR)
  const until = bench.clock.now() + 600_000
  const refused = { until, reason: 'overloaded', provider: null, turn: 2 }
  await bench.run({ type: 'judgement.postpone', judgementId, postponement: refused }, COORDINATOR)
  await bench.run({ type: 'judgement.ask', judgementId, judge }, COORDINATOR)
  const end = { type: 'judgement.end', policy, nextFireAt: null } as const
  await bench.run({ ...end, judgementId, reply: answered(0.934) }, COORDINATOR)
  const about = { id: taskId('a'), evaluationId: evaluationIdOf(judgementId) }
  const said = { ...about, dimensions: null, note: 'too long', isAudit: false, policy }
  const score = { type: 'evaluation.score', ...said, nextFireAt: null } as const
  await bench.run({ ...score, score: 0.8 })
  await bench.run({ ...score, score: 0.75, note: '', isAudit: true })
  await bench.run({ ...score, score: null })
  const again = { agentId: agentIdOf(1), generation: 1, executor: null, model: null }
  await bench.run({ type: 'evaluation.request', id: taskId('a'), ...again })
  await bench.run({ ...end, judgementId: judgementIdOf(2), reply: unanswered() }, COORDINATOR)
  const told = [
    'Its result is being judged',
    'judge-1 is asked for: how good the result of agent-1 is',
    'judge-1 is asked of claude opus',
    'judge-1 is asked again at 00:10: its provider refused',
    'judge-1 is asked anew',
    'judge-1 was answered',
    'agent-1 scored 0.93 (gate 0.70 passed), by claude opus',
    'Done, by agent-1',
    'ada scored it 0.80: too long',
    'ada audited it 0.75',
    'ada took back the score',
    'judge-2 is asked for: how good the result of agent-1 is, by ada',
    'judge-2 has no answer: it said nothing',
  ]
  const mine = await lines('a')
  expect(mine.slice(mine.indexOf('Its result is being judged'))).toEqual(told)
  const all = (await bench.client.page.journalTail({})).rows.map(({ text }) => text).toReversed()
  expect(all.slice(-told.length)).toEqual(told.map((line) => `Write docs: ${line}`))
})

it('a close call is judged twice more', async () => {
  const policy = policyOf('0.7', { secondLook: 0.1 })
  await bench.run(addCommand('a'))
  await bench.run({ type: 'agents.claim', claims: [claimOf('a', 1)] }, COORDINATOR)
  await bench.run({ ...endCommand(1, 1), evaluation: policy }, COORDINATOR)
  const judge = { ...JUDGE, executor: 'claude', model: 'opus' }
  for (const [nth, score] of [0.72, 0.6, 0.68].entries()) {
    const judgementId = judgementIdOf(nth + 1)
    await bench.run({ type: 'judgement.ask', judgementId, judge }, COORDINATOR)
    const reply = answered(score)
    const end = { type: 'judgement.end', judgementId, reply, policy, nextFireAt: null } as const
    await bench.run(end, COORDINATOR)
  }
  expect((await lines('a')).filter((line) => !line.startsWith('judge-')).slice(-5)).toEqual([
    'Its result is being judged',
    'Too near to its threshold, so it is judged twice more',
    'Judged once more',
    'agent-1 scored 0.68 (gate 0.70 not passed), by claude opus',
    'Open again: scored 0.68, and its gate asks for 0.7',
  ])
})

it('of an evaluation of another program what can be read is told', () => {
  const told = (event: string, set: Record<string, unknown>): string =>
    textOf(event, set, 'evaluation')
  expect(told('evaluation.recorded', {})).toBe('Its result was not scored: no reason given')
  expect(told('evaluation.recorded', { score: 0.5, gate: 'tomorrow', passed: null })).toBe(
    'Its result scored 0.50, by nobody',
  )
  expect(told('judgement.queued', { purpose: 'oracle' })).toContain('is asked for: oracle')
  expect(told('judgement.ended', {})).toContain('has no answer')
})

it('a verdict of done that does not count says why, and an awaited assignment is told', () => {
  const triage = { verdict: 'done', outcome: 'default', reason: 'all is there' }
  expect(textOf('agent.triaged', { triage })).toBe(
    'A model says of agent-1: done (it does not count: what was left does not show that): all is there',
  )
  expect(textOf('task.assigning', { assigning: 'judge-3' }, 'task')).toBe(
    'A model is asked who does it (judge-3)',
  )
})

it('an agent that was handed a message, and one whose question was answered before its end', () => {
  expect(textOf('delivery.taken', { hops: 2 })).toBe('agent-1 was handed a message')
  const report = { kind: 'fail', failure: workFailure('question', 'Which?'), isAnswered: true }
  expect(textOf('agent.reported', { report })).toBe('agent-1 has the answer to its question')
})
