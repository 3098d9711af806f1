/** Landing as the domain sees it: what may be asked for, what news changes, and one merge task per conflict. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Conflict, LandingOutcome } from '../../src/domain/landing.ts'
import type { Actor } from '../../src/domain/command.ts'
import { err, ok, type Result } from '../../src/base/result.ts'
import { failure, workFailure, type Failure } from '../../src/domain/failure.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import { taskSchema } from '../../src/domain/task.ts'
import {
  asAgent,
  changesOf,
  COORDINATOR,
  createBench,
  endCommand,
  taskId,
  taskIds,
  type Bench,
} from '../support/plan-builder.ts'

let bench: Bench
beforeEach(() => {
  bench = createBench()
})

const conflict: Conflict = {
  ours: { name: 'main', commit: 'o1' },
  theirs: { name: 'a', commit: 'r1' },
  paths: ['x.txt'],
  reason: 'main and a conflict in x.txt',
  hunks: '',
}
const merger = { executor: 'claude', model: null }

/** Done by an agent that left this commit. */
function done(id: string, commit: string | null, number = 1): void {
  bench.claim(id, number)
  const changes = commit === null ? null : changesOf(commit)
  const { generation } = bench.task(id)
  bench.must(endCommand(number, generation, {}, { changes }), COORDINATOR)
}
const ask = (id: string) => bench.run({ type: 'landing.request', id: taskId(id) })
const settle = (id: string, result: string, outcome: LandingOutcome) =>
  bench.run({ type: 'landing.settle', id: taskId(id), result, outcome, merger }, COORDINATOR)
const clash = (more: Partial<Conflict> = {}): LandingOutcome => ({
  kind: 'conflict',
  target: 'main',
  conflict: { ...conflict, ...more },
})
/** Asked for, and met with a conflict. */
function clashed(id: string, result: string, more: Partial<Conflict> = {}): void {
  ask(id)
  settle(id, result, clash(more))
}
const failed = (id: string) =>
  bench.must({
    type: 'task.fail',
    id: taskId(id),
    agentId: null,
    generation: null,
    reason: 'too hard',
    class: 'reported',
    nextFireAt: null,
  })
const landed: LandingOutcome = { kind: 'landed', commit: 'c9', target: 'main', note: null }

describe('a landing', () => {
  it('is asked for only where there is a result, and once', () => {
    bench.add('a')
    expect(ask('a')).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
    done('a', null)
    const nowhere = 'it has no result in git: it worked in no worktree of its own'
    expect(ask('a')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('done'), hint: nowhere },
    })
    bench.add('c')
    bench.claim('c', 3)
    bench.must(
      {
        type: 'agent.placed',
        agentId: agentIdOf(3),
        generation: 1,
        worktreeName: 'c',
        workplace: { cwd: '/w/c', branch: 'yard/c', baseCommit: 'b0', target: 'main' },
      },
      COORDINATOR,
    )
    bench.must(endCommand(3, 1, {}, { changes: null }), COORDINATOR)
    expect(ask('c')).toMatchObject({
      error: { hint: 'it has no result in git: it changed nothing' },
    })
    bench.add('b')
    done('b', 'r2', 2)
    ask('b')
    expect(bench.task('b').landing).toMatchObject({ state: 'queued', result: 'r2' })
    expect(ask('b')).toMatchObject({ ok: true, value: { events: [] } })
  })

  it('knows whether only the policy asked for it, through a conflict and back, until a person asks too', () => {
    bench.add('a')
    done('a', 'r1')
    const byPolicy = () => bench.must({ type: 'landing.request', id: taskId('a') }, COORDINATOR)
    byPolicy()
    const { at } = bench.task('a').landing ?? {}
    expect(bench.task('a').landing).toMatchObject({ state: 'queued', isAuto: true })
    settle('a', 'r1', clash())
    byPolicy()
    expect(bench.task('a').landing).toMatchObject({ state: 'queued', isAuto: true })
    ask('a')
    expect(bench.task('a').landing).toMatchObject({ state: 'queued', at })
    expect(bench.task('a').landing).not.toHaveProperty('isAuto')
    byPolicy()
    expect(bench.task('a').landing).not.toHaveProperty('isAuto')
    settle('a', 'r1', clash({ ours: { name: 'main', commit: 'o2' } }))
    byPolicy()
    expect(bench.task('a').landing).not.toHaveProperty('isAuto')
  })

  it('for a pull request stays one until it is settled; another way is refused meanwhile, and open afterwards', () => {
    const request = (pullRequest: boolean) =>
      bench.run({ type: 'landing.request', id: taskId('a'), pullRequest })
    bench.add('a')
    done('a', 'r1')
    request(true)
    expect(bench.task('a').landing).toMatchObject({ state: 'queued', pullRequest: true })
    expect(request(false)).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
    expect(request(true).ok).toBe(true)
    settle('a', 'r1', { kind: 'prepared', commit: 'r1', target: 'main', note: 'ready' })
    expect(bench.task('a').landing).toMatchObject({ state: 'prepared', pullRequest: true })
    request(false)
    expect(bench.task('a').landing).toMatchObject({ state: 'queued' })
    expect(bench.task('a').landing?.pullRequest).toBeUndefined()
  })

  it('believes news of the result that was asked for, and only from the coordinator', () => {
    bench.add('a')
    done('a', 'r1')
    ask('a')
    expect(settle('a', 'r0', clash())).toMatchObject({ value: { events: [] } })
    settle('a', 'r0', landed)
    expect(bench.task('a').landing).toMatchObject({ state: 'queued', result: 'r1' })
    const person = { kind: 'person', name: null } as const
    const news = {
      type: 'landing.settle',
      id: taskId('a'),
      result: 'r1',
      outcome: landed,
      merger,
    } as const
    expect(bench.run(news, person)).toMatchObject({ ok: false, error: { kind: 'not-allowed' } })
    expect(bench.run({ type: 'landing.request', id: taskId('a') }, asAgent(1, 'a'))).toMatchObject({
      ok: false,
    })
    settle('a', 'r1', landed)
    expect(bench.task('a').landing).toMatchObject({ state: 'landed', commit: 'c9', target: 'main' })
    expect(settle('a', 'r1', landed)).toMatchObject({ value: { events: [] } })
  })

  it('is forgotten when the task makes a new result, and withdrawn when it is worked on again', () => {
    bench.add('a')
    done('a', 'r1')
    ask('a')
    bench.must({ type: 'task.reopen', id: taskId('a') })
    expect(bench.task('a').landing).toBeNull()
    done('a', 'r1', 2)
    ask('a')
    settle('a', 'r1', landed)
    bench.must({ type: 'task.reopen', id: taskId('a') })
    done('a', 'r3', 3)
    expect(bench.task('a')).toMatchObject({ resultCommit: 'r3', landing: null })
  })
})

describe('a conflict', () => {
  it('makes one merge task, which those that build on the work wait for too', () => {
    bench.add('a', { verify: 'make test' })
    bench.add('later', { after: taskIds('a'), paused: true })
    done('a', 'r1')
    clashed('a', 'r1')
    expect(bench.task('merge-a')).toMatchObject({
      executor: 'claude',
      verify: 'make test',
      merging: { for: 'a', kind: 'landing', ours: { commit: 'o1' }, theirs: { commit: 'r1' } },
    })
    expect([...bench.plan.blockersOf(taskId('later'))]).toEqual(['a', 'merge-a'])
    expect(bench.task('a').landing).toMatchObject({ state: 'conflict', mergeTask: 'merge-a' })
    ask('a')
    // The target has moved; the task that is there settles this as well.
    settle('a', 'r1', clash({ ours: { name: 'main', commit: 'o2' } }))
    expect([...bench.plan.tasks.keys()]).toEqual(['a', 'later', 'merge-a'])
  })

  it('that is still there after its merge task was done is for a person', () => {
    bench.add('a')
    done('a', 'r1')
    clashed('a', 'r1')
    done('merge-a', null, 2)
    clashed('a', 'r1')
    expect(bench.task('a').landing).toMatchObject({
      state: 'refused',
      reason: 'main and a conflict in x.txt; merge-a was done and has not settled it',
      unsettledBy: 'merge-a',
    })
    clashed('a', 'r1', { ours: { name: 'main', commit: 'o2' } })
    expect(bench.task('merge-a-2').merging).toMatchObject({ ours: { commit: 'o2' } })
  })

  it('whose merge task failed or was given up is tried anew when a person asks again, and nothing waits for the old one', () => {
    bench.add('a')
    bench.add('later', { after: taskIds('a'), paused: true })
    done('a', 'r1')
    clashed('a', 'r1')
    failed('merge-a')
    clashed('a', 'r1')
    expect(bench.task('a').landing).toMatchObject({ state: 'conflict', mergeTask: 'merge-a-2' })
    expect([...bench.plan.blockersOf(taskId('later'))]).toEqual(['a', 'merge-a-2'])
    bench.must({ type: 'task.abandon', id: taskId('merge-a-2'), withDependents: false })
    clashed('a', 'r1')
    expect(bench.task('a').landing).toMatchObject({ state: 'conflict', mergeTask: 'merge-a-3' })
  })

  it('takes away no dependency that a person wrote, and every one of its own', () => {
    bench.add('a')
    bench.add('early', { after: taskIds('a'), paused: true })
    done('a', 'r1')
    clashed('a', 'r1')
    bench.add('late', { after: taskIds('a'), paused: true })
    bench.add('told', { after: taskIds('merge-a', 'a'), paused: true })
    clashed('a', 'r1', { ours: { name: 'main', commit: 'o2' } })
    expect([...bench.plan.blockersOf(taskId('late'))]).toEqual(['a', 'merge-a'])
    failed('merge-a')
    ask('a')
    settle('a', 'r1', landed)
    expect([...bench.plan.blockersOf(taskId('early'))]).toEqual(['a'])
    expect([...bench.plan.blockersOf(taskId('late'))]).toEqual(['a'])
    expect([...bench.plan.blockersOf(taskId('told'))].toSorted()).toEqual(['a', 'merge-a'])
  })

  it('is told to a person as what a person can do, and to an agent as its order', () => {
    const told = (who: string, name = 'main') => {
      bench = createBench()
      bench.add('a')
      done('a', 'r1')
      ask('a')
      const outcome = clash({ ours: { name, commit: 'o1' } })
      const by = { executor: who, model: null }
      const news = { type: 'landing.settle', id: taskId('a'), result: 'r1', outcome } as const
      bench.run({ ...news, merger: by }, COORDINATOR)
      return bench.task('merge-a').description
    }
    const person = told('manual')
    expect(person).toContain(
      '    git worktree add --detach ../merge-a main\n    cd ../merge-a\n    git merge r1\n',
    )
    expect(person).toContain('    yard done merge-a')
    expect(person).not.toContain('The folder stands at')
    expect(told('manual', 'x;$(sly)')).toContain('worktree add --detach ../merge-a o1\n')
    expect(told('claude')).toContain('The folder stands at o1')
  })

  it('that is gone when it is asked for again leaves nothing waiting for the merge task that failed', () => {
    bench.add('a')
    bench.add('later', { after: taskIds('a'), paused: true })
    done('a', 'r1')
    clashed('a', 'r1')
    failed('merge-a')
    ask('a')
    settle('a', 'r1', landed)
    expect([...bench.plan.blockersOf(taskId('later'))]).toEqual(['a'])
  })

  it('whose merge task was removed gets another when a person asks again', () => {
    bench.add('a')
    done('a', 'r1')
    clashed('a', 'r1')
    bench.must({ type: 'task.remove', id: taskId('merge-a') })
    clashed('a', 'r1')
    expect(bench.task('a').landing).toMatchObject({ state: 'conflict', mergeTask: 'merge-a' })
    expect(bench.task('merge-a').state.kind).toBe('open')
  })

  it('of what a task builds on sends it back without an attempt, to wait for the merge task', () => {
    bench.add('a')
    bench.add('b', { after: taskIds('a') })
    done('a', 'r1')
    bench.claim('b', 2)
    const failure = workFailure('isolation', 'no worktree')
    const evidence = { how: 'not-launched', exit: null, failure, conflict } as const
    bench.must(endCommand(2, 1, evidence, { merger }), COORDINATOR)
    expect(bench.task('b')).toMatchObject({
      state: { kind: 'open' },
      attempts: 0,
      lastFailure: null,
    })
    expect([...bench.plan.blockersOf(taskId('b'))]).toEqual(['a', 'merge-b'])
    expect(bench.task('merge-b').merging).toMatchObject({ for: 'b', kind: 'base' })
    done('merge-b', 'm1', 3)
    bench.claim('b', 4)
    bench.must(endCommand(4, 2, evidence, { merger }), COORDINATOR)
    expect(bench.task('b').state).toMatchObject({ kind: 'failed', failure: { class: 'isolation' } })
  })

  it('that two tasks share is settled once, unless one would wait for itself', () => {
    for (const id of ['b', 'c']) bench.add(id)
    for (const [number, id] of [
      [1, 'b'],
      [2, 'c'],
    ] as const) {
      bench.claim(id, number)
      const evidence = { how: 'not-launched', exit: null, conflict } as const
      bench.must(endCommand(number, 1, evidence, { merger }), COORDINATOR)
    }
    expect([...bench.plan.tasks.keys()]).toEqual(['b', 'c', 'merge-b'])
    expect([...bench.plan.blockersOf(taskId('c'))]).toEqual(['merge-b'])
  })
})

describe('whoever calls a merge task done', () => {
  const unmerged = failure('wrong-state', 'task merge-a is not merged')
  const say = (merge: Result<{ commit: string | null }, Failure>, by?: Actor, force = false) =>
    bench.run(
      {
        type: 'task.complete',
        id: taskId('merge-a'),
        agentId: null,
        generation: null,
        artifacts: [],
        force,
        nextFireAt: null,
        merge,
      },
      by,
    )
  beforeEach(() => {
    bench.add('a')
    done('a', 'r1')
    clashed('a', 'r1')
  })

  it('is refused while it is not merged, by force too, and an agent as soon as it says so', () => {
    expect(say(err(unmerged))).toEqual(err(unmerged))
    expect(say(err(unmerged), undefined, true)).toEqual(err(unmerged))
    bench.claim('merge-a', 2)
    expect(say(err(unmerged), asAgent(2, 'merge-a'))).toEqual(err(unmerged))
    expect(bench.task('merge-a').state.kind).toBe('in-progress')
  })

  it('has that merge kept as its result, whatever an agent that was at it leaves', () => {
    bench.claim('merge-a', 2)
    expect(say(ok({ commit: 'm1' }))).toMatchObject({ ok: true })
    bench.must(endCommand(2, 1, {}, { changes: changesOf('half') }), COORDINATOR)
    expect(bench.task('merge-a')).toMatchObject({ state: { kind: 'done' }, resultCommit: 'm1' })
  })
})

it('a task that was written before landings were kept is read as one without', () => {
  bench.add('a')
  const { landing: _landing, merging: _merging, ...old } = bench.task('a')
  expect(taskSchema.parse(old)).toMatchObject({ landing: null, merging: null })
})
