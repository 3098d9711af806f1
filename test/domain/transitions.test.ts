/** Every state of a task × every command on it, and what must come of it. */
import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/domain/command.ts'
import type { TaskStatus } from '../../src/domain/task.ts'
import { workFailure } from '../../src/domain/failure.ts'
import {
  claimOf,
  COORDINATOR,
  createBench,
  endCommand,
  PERSON,
  taskId,
  type Bench,
} from '../support/plan-builder.ts'
import { policyOf } from '../support/evaluations.ts'

const id = taskId('a')
const rest = { id, agentId: null, generation: null, nextFireAt: null }

/** `taken`: in progress, by a person. */
type State = TaskStatus | 'taken'

function taskIn(state: State): Bench {
  const bench = createBench()
  bench.add('a')
  bench.add('b')
  const claim = (): void => void bench.claim('a', 1)
  const steps: Record<State, () => void> = {
    open() {},
    'in-progress': claim,
    taken: () => void bench.must({ type: 'task.take', claim: claimOf('a', 1), workplaceCwd: '/' }),
    waiting() {
      claim()
      bench.end(1, 1, { exit: { code: 1, signal: null }, failure: workFailure('auth', 'who?') })
    },
    'pending-eval'() {
      claim()
      bench.must(endCommand(1, 1, {}, { evaluation: policyOf('0.7') }), COORDINATOR)
    },
    done: () => void bench.must({ type: 'task.complete', ...rest, artifacts: [], force: false }),
    failed: () => void bench.must({ type: 'task.fail', ...rest, reason: 'no', class: 'reported' }),
    abandoned: () => void bench.must({ type: 'task.abandon', id, withDependents: false }),
  }
  steps[state]()
  expect(bench.task('a').state.kind).toBe(state === 'taken' ? 'in-progress' : state)
  return bench
}

const edit = (more: object): Command => ({ type: 'task.edit', id, edit: more, nextFireAt: null })
const COMMANDS = {
  hold: { type: 'task.hold', id },
  release: { type: 'task.release', id },
  publish: { type: 'task.publish', id, only: true },
  done: { type: 'task.complete', ...rest, artifacts: [], force: false },
  'done --force': { type: 'task.complete', ...rest, artifacts: [], force: true },
  fail: { type: 'task.fail', ...rest, reason: 'no', class: 'reported' },
  retry: { type: 'task.retry', id, fresh: false },
  reopen: { type: 'task.reopen', id },
  abandon: { type: 'task.abandon', id, withDependents: false },
  remove: { type: 'task.remove', id },
  log: { type: 'task.log', id, text: 'hm' },
  attach: { type: 'task.attach', id, artifacts: [{ kind: 'file', path: 'x' }] },
  take: { type: 'task.take', claim: claimOf('a', 9), workplaceCwd: '/' },
  'let go': { type: 'task.letGo', id },
  claim: { type: 'agents.claim', claims: [claimOf('a', 9)] },
  'edit words': edit({ title: 'other' }),
  'edit after': edit({ addAfter: ['b'] }),
  'edit delay': edit({ delayMs: 1000 }),
  'skip a time': { type: 'schedule.skip', id, nextFireAt: 1 },
  'fire now': { type: 'schedule.fireNow', id },
  ask: { type: 'task.ask', id, text: 'which?' },
  answer: { type: 'task.answer', id, text: 'that' },
} as const satisfies Record<string, Command>
type Name = keyof typeof COMMANDS

/** `=` nothing changes · `!kind` refused · else the state after, with what else holds: held, stopping (its agent), gone. */
const TABLE: Record<State, Record<Name, string>> = {
  open: {
    hold: 'open held',
    release: '=',
    publish: '=',
    done: 'done',
    'done --force': 'done',
    fail: 'failed',
    retry: '=',
    reopen: '=',
    abandon: 'abandoned',
    remove: 'gone',
    log: 'open',
    attach: 'open',
    take: 'in-progress',
    'let go': '!wrong-state',
    claim: 'in-progress',
    'edit words': 'open',
    'edit after': 'open',
    'edit delay': 'open',
    'skip a time': '!wrong-state',
    'fire now': '!wrong-state',
    ask: '!not-allowed',
    answer: '!wrong-state',
  },
  'in-progress': {
    hold: 'in-progress held',
    release: '=',
    publish: '=',
    done: 'done stopping',
    'done --force': 'done stopping',
    fail: 'failed stopping',
    retry: '!wrong-state',
    reopen: '!wrong-state',
    abandon: 'abandoned stopping',
    remove: '!in-use',
    log: 'in-progress',
    attach: 'in-progress',
    take: '!wrong-state',
    'let go': '!wrong-state',
    claim: '=',
    'edit words': 'in-progress',
    'edit after': '!wrong-state',
    'edit delay': '!wrong-state',
    'skip a time': '!wrong-state',
    'fire now': '!wrong-state',
    ask: '!not-allowed',
    answer: '!wrong-state',
  },
  taken: {
    hold: 'in-progress held',
    release: '=',
    publish: '=',
    done: 'done',
    'done --force': 'done',
    fail: 'failed',
    retry: '!wrong-state',
    reopen: '!wrong-state',
    abandon: 'abandoned',
    remove: '!in-use',
    log: 'in-progress',
    attach: 'in-progress',
    take: '!wrong-state',
    'let go': 'open',
    claim: '=',
    'edit words': 'in-progress',
    'edit after': '!wrong-state',
    'edit delay': '!wrong-state',
    'skip a time': '!wrong-state',
    'fire now': '!wrong-state',
    ask: '!not-allowed',
    answer: '!wrong-state',
  },
  waiting: {
    hold: 'waiting held',
    release: '=',
    publish: '=',
    done: 'done',
    'done --force': 'done',
    fail: 'failed',
    retry: 'open',
    reopen: '!wrong-state',
    abandon: 'abandoned',
    remove: '!in-use',
    log: 'waiting',
    attach: 'waiting',
    take: '!wrong-state',
    'let go': '!wrong-state',
    claim: '=',
    'edit words': 'waiting',
    'edit after': '!wrong-state',
    'edit delay': '!wrong-state',
    'skip a time': '!wrong-state',
    'fire now': '!wrong-state',
    ask: '!not-allowed',
    answer: '!wrong-state',
  },
  'pending-eval': {
    hold: 'pending-eval held',
    release: '=',
    publish: '=',
    done: 'done',
    'done --force': 'done',
    fail: 'failed',
    retry: '!wrong-state',
    reopen: 'open',
    abandon: 'abandoned',
    remove: '!in-use',
    log: 'pending-eval',
    attach: 'pending-eval',
    take: '!wrong-state',
    'let go': '!wrong-state',
    claim: '=',
    'edit words': 'pending-eval',
    'edit after': '!wrong-state',
    'edit delay': '!wrong-state',
    'skip a time': '!wrong-state',
    'fire now': '!wrong-state',
    ask: '!not-allowed',
    answer: '!wrong-state',
  },
  done: {
    hold: '!wrong-state',
    release: '!wrong-state',
    publish: '=',
    done: '=',
    'done --force': '=',
    fail: '!wrong-state',
    retry: '!wrong-state',
    reopen: 'open',
    abandon: '!wrong-state',
    remove: 'gone',
    log: 'done',
    attach: 'done',
    take: '!wrong-state',
    'let go': '!wrong-state',
    claim: '=',
    'edit words': 'done',
    'edit after': '!wrong-state',
    'edit delay': '!wrong-state',
    'skip a time': '!wrong-state',
    'fire now': '!wrong-state',
    ask: '!not-allowed',
    answer: '!wrong-state',
  },
  failed: {
    hold: '!wrong-state',
    release: '!wrong-state',
    publish: '=',
    done: '!wrong-state',
    'done --force': 'done',
    fail: '!wrong-state',
    retry: 'open',
    reopen: 'open',
    abandon: 'abandoned',
    remove: 'gone',
    log: 'failed',
    attach: 'failed',
    take: '!wrong-state',
    'let go': '!wrong-state',
    claim: '=',
    'edit words': 'failed',
    'edit after': '!wrong-state',
    'edit delay': '!wrong-state',
    'skip a time': '!wrong-state',
    'fire now': '!wrong-state',
    ask: '!not-allowed',
    answer: '!wrong-state',
  },
  abandoned: {
    hold: '!wrong-state',
    release: '!wrong-state',
    publish: '=',
    done: '!wrong-state',
    'done --force': 'done',
    fail: '!wrong-state',
    retry: '!wrong-state',
    reopen: 'open',
    abandon: '=',
    remove: 'gone',
    log: 'abandoned',
    attach: 'abandoned',
    take: '!wrong-state',
    'let go': '!wrong-state',
    claim: '=',
    'edit words': 'abandoned',
    'edit after': '!wrong-state',
    'edit delay': '!wrong-state',
    'skip a time': '!wrong-state',
    'fire now': '!wrong-state',
    ask: '!not-allowed',
    answer: '!wrong-state',
  },
}

const rows = Object.entries(TABLE).flatMap(([state, cells]) =>
  Object.entries(cells).map(([name, result]) => [state as State, name as Name, result] as const),
)

describe('a task', () => {
  it.each(rows)('that is %s, on %s: %s', (state, name, result) => {
    const bench = taskIn(state)
    const changes = bench.changes.length
    const decided = bench.run(COMMANDS[name], name === 'claim' ? COORDINATOR : PERSON)
    expect(outcome(bench, decided.ok ? null : decided.error.kind, changes)).toBe(result)
  })

  it.each(Object.keys(COMMANDS).filter((name) => name !== 'claim'))(
    'that does not exist, on %s, is unknown',
    (name) => {
      expect(createBench().run(COMMANDS[name as Name])).toMatchObject({
        ok: false,
        error: { kind: 'unknown-task' },
      })
    },
  )

  it('that is held is released, published and not claimed', () => {
    for (const type of ['task.release', 'task.publish'] as const) {
      const bench = taskIn('open')
      bench.must({ type: 'task.hold', id })
      bench.claim('a', 1)
      expect(bench.task('a').state.kind).toBe('open')
      bench.must(type === 'task.release' ? { type, id } : { type, id, only: true })
      bench.claim('a', 1)
      expect(bench.task('a').state.kind).toBe('in-progress')
    }
  })

  it('that is blocked is done by force only', () => {
    const bench = createBench()
    bench.add('b')
    bench.add('a', { after: [taskId('b')] })
    expect(bench.run(COMMANDS.done)).toMatchObject({ ok: false, error: { kind: 'blocked' } })
    bench.must(COMMANDS['done --force'])
    expect(bench.task('a').state.kind).toBe('done')
  })
})

function outcome(bench: Bench, refusal: string | null, changes: number): string {
  if (refusal) return `!${refusal}`
  if (bench.changes.length === changes) return '='
  const task = bench.plan.tasks.get(id)
  if (!task) return 'gone'
  const isStopping = bench.plan.agentOf(id)?.state.kind === 'stopping'
  return [task.state.kind, task.held ? 'held' : '', isStopping ? 'stopping' : '']
    .filter(Boolean)
    .join(' ')
}
