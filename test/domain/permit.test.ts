/** What an agent may ask for, and what only people and the coordinator may. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/domain/command.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import type { NewTask } from '../../src/domain/task.ts'
import {
  asAgent,
  claimOf,
  COORDINATOR,
  createBench,
  endCommand,
  PERSON,
  taskId,
} from '../support/plan-builder.ts'

const own = taskId('a')
const other = taskId('b')
const done = (id = own, force = false): Command => ({
  type: 'task.complete',
  id,
  agentId: null,
  generation: null,
  artifacts: [],
  force,
  nextFireAt: null,
})
const add = (more: Partial<NewTask> = {}): Command => ({
  type: 'task.add',
  task: { title: 'more', ...more },
  nextFireAt: null,
})

function working() {
  const bench = createBench()
  bench.add('a', { exec: null, mode: 'light', maxAttempts: 2, timeoutMs: 60_000 })
  bench.add('b')
  bench.claim('a', 1, { executor: 'claude', executorType: 'claude' })
  return bench
}

/** For an agent at work on `a`: `ok`, or the kind of the refusal. */
const TABLE: readonly (readonly [string, Command, string])[] = [
  ['log on its task', { type: 'task.log', id: own, text: 'x' }, 'ok'],
  ['ask about its task', { type: 'task.ask', id: own, text: 'x' }, 'ok'],
  ['attach to its task', { type: 'task.attach', id: own, artifacts: [] }, 'ok'],
  ['done on its task', done(), 'ok'],
  [
    'fail on its task',
    {
      type: 'task.fail',
      id: own,
      agentId: null,
      generation: null,
      reason: 'x',
      class: 'reported',
      nextFireAt: null,
    },
    'ok',
  ],
  ['add a task', add(), 'ok'],
  ['add a task after its own', add({ after: [own] }), 'ok'],
  [
    'add a task in its own mode and with its own executor',
    add({ mode: 'light', executor: 'claude' }),
    'ok',
  ],
  [
    'import tasks',
    { type: 'tasks.import', tasks: [{ task: { title: 'x' }, nextFireAt: null }] },
    'ok',
  ],
  ['done by force', done(own, true), 'not-allowed'],
  ['log on another task', { type: 'task.log', id: other, text: 'x' }, 'not-allowed'],
  ['ask about another task', { type: 'task.ask', id: other, text: 'x' }, 'not-allowed'],
  ['answer its own question', { type: 'task.answer', id: own, text: 'x' }, 'not-allowed'],
  ['done on another task', done(other), 'not-allowed'],
  ['add with a command', add({ exec: 'rm -rf /' }), 'not-allowed'],
  ['add with a verify', add({ verify: 'true' }), 'not-allowed'],
  ['add with a budget', add({ budget: 5 }), 'not-allowed'],
  ['add with a budget of tokens', add({ budgetTokens: 5 }), 'not-allowed'],
  ['add with a gate', add({ gate: 'off' }), 'not-allowed'],
  ['add with an identity', add({ identity: 'Fast Tester' }), 'not-allowed'],
  ['add with a kind', add({ kind: 'docs' }), 'not-allowed'],
  ['add on a schedule', add({ schedule: { spec: '09:00', tz: null } }), 'not-allowed'],
  ['add with another model', add({ model: 'opus' }), 'not-allowed'],
  ['add with more tries', add({ maxAttempts: 3 }), 'not-allowed'],
  ['add with as many tries', add({ maxAttempts: 2 }), 'ok'],
  ['add with a longer timeout', add({ timeoutMs: 60_001 }), 'not-allowed'],
  ['add with its own timeout', add({ timeoutMs: 60_000 }), 'ok'],
  ['add in another folder', add({ repo: '/etc' }), 'not-allowed'],
  ['add outside a worktree', add({ worktree: 'off' }), 'not-allowed'],
  ['add in a fuller mode', add({ mode: 'full' }), 'not-allowed'],
  ['add with another executor', add({ executor: 'shell' }), 'not-allowed'],
  ['add in front of another task', add({ before: [other] }), 'not-allowed'],
  [
    'edit its task',
    { type: 'task.edit', id: own, edit: { title: 'x' }, nextFireAt: null },
    'not-allowed',
  ],
  ['hold its task', { type: 'task.hold', id: own }, 'not-allowed'],
  ['release its task', { type: 'task.release', id: own }, 'not-allowed'],
  ['publish', { type: 'task.publish', id: own, only: true }, 'not-allowed'],
  ['retry', { type: 'task.retry', id: own, fresh: false }, 'not-allowed'],
  ['reopen', { type: 'task.reopen', id: own }, 'not-allowed'],
  ['abandon', { type: 'task.abandon', id: own, withDependents: true }, 'not-allowed'],
  ['remove', { type: 'task.remove', id: other }, 'not-allowed'],
  ['take', { type: 'task.take', claim: claimOf('b', 5), workplaceCwd: '/' }, 'not-allowed'],
  ['let go', { type: 'task.letGo', id: own }, 'not-allowed'],
  ['skip a time', { type: 'schedule.skip', id: own, nextFireAt: null }, 'not-allowed'],
  ['fire now', { type: 'schedule.fireNow', id: own }, 'not-allowed'],
  ['claim', { type: 'agents.claim', claims: [claimOf('b', 5)] }, 'not-allowed'],
  [
    'stop an agent',
    { type: 'agent.stop', agentId: agentIdOf(1), reason: 'killed', force: true },
    'not-allowed',
  ],
  ['end itself', endCommand(1, 1), 'not-allowed'],
  ['pause the yard', { type: 'yard.pause' }, 'not-allowed'],
  ['resume the yard', { type: 'yard.resume' }, 'not-allowed'],
  ['clear a breaker', { type: 'breaker.clear', key: 'k' }, 'not-allowed'],
  ['forget agents', { type: 'agents.forget', ids: [] }, 'not-allowed'],
]
const REPORTS = new Set([
  'task.log',
  'task.attach',
  'task.complete',
  'task.fail',
  'task.ask',
  'task.add',
  'tasks.import',
])

describe('an agent at work', () => {
  it.each(TABLE)('%s', (_, command, expected) => {
    const decided = working().run(command, asAgent(1, 'a'))
    expect(decided.ok ? 'ok' : decided.error.kind).toBe(expected)
  })

  it('adds with any field but exec, repo and how it is judged when its profile says so', () => {
    const any = { ...asAgent(1, 'a'), subtasks: 'any' as const }
    expect(
      working().run(add({ verify: 'true', mode: 'full', executor: 'shell', worktree: 'off' }), any)
        .ok,
    ).toBe(true)
    expect(working().run(add({ exec: 'true' }), any).ok).toBe(false)
    expect(working().run(add({ repo: '/etc' }), any).ok).toBe(false)
    for (const said of [{ gate: 'off' }, { identity: 'x' }, { kind: 'x' }])
      expect(working().run(add(said), any).ok).toBe(false)
  })

  it('adds no more tasks than its limit, which its retries share', () => {
    const bench = working()
    const two = { ...asAgent(1, 'a'), maxSubtasks: 2 }
    bench.must(add(), two)
    bench.must(add(), two)
    expect(bench.run(add(), two)).toMatchObject({ ok: false, error: { kind: 'not-allowed' } })
    bench.end(1, 1, { how: 'never-ran', exit: null })
    bench.claim('a', 2)
    expect(bench.run(add(), { ...two, agentId: agentIdOf(2), generation: 2 }).ok).toBe(false)
  })
})

describe('an agent that has ended', () => {
  it.each(TABLE)('%s changes nothing', (_, command) => {
    const bench = working()
    bench.end(1, 1, { how: 'never-ran', exit: null })
    bench.claim('a', 2)
    const changes = bench.changes.length
    const decided = bench.run(command, asAgent(1, 'a'))
    const isOwn = !('id' in command) || command.id === own
    const isAllowed = isOwn && !('force' in command && command.force)
    const late = isAllowed ? 'stale-generation' : 'not-allowed'
    const kind = REPORTS.has(command.type) ? late : 'unauthorized'
    expect(decided).toMatchObject({ ok: false, error: { kind } })
    expect(bench.changes.length).toBe(changes)
  })
})

describe('a person', () => {
  it('may stop and forget agents, but tells nothing of how they live', () => {
    const bench = working()
    expect(bench.run({ type: 'agents.claim', claims: [claimOf('b', 2)] }, PERSON).ok).toBe(false)
    expect(bench.run(endCommand(1, 1), PERSON).ok).toBe(false)
    expect(
      bench.run(
        { type: 'agent.stop', agentId: agentIdOf(1), reason: 'killed', force: false },
        PERSON,
      ).ok,
    ).toBe(true)
    expect(bench.run(endCommand(1, 1), COORDINATOR).ok).toBe(true)
    expect(bench.run({ type: 'agents.forget', ids: [agentIdOf(1)] }, PERSON).ok).toBe(true)
  })
})

describe('a task that an agent adds', () => {
  const HOME = { repo: '/elsewhere' } as const
  /** The agent works on `a`; what it says of `sub`, and what that gets. */
  const added = (
    type: 'claude' | 'command' | 'shell',
    subtasks: 'own' | 'any',
    more: Partial<NewTask>,
  ) => {
    const bench = createBench()
    bench.add('a', { exec: type === 'shell' ? 'true' : null, mode: 'light', ...HOME })
    bench.claim('a', 1, { executor: `my-${type}`, executorType: type })
    const asked = add({ id: taskId('sub'), ...more })
    bench.must(asked, { ...asAgent(1, 'a'), subtasks })
    const { executor, mode, repo, worktree, model } = bench.task('sub')
    return { executor, mode, repo, worktree, model }
  }
  const free = { worktree: null, model: null }

  it.each(['own', 'any'] as const)('(%s) without more words runs as its adder does', (subtasks) => {
    const own = { mode: 'light', ...HOME, ...free }
    expect(added('claude', subtasks, {})).toEqual({ ...own, executor: 'my-claude' })
    expect(added('command', subtasks, {})).toEqual({ ...own, executor: 'my-command' })
  })

  it('keeps the words that it may have', () => {
    const words = { executor: 'my-claude', mode: 'bare' } as const
    expect(added('claude', 'own', words)).toEqual({ ...words, ...HOME, ...free })
    const more = { executor: 'other', mode: 'full' } as const
    expect(added('claude', 'any', more)).toEqual({ ...more, ...HOME, ...free })
  })

  it('has the limits and the model of its adder where it says none', () => {
    const bench = createBench()
    const own = { model: 'haiku', timeoutMs: 5000, maxAttempts: 2 }
    bench.add('a', { exec: null, ...own })
    bench.claim('a', 1, { executor: 'claude', executorType: 'claude' })
    bench.must(add({ id: taskId('sub') }), asAgent(1, 'a'))
    expect(bench.task('sub')).toMatchObject(own)
    const any = { ...asAgent(1, 'a'), subtasks: 'any' as const }
    bench.must(add({ id: taskId('far'), executor: 'codex' }), any)
    expect(bench.task('far')).toMatchObject({ ...own, model: null })
  })

  it('does not get the shell of its adder, for which it has no command', () => {
    expect(added('shell', 'own', {})).toMatchObject({ executor: null, mode: 'light' })
  })

  it('by a graph gets the same for each of its tasks, and a person’s gets nothing', () => {
    const bench = createBench()
    bench.add('a', { exec: null, mode: 'bare' })
    bench.claim('a', 1, { executor: 'my-claude', executorType: 'claude' })
    const tasks = ['x', 'y'].map((id) => ({
      task: { id: taskId(id), title: id },
      nextFireAt: null,
    }))
    bench.must({ type: 'tasks.import', tasks }, asAgent(1, 'a'))
    for (const id of ['x', 'y'])
      expect(bench.task(id)).toMatchObject({ executor: 'my-claude', mode: 'bare', addedBy: 'a' })
    bench.add('p', { exec: null })
    expect(bench.task('p')).toMatchObject({ executor: null, mode: null, repo: null })
  })

  it('never has more rights than its adder, whatever is asked for', () => {
    const MODES = ['bare', 'light', 'full'] as const
    const mode = fc.constantFrom(...MODES, null)
    const executor = fc.constantFrom('my-claude', 'other', null)
    fc.assert(
      fc.property(mode, executor, mode, (own, wish, wishedMode) => {
        const bench = createBench()
        bench.add('a', { exec: null, ...(own ? { mode: own } : {}) })
        bench.claim('a', 1, { executor: 'my-claude', executorType: 'claude' })
        const asked = add({
          id: taskId('sub'),
          ...(wish ? { executor: wish } : {}),
          ...(wishedMode ? { mode: wishedMode } : {}),
        })
        if (!bench.run(asked, asAgent(1, 'a')).ok) return
        const sub = bench.task('sub')
        expect(sub.executor).toBe('my-claude')
        expect(MODES.indexOf(sub.mode ?? 'full')).toBeLessThanOrEqual(MODES.indexOf(own ?? 'full'))
      }),
    )
  })
})
