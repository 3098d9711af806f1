/** Asking by hand what became of an agent: over the real rules and store, with a judge that the test plays. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JudgingPort } from '../../../src/coordinator/ports.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { judgementIdOf } from '../../../src/domain/judging/evaluation.ts'
import type { JudgeChoice } from '../../../src/domain/judging/judgement.ts'
import { policyOf, verdict } from '../../support/evaluations.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import {
  addCommand,
  asAgent,
  claimOf,
  COORDINATOR,
  endCommand,
  taskId,
} from '../../support/plan-builder.ts'
import { JUDGE } from '../../support/recorded-evaluations.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
let choice: JudgeChoice
const clock = createManualClock()
const judging: JudgingPort = {
  judge: { choose: () => choice, ask: () => Promise.resolve(null) },
  policyOf: () => policyOf('off'),
  lane: () => 2,
}
beforeEach(async () => {
  choice = { kind: 'judge', judge: JUDGE }
  bench = await openPageBench(clock, { judging })
  await bench.run(addCommand('a', { exec: null, executor: 'claude' }))
  const claim = claimOf('a', 1, { executor: 'claude', executorType: 'claude' })
  await bench.run({ type: 'agents.claim', claims: [claim] }, COORDINATOR)
})
afterEach(() => bench.close())

const lose = (): Promise<unknown> =>
  bench.run(endCommand(1, 1, { how: 'lost', exit: null }, { endedAt: clock.now() }), COORDINATOR)

const id = 'agent-1'

async function answer(): Promise<void> {
  const agent = bench.test.yard.store.agent(agentIdOf(1))
  const judgementId = judgementIdOf(1)
  const reply = verdict('restart', { reason: 'it went astray' })
  const end = { type: 'judgement.end', judgementId, reply, policy: null, nextFireAt: null } as const
  await bench.run({ ...end, triaged: { agent, isSilent: false } }, COORDINATOR)
}

describe('yard triage', () => {
  it('asks, says so of the task, and keeps the verdict with the agent', async () => {
    await lose()
    const asked = await bench.client.agent.triage({ id })
    expect(asked).toMatchObject({ id: 'judge-1', purpose: 'triage', agent: id, state: 'queued' })
    expect((await bench.client.task.why({ id: 'a' })).text).toContain(
      'a model is asked what became of agent-1 (judge-1)',
    )
    expect((await bench.client.agent.get({ id })).triage).toBeNull()
    await answer()
    expect((await bench.client.agent.get({ id })).triage).toEqual({
      verdict: 'restart',
      reason: 'it went astray',
      at: expect.stringMatching(/^\d{4}-/),
      by: 'judge-1',
    })
    expect(bench.test.yard.plan.tasks.get(taskId('a'))?.conversation).toBeNull()
    const { tries } = await bench.client.page.history({ from: '2000-01-01' })
    expect(tries[0]?.triage).toEqual({ verdict: 'restart', reason: 'it went astray' })
    const { rows } = await bench.client.page.timeline({ id: 'a' })
    expect(JSON.stringify(rows)).toContain('A model says of agent-1: restart: it went astray')
  })

  it('asks a second time only with --again', async () => {
    await lose()
    await bench.client.agent.triage({ id })
    await answer()
    expect(await failureOf(bench.client.agent.triage({ id }))).toMatchObject({
      kind: 'wrong-state',
      hint: 'yard triage agent-1 --again asks anew',
    })
    expect(await bench.client.agent.triage({ id, again: true })).toMatchObject({ id: 'judge-2' })
  })

  it('refuses where nobody can judge, and for agents that are at work or unknown', async () => {
    const triage = (agent: string) => failureOf(bench.client.agent.triage({ id: agent }))
    expect(await triage(id)).toMatchObject({ kind: 'wrong-state' })
    choice = { kind: 'refuse', reason: 'nobody can judge' }
    expect(await triage(id)).toMatchObject({ kind: 'wrong-state' })
    choice = { kind: 'judge', judge: JUDGE }
    expect(await triage('agent-9')).toMatchObject({ kind: 'unknown-agent' })
    await lose()
    choice = { kind: 'refuse', reason: 'nobody can judge' }
    expect(await triage(id)).toMatchObject({ kind: 'no-judge' })
  })

  it('is not for agents', async () => {
    const refused = await bench.test.yard.dispatch(
      {
        type: 'triage.request',
        agentId: agentIdOf(1),
        agent: null,
        policy: { timeoutMs: 1000 },
        isAgain: false,
      },
      asAgent(1, 'a'),
    )
    expect(refused).toMatchObject({ ok: false, error: { kind: 'not-allowed' } })
  })

  it('can be ended by a person: the task goes on as it was', async () => {
    await lose()
    const before = bench.test.yard.plan.tasks.get(taskId('a'))?.state
    const { id: judgement } = await bench.client.agent.triage({ id })
    await bench.client.judgement.kill({ id: judgement })
    expect(bench.test.yard.plan.tasks.get(taskId('a'))?.state).toEqual(before)
    expect((await bench.client.agent.get({ id })).triage).toMatchObject({ verdict: null })
  })

  it('says of its judgement what keeps it from being asked', async () => {
    await lose()
    await bench.client.agent.triage({ id })
    const waits = async () => (await bench.client.judgement.get({ id: 'judge-1' })).waits
    expect(await waits()).toBeNull()
    const until = clock.now() + 3_600_000
    choice = { kind: 'wait', reason: 'anthropic sleeps: used up', until, wakesAt: until }
    expect(await waits()).toEqual({
      kind: 'provider',
      text: 'anthropic sleeps: used up',
      until: new Date(until).toISOString().replace('Z', '+00:00'),
      hint: null,
    })
    choice = { kind: 'wait', reason: 'the yard is not confirmed', until: null }
    expect(await waits()).toMatchObject({ kind: 'trust', until: null, hint: 'yard trust' })
    await bench.run({ type: 'yard.pause' })
    expect(await waits()).toMatchObject({ kind: 'pause', hint: 'yard service resume' })
    await answer()
    expect(await waits()).toBeNull()
  })

  it('says that a model has refused it, until it is asked again', async () => {
    await lose()
    await bench.client.agent.triage({ id })
    const judgementId = judgementIdOf(1)
    await bench.run({ type: 'judgement.ask', judgementId, judge: JUDGE }, COORDINATOR)
    const until = clock.now() + 60_000
    const postponement = { until, reason: 'overloaded', provider: null, turn: 2 }
    await bench.run({ type: 'judgement.postpone', judgementId, postponement }, COORDINATOR)
    const waits = async () => (await bench.client.judgement.get({ id: 'judge-1' })).waits
    expect(await waits()).toMatchObject({ kind: 'provider', until: expect.any(String) })
    clock.advance(60_000)
    expect(await waits()).toBeNull()
  })
})
