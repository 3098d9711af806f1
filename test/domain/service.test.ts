/** An agent that is a service ends with its own word: the yard has nothing else to look at. */
import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/domain/command.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import {
  asAgent,
  COORDINATOR,
  createBench,
  endCommand,
  PERSON,
  taskId,
  type Bench,
} from '../support/plan-builder.ts'
import { policyOf } from '../support/evaluations.ts'

const id = taskId('deploy')
const report = { id, agentId: agentIdOf(1), generation: 1, nextFireAt: null }
const done = (more: object = {}): Extract<Command, { type: 'task.complete' }> => ({
  type: 'task.complete',
  ...report,
  artifacts: [],
  force: false,
  ...more,
})
const fail = { type: 'task.fail', ...report, reason: 'no room', class: 'reported' } as const

function working(maxAttempts = 3): Bench {
  const bench = createBench()
  bench.add('deploy', { exec: null, maxAttempts })
  bench.claim('deploy', 1, { executor: 'http', executorType: 'http' })
  return bench
}

describe('a service', () => {
  it('that says done has ended, and its task is done, in one decision', () => {
    const bench = working()
    expect(bench.must(done(), asAgent(1, 'deploy'))).toEqual(['deploy'])
    expect(bench.plan.agentOf(id)).toBeNull()
    expect(bench.task('deploy').state.kind).toBe('done')
    const ended = bench.changes.findLast(({ entity }) => entity === 'agent')
    expect(ended?.after).toMatchObject({
      by: 'service',
      exitCode: null,
      state: { kind: 'ended', outcome: 'done' },
    })
  })

  it('that says done passes no gate that its task names', () => {
    const bench = working()
    bench.must(done({ evaluation: policyOf('0.7') }), asAgent(1, 'deploy'))
    expect(bench.plan.agentOf(id)).toBeNull()
    expect(bench.task('deploy').state).toMatchObject({ kind: 'pending-eval' })
    expect(bench.plan.judgements.size).toBe(1)
    const other = working()
    const byConfig = {
      gate: { mode: 'gated', threshold: 0.7 },
      source: 'config',
      isOwn: false,
    } as const
    other.must(done({ evaluation: { ...policyOf('0.7'), gate: byConfig } }), asAgent(1, 'deploy'))
    expect(other.task('deploy').state.kind).toBe('done')
  })

  it('nor does what was claimed from elsewhere, unless a person says that it is done', () => {
    for (const [agentId, generation, kind] of [
      [agentIdOf(1), 1, 'pending-eval'],
      [null, 1, 'pending-eval'],
      [null, null, 'done'],
    ] as const) {
      const bench = createBench()
      bench.add('deploy', { exec: null })
      const claim = {
        taskId: id,
        agentId: agentIdOf(1),
        executor: 'external',
        executorType: 'external',
        model: null,
        modelId: null,
        provider: null,
        timeoutMs: null,
        leaseMs: 60_000,
        provenance: { executor: 'test', model: 'test' },
      } as const
      bench.must({ type: 'task.take', claim, workplaceCwd: '/project' }, PERSON)
      bench.must(done({ agentId, generation, evaluation: policyOf('0.7') }), PERSON)
      expect(bench.task('deploy').state.kind).toBe(kind)
      expect(bench.plan.agentOf(id)).toBeNull()
    }
  })

  it('that says failed has failed, whatever attempts are left', () => {
    const bench = working()
    bench.must(fail, asAgent(1, 'deploy'))
    expect(bench.plan.agents.size).toBe(0)
    expect(bench.task('deploy').state).toMatchObject({
      kind: 'failed',
      failure: { class: 'reported', reason: 'no room' },
    })
  })

  it('whose deliverables are missing is tried again while there are attempts left', () => {
    const bench = working()
    bench.must(done({ missing: ['out.bin'] }), asAgent(1, 'deploy'))
    expect(bench.task('deploy')).toMatchObject({ state: { kind: 'open' }, attempts: 1 })
  })

  it('has failed when what the task is to deliver is not there', () => {
    const bench = working(1)
    bench.must(done({ missing: ['out.bin'] }), asAgent(1, 'deploy'))
    expect(bench.task('deploy').state).toMatchObject({ failure: { class: 'no-work' } })
  })

  it('that was killed meanwhile brings nothing about, and its word is its end', () => {
    const bench = working()
    bench.must(
      { type: 'agent.stop', agentId: agentIdOf(1), reason: 'killed', force: false },
      PERSON,
    )
    bench.must(done(), asAgent(1, 'deploy'))
    expect(bench.plan.agents.size).toBe(0)
    expect(bench.task('deploy')).toMatchObject({ state: { kind: 'open' }, held: true })
  })

  it('is late once it has ended, whoever tells of it', () => {
    const bench = working()
    bench.must(done(), asAgent(1, 'deploy'))
    expect(bench.run(done(), asAgent(1, 'deploy'))).toMatchObject({
      error: { kind: 'stale-generation' },
    })
    const changes = bench.changes.length
    expect(bench.run(endCommand(1, 1), COORDINATOR)).toMatchObject({
      value: { reply: { isNoOp: true } },
    })
    expect(bench.changes).toHaveLength(changes)
  })
})
