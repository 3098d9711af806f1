/** A task that a person pilots: who may, and what its end means. */
import { describe, expect, it } from 'vitest'
import type { Claim, Command } from '../../src/domain/command.ts'
import { workFailure } from '../../src/domain/failure.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import { asAgent, createBench, taskId, type Bench } from '../support/plan-builder.ts'

const claimOf = (id: string, number: number): Claim => ({
  taskId: taskId(id),
  agentId: agentIdOf(number),
  executor: 'claude',
  executorType: 'claude',
  model: null,
  modelId: null,
  provider: 'anthropic',
  timeoutMs: null,
  provenance: { executor: 'test', model: 'test' },
})
const take = (id: string, number = 1): Command => ({
  type: 'task.pilot',
  claim: claimOf(id, number),
})
const on = (id: string) => ({ id: taskId(id), agentId: null, generation: null, nextFireAt: null })
const done = (id: string): Command => ({
  type: 'task.complete',
  ...on(id),
  artifacts: [],
  force: false,
})

function piloted(more: Parameters<Bench['add']>[1] = {}): Bench {
  const bench = createBench()
  bench.add('a', more)
  bench.must(take('a'))
  return bench
}
const agentOf = (bench: Bench) =>
  bench.changes.findLast(({ entity }) => entity === 'agent')?.after as
    { state: { kind: string; outcome?: string }; by: string } | undefined

describe('taking a task to a terminal', () => {
  it('is free of a pause of task or yard, and of a time that has not come', () => {
    const bench = createBench()
    bench.add('a')
    bench.must({ type: 'task.hold', id: taskId('a') })
    bench.must({ type: 'yard.pause' })
    bench.must(take('a'))
    expect(bench.task('a')).toMatchObject({ state: { kind: 'in-progress' }, held: true })
    expect(bench.plan.agents.get(agentIdOf(1))).toMatchObject({
      by: 'pilot',
      state: { kind: 'claimed' },
      startedAt: null,
    })
  })

  it('waits for what it builds on, and for whoever has it', () => {
    const bench = createBench()
    bench.add('a')
    bench.add('b', { after: [taskId('a')] })
    expect(bench.run(take('b'))).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
    bench.must(take('a'))
    expect(bench.run(take('a', 2))).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
    bench.must(done('a'))
    // Its terminal is still being ended, and may still write.
    expect(bench.run(take('b', 3))).toMatchObject({ ok: false, error: { kind: 'blocked' } })
    expect(bench.run(take('a', 3))).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
  })

  it('is not for agents', () => {
    const bench = piloted()
    bench.add('b')
    const refused = bench.run(take('b', 2), asAgent(1, 'a'))
    expect(refused).toMatchObject({ ok: false, error: { kind: 'not-allowed' } })
  })
})

describe('the end of a pilot', () => {
  it('gives the task back when nothing was said, whatever its CLI ended with', () => {
    const bench = piloted()
    bench.end(1, 1, { exit: { code: 1, signal: null } })
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: null },
      attempts: 0,
      held: false,
      lastFailure: null,
    })
    expect(agentOf(bench)?.state).toMatchObject({ kind: 'ended', outcome: 'superseded' })
  })

  it('keeps a pause that was there before', () => {
    const bench = createBench()
    bench.add('a')
    bench.must({ type: 'task.hold', id: taskId('a') })
    bench.must(take('a'))
    bench.end(1, 1)
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, held: true })
  })

  it('is judged like any other once it has said done', () => {
    const bench = piloted()
    bench.must(done('a'), asAgent(1, 'a'))
    expect(bench.task('a').state.kind).toBe('in-progress')
    bench.end(1, 1, { verify: { code: 1, tail: 'no' } })
    expect(bench.task('a')).toMatchObject({ attempts: 1, lastFailure: { class: 'verify' } })
    bench.at += 3_600_000
    bench.must(take('a', 2))
    bench.must(done('a'), asAgent(2, 'a', 2))
    bench.end(2, 2, { how: 'lost', exit: null })
    expect(bench.task('a').state.kind).toBe('done')
  })

  it('spends no attempt when its terminal is lost, or no place could be made', () => {
    const bench = piloted()
    bench.end(1, 1, { how: 'lost', exit: null })
    expect(agentOf(bench)?.state).toMatchObject({ outcome: 'lost' })
    bench.must(take('a', 2))
    const failure = workFailure('isolation', 'no worktree')
    bench.end(2, 2, { how: 'not-launched', exit: null, failure })
    expect(agentOf(bench)?.state).toMatchObject({ outcome: 'failed' })
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open' },
      attempts: 0,
      lastFailure: { class: 'isolation' },
    })
  })

  it('keeps its conversation for the next try', () => {
    const bench = piloted()
    const about = { agentId: agentIdOf(1), generation: 1 }
    const by = { kind: 'coordinator' } as const
    bench.must({ type: 'agent.conversed', ...about, conversation: 'c-1' }, by)
    bench.end(1, 1)
    bench.must(take('a', 2))
    expect(bench.plan.agents.get(agentIdOf(2))).toMatchObject({
      resumed: true,
      conversation: { executor: 'claude', id: 'c-1' },
    })
  })
})

describe('a piloted task, taken back', () => {
  it('is open again once the terminal has ended, whatever it had said', () => {
    const bench = piloted()
    bench.must(done('a'), asAgent(1, 'a'))
    bench.must({ type: 'task.letGo', id: taskId('a') })
    expect(bench.plan.agents.get(agentIdOf(1))?.state).toMatchObject({
      kind: 'stopping',
      reason: 'taken-back',
    })
    expect(bench.task('a').state.kind).toBe('in-progress')
    bench.end(1, 1)
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, attempts: 0 })
  })

  it('is not killed', () => {
    const bench = piloted()
    const kill = {
      type: 'agent.stop',
      agentId: agentIdOf(1),
      reason: 'killed',
      force: true,
    } as const
    expect(bench.run(kill)).toMatchObject({
      ok: false,
      error: { kind: 'wrong-state', hint: expect.stringContaining('let-go a') },
    })
  })
})
