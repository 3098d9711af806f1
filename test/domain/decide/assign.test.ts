/** What the yard chooses for a task before its first agent: only what nobody said, once, and in words. */
import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/domain/command.ts'
import { type Assignment, isHeldByAssignment } from '../../../src/domain/judging/assignment.ts'
import { judgementIdOf } from '../../../src/domain/judging/evaluation.ts'
import { SHIPPED_IDENTITIES } from '../../../src/judging/identity.ts'
import { COORDINATOR, createBench, taskId, type Bench } from '../../support/plan-builder.ts'

const identity = SHIPPED_IDENTITIES.find(({ name }) => name === 'Careful Programmer')
if (!identity) throw new Error('it is not shipped')

const assign = (more: Partial<Assignment> = {}): Command => ({
  type: 'task.assign',
  id: taskId('a'),
  assignment: { identity, mode: 'light', context: 'graph', reason: 'it reads code', ...more },
})
const linesOf = (bench: Bench): readonly string[] =>
  bench.changes.flatMap((change) => (change.entity === 'log' ? [change.after.text] : []))

describe('an assignment', () => {
  it('fills what nobody said, keeps the identity and tells it in the log', () => {
    const bench = createBench()
    bench.add('a')
    bench.must(assign(), COORDINATOR)
    expect(bench.task('a')).toMatchObject({
      identity: identity.id,
      mode: 'light',
      context: 'graph',
      assigned: true,
    })
    expect(bench.plan.identities.has(identity.id)).toBe(true)
    expect(linesOf(bench)).toEqual([
      `Lightweight assignment: agent=Careful Programmer (${identity.id.slice(0, 8)}), exec_mode=light, context_scope=graph, reason=it reads code`,
    ])
  })

  it('leaves what somebody said, and a mode is never wider', () => {
    const bench = createBench()
    bench.add('a', { identity: 'Fast Tester', mode: 'bare' })
    bench.must(assign({ mode: 'full', context: null }), COORDINATOR)
    expect(bench.task('a')).toMatchObject({ identity: 'Fast Tester', mode: 'bare', assigned: true })
    expect(linesOf(bench)).toEqual([])
    expect(bench.plan.identities.size).toBe(0)
  })

  it('is made once, and never after an agent', () => {
    const bench = createBench()
    bench.add('a')
    bench.must(assign({ identity: null, mode: null, context: null }), COORDINATOR)
    bench.must(assign(), COORDINATOR)
    expect(bench.task('a').identity).toBeNull()
    const other = createBench()
    other.add('a')
    other.claim('a', 1)
    other.end(1, 1, { exit: { code: 1, signal: null } })
    other.must(assign(), COORDINATOR)
    expect(other.task('a').identity).toBeNull()
  })

  it('comes from the coordinator only', () => {
    const bench = createBench()
    bench.add('a')
    expect(bench.run(assign()).ok).toBe(false)
  })
})

describe('a model that is asked', () => {
  const ask: Command = { type: 'assignment.request', id: taskId('a'), dueAt: 5 }
  const answer = (assignment: Assignment | null): Command => ({
    type: 'judgement.end',
    judgementId: judgementIdOf(1),
    reply: {
      value: assignment && { purpose: 'assignment', assignment },
      reason: assignment ? null : 'it took too long',
      usage: null,
      costSource: null,
    },
    policy: null,
    nextFireAt: null,
  })
  const asked = (): Bench => {
    const bench = createBench()
    bench.add('a')
    bench.must(ask, COORDINATOR)
    return bench
  }
  const chosen = { identity, mode: 'light', context: null, reason: 'it fits' } as const

  it('is asked once, and holds the task back while it is', () => {
    const bench = asked()
    expect([...bench.plan.judgements.values()]).toMatchObject([
      { purpose: 'assignment', taskId: 'a', agentId: null, dueAt: 5 },
    ])
    expect(isHeldByAssignment(bench.plan, bench.task('a'))).toBe(true)
    bench.must(ask, COORDINATOR)
    expect(bench.plan.judgements.size).toBe(1)
    bench.must(answer(chosen), COORDINATOR)
    expect(isHeldByAssignment(bench.plan, bench.task('a'))).toBe(false)
    expect(bench.task('a')).toMatchObject({ identity: identity.id, mode: 'light', assigned: true })
    expect(linesOf(bench)[0]).toContain('exec_mode=light, context_scope=task, reason=it fits')
    bench.must(ask, COORDINATOR)
    expect(bench.plan.judgements.size).toBe(0)
  })

  it('that does not answer changes nothing, and is not asked again', () => {
    const bench = asked()
    bench.must(answer(null), COORDINATOR)
    expect(bench.task('a')).toMatchObject({ identity: null, mode: null, assigned: true })
    expect(linesOf(bench)).toEqual([])
  })

  it('whose answer comes after the first agent changes nothing', () => {
    const bench = asked()
    bench.claim('a', 1)
    bench.must(answer(chosen), COORDINATOR)
    expect(bench.task('a').identity).toBeNull()
  })

  it('does not overrule what a person said meanwhile', () => {
    const bench = asked()
    bench.must({
      type: 'task.edit',
      id: taskId('a'),
      edit: { identity: 'Fast Tester' },
      nextFireAt: null,
    })
    bench.must(answer(chosen), COORDINATOR)
    expect(bench.task('a')).toMatchObject({ identity: 'Fast Tester', mode: 'light' })
    expect(linesOf(bench)[0]).toContain('agent=none')
  })
})
