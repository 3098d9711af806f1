/** Rules that hold for every graph, against models too simple to be wrong. */
import { createPlan } from '../../src/domain/graph/create-plan.ts'
import { finished } from '../../src/base/steps.ts'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestChain } from '../../src/domain/graph/dag.ts'
import { createPathLengths } from '../../src/domain/graph/path-lengths.ts'
import { shownStateOf, statesOf, type EntityChange, type Plan } from '../../src/domain/plan.ts'
import type { Command } from '../../src/domain/command.ts'
import type { TaskId } from '../../src/domain/ids.ts'
import type { Task } from '../../src/domain/task.ts'
import {
  COORDINATOR,
  createBench,
  addCommand,
  claimOf,
  endCommand,
  taskId,
  type Bench,
} from '../support/plan-builder.ts'
import { START_AT } from '../support/manual-clock.ts'

const NAMES = 'abcdefgh'.split('')
const name = fc.constantFrom(...NAMES)
const id = name.map(taskId)
const rest = { agentId: null, generation: null, nextFireAt: null }

const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        name,
        fc.subarray(NAMES, { maxLength: 3 }),
        fc.subarray(NAMES, { maxLength: 1 }),
        fc.boolean(),
      )
      .map(([one, after, before, paused]) =>
        addCommand(one, { after: after.map(taskId), before: before.map(taskId), paused }),
      ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(id, fc.subarray(NAMES, { maxLength: 2 }), fc.subarray(NAMES, { maxLength: 2 }))
      .map(([one, plus, minus]): Command => ({
        type: 'task.edit',
        id: one,
        edit: { addAfter: plus.map(taskId), removeAfter: minus.map(taskId) },
        nextFireAt: null,
      })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(id, fc.integer({ min: 1, max: 5000 })).map(([one, delayMs]): Command => ({
      type: 'task.edit',
      id: one,
      edit: { delayMs },
      nextFireAt: null,
    })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(name, fc.integer({ min: 1, max: 99 }))
      .map(([one, n]): Command => ({ type: 'agents.claim', claims: [claimOf(one, n)] })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 1))
      .map(([n, g, code]) => endCommand(n, g, { exit: { code, signal: null } })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(id, fc.boolean()).map(([one, force]): Command => ({
      type: 'task.complete',
      id: one,
      ...rest,
      artifacts: [],
      force,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(id).map(([one]): Command => ({
      type: 'task.fail',
      id: one,
      ...rest,
      reason: 'no',
      class: 'reported',
    })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('task.hold', 'task.release', 'task.reopen', 'task.remove'), id)
      .map(([type, one]): Command => ({ type, id: one }) as Command),
  },
  {
    weight: 1,
    arbitrary: id.map((one): Command => ({ type: 'task.abandon', id: one, withDependents: true })),
  },
  {
    weight: 1,
    arbitrary: id.map((one): Command => ({ type: 'task.publish', id: one, only: false })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Command>({ type: 'yard.pause' }, { type: 'yard.resume' }),
  },
)
const history = fc.array(commands, { maxLength: 60 })

function play(all: readonly Command[]): Bench {
  const bench = createBench()
  for (const command of all) bench.run(command, COORDINATOR)
  return bench
}

const edgesOf = (plan: Plan): [TaskId, TaskId][] =>
  [...plan.tasks.keys()].flatMap((one) =>
    [...plan.blockersOf(one)].map((b): [TaskId, TaskId] => [b, one]),
  )

/** Takes away tasks that wait for nothing until none is left; what stays is a cycle. */
function hasCycle(edges: readonly (readonly [string, string])[]): boolean {
  let left = [...edges]
  for (;;) {
    const waiting = new Set(left.map(([, dependent]) => dependent))
    const next = left.filter(([blocker]) => waiting.has(blocker))
    if (next.length === left.length) return left.length > 0
    left = next
  }
}

describe('a graph', () => {
  it('never has a cycle, whatever is asked for', () => {
    fc.assert(
      fc.property(history, (all) => {
        expect(hasCycle(edgesOf(play(all).plan))).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  it('refuses edges exactly when they would close a cycle, and names one', () => {
    const pair = fc.tuple(name, name)
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 25 }), (pairs) => {
        const bench = createBench()
        for (const one of NAMES) bench.add(one)
        for (const [blocker, dependent] of pairs) {
          const before = edgesOf(bench.plan)
          const closes = hasCycle([...before, [blocker, dependent]])
          const decided = bench.run({
            type: 'task.edit',
            id: taskId(dependent),
            edit: { addAfter: [taskId(blocker)] },
            nextFireAt: null,
          })
          expect(decided.ok).toBe(!closes)
          if (decided.ok) continue
          expect(decided.error.kind).toBe('cycle')
          const path = decided.error.facts?.['path'] as string[]
          expect(path[0]).toBe(path.at(-1))
          const all = new Set([...before, [blocker, dependent]].map((edge) => edge.join('>')))
          for (let i = 1; i < path.length; i += 1)
            expect(all).toContain(`${path[i - 1]}>${path[i]}`)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is refused whole when an import has a cycle, and taken when it has none', () => {
    const graph = fc.array(fc.subarray(NAMES, { maxLength: 3 }), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(graph, (lists) => {
        const bench = createBench()
        const tasks = NAMES.map((one, i) => ({
          task: { id: taskId(one), title: one, after: (lists[i] ?? []).map(taskId) },
          nextFireAt: null,
        }))
        const edges = tasks.flatMap(({ task }) =>
          task.after.map((b): [string, string] => [b, task.id]),
        )
        const decided = bench.run({ type: 'tasks.import', tasks })
        expect(decided.ok).toBe(!hasCycle(edges))
        expect(bench.plan.tasks.size).toBe(decided.ok ? 8 : 0)
      }),
      { numRuns: 200 },
    )
  })
})

describe('what is derived', () => {
  it('agrees with a model that looks at everything each time', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 6000 }), (all, later) => {
        const { plan } = play(all)
        const now = START_AT + later
        for (const task of plan.tasks.values()) {
          const unmet = [...plan.blockersOf(task.id)].filter((blocker) => {
            const { state, schedule, firstSuccessAt } = plan.tasks.get(blocker) ?? never()
            return !(
              state.kind === 'done' ||
              state.kind === 'abandoned' ||
              (schedule && firstSuccessAt)
            )
          })
          expect(plan.unmetOf(task.id)).toBe(unmet.length)
          const expected = modelStates(task, unmet.length, now)
          const isFree = task.state.kind === 'open' && !task.held && unmet.length === 0
          expect(plan.startable.has(task.id)).toBe(isFree)
          expect(statesOf(plan, task, now)).toEqual(expected)
          expect(shownStateOf(plan, task, now)).toBe(expected[0])
          const living = [...plan.agents.values()].filter((agent) => agent.taskId === task.id)
          expect(living.length).toBeLessThanOrEqual(1)
          expect(plan.agentOf(task.id)).toBe(living[0] ?? null)
        }
        expect([...plan.startable].every((one) => plan.tasks.has(one))).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  it('is the same in a plan that is loaded as in one that grew', () => {
    fc.assert(
      fc.property(history, (all) => {
        const { plan } = play(all)
        const loaded = createPlan()
        for (const [one, after] of plan.tasks)
          loaded.put({ entity: 'task', id: one, before: null, after })
        for (const [blocker, dependent] of edgesOf(plan)) {
          const edge = `${blocker}>${dependent}`
          loaded.put({
            entity: 'dependency',
            id: edge,
            before: null,
            after: { id: edge, blocker, dependent },
          })
        }
        for (const [one, after] of plan.agents)
          loaded.put({ entity: 'agent', id: one, before: null, after })
        if (plan.facts.paused)
          loaded.put({ entity: 'yard', id: 'yard', before: null, after: plan.facts })
        expect(picture(loaded)).toEqual(picture(plan))
      }),
      { numRuns: 200 },
    )
  })

  it('goes back exactly when changes are taken back, newest first', () => {
    fc.assert(
      fc.property(history, history, (first, second) => {
        const bench = play(first)
        const before = picture(bench.plan)
        const mark = bench.changes.length
        for (const command of second) bench.run(command, COORDINATOR)
        for (const change of bench.changes.splice(mark).toReversed())
          bench.plan.put({ ...change, before: change.after, after: change.before } as EntityChange)
        expect(picture(bench.plan)).toEqual(before)
      }),
      { numRuns: 200 },
    )
  })
})

function modelStates({ state, held }: Task, unmet: number, now: number): string[] {
  if (state.kind !== 'open') return [state.kind]
  const states: string[] = []
  if (held) states.push('paused')
  if (unmet > 0) states.push('blocked')
  if ((state.notBefore ?? 0) > now) states.push('delayed')
  return states.length > 0 ? states : ['ready']
}

const never = (): never => {
  throw new Error('a blocker is missing')
}

/** All that a plan says, in an order that does not depend on its history. */
function picture(plan: Plan): unknown {
  const sorted = <T>(all: Iterable<T>): T[] =>
    [...all].toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return {
    tasks: sorted(plan.tasks.values()),
    agents: sorted(plan.agents.values()),
    breakers: sorted(plan.breakers.values()),
    paused: plan.facts.paused,
    startable: sorted(plan.startable),
    derived: sorted(plan.tasks.keys()).map((one) => [
      one,
      plan.unmetOf(one),
      sorted(plan.blockersOf(one)),
      sorted(plan.dependentsOf(one)),
      plan.agentOf(one)?.id,
      sorted(plan.subtasksOf(one)),
    ]),
  }
}

describe('critical-path lengths', () => {
  const longest = (plan: Plan, one: TaskId): number =>
    1 + Math.max(0, ...[...plan.dependentsOf(one)].map((next) => longest(plan, next)))

  it('are kept true while dependencies come and go', () => {
    fc.assert(
      fc.property(fc.array(history, { maxLength: 5 }), (parts) => {
        const bench = createBench()
        const lengths = createPathLengths(bench.plan)
        for (const part of parts) {
          const mark = bench.changes.length
          for (const command of part) bench.run(command, COORDINATOR)
          for (const change of bench.changes.slice(mark)) {
            const edge = change.entity === 'dependency' ? (change.after ?? change.before) : null
            if (edge) lengths.mark(edge.blocker)
          }
          finished(lengths.refresh())
          for (const one of bench.plan.tasks.keys())
            expect(lengths.of(one)).toBe(longest(bench.plan, one))
        }
      }),
      { numRuns: 150 },
    )
  })

  it('give a path of that length through tasks that are left', () => {
    fc.assert(
      fc.property(history, fc.subarray(NAMES), (all, gone) => {
        const { plan } = play(all)
        const isLeft = (one: TaskId): boolean => !gone.includes(one)
        const length = (one: TaskId): number =>
          1 + Math.max(0, ...[...plan.dependentsOf(one)].filter(isLeft).map(length))
        const dag = {
          keys: [...plan.tasks.keys()],
          blockersOf: (one: TaskId) => [...plan.blockersOf(one)],
          dependentsOf: (one: TaskId) => [...plan.dependentsOf(one)],
        }
        const path = longestChain(dag, (one) => (isLeft(one) ? [1] : null))
        expect(path.length).toBe(Math.max(0, ...[...plan.tasks.keys()].filter(isLeft).map(length)))
        expect(path.every(isLeft)).toBe(true)
        for (let i = 1; i < path.length; i += 1)
          expect(plan.blockersOf(path[i] ?? never())).toContain(path[i - 1])
      }),
      { numRuns: 150 },
    )
  })
})
