/** The table against plain maps and sets, whose order is part of what it promises. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTaskTable } from '../../../src/domain/graph/task-table.ts'
import type { TaskId } from '../../../src/domain/ids.ts'
import type { Task } from '../../../src/domain/task.ts'
import { createBench, taskId } from '../../support/plan-builder.ts'

const IDS = ['a', 'b', 'c', 'd', 'e'].map(taskId)
const id = fc.constantFrom(...IDS)
const step = fc.oneof(
  fc.record({ kind: fc.constant('set'), id }),
  fc.record({ kind: fc.constant('pack'), id }),
  fc.record({ kind: fc.constant('delete'), id }),
  fc.record({ kind: fc.constant('link'), id, to: id }),
  fc.record({ kind: fc.constant('unlink'), id, to: id }),
)

const bench = createBench()
for (const one of IDS) bench.add(one)
const taskOf = (one: string): Task => bench.task(one)

it('is what maps of tasks and of sets of neighbours are, in their order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pair = { table: createTaskTable(taskOf), model: new Model() }
      for (const one of steps)
        if (!('to' in one)) putTask(pair, one.kind, one.id)
        else if (one.kind === 'link') link(pair, one.id, one.to)
        else unlink(pair, one.id, one.to)
      const { table, model } = pair
      const { tasks, blockers, dependents, unmet } = model
      expect(table.size).toBe(tasks.size)
      expect([...table.keys()]).toEqual([...tasks.keys()])
      expect([...table.unblocked()].map(([one]) => one)).toEqual(
        [...tasks.keys()].filter((one) => (unmet.get(one) ?? 0) === 0),
      )
      for (const one of IDS) {
        expect(table.has(one)).toBe(tasks.has(one))
        expect([...table.blockersOf(one)]).toEqual([...blockers.of(one)])
        expect([...table.dependentsOf(one)]).toEqual([...dependents.of(one)])
        expect(table.dependentsOf(one).size).toBe(dependents.of(one).size)
        for (const other of IDS)
          expect(table.blockersOf(one).has(other)).toBe(blockers.of(one).has(other))
        expect(table.unmetOf(one)).toBe(unmet.get(one) ?? 0)
      }
      expect([...table]).toEqual([...tasks])
      expect([...table.values()]).toEqual([...tasks.values()])
      for (const one of IDS) expect(table.get(one)).toBe(tasks.get(one))
    }),
    { numRuns: 500 },
  )
})

it('reads a plain task once, when it is first asked for, and calls it notable from then on', () => {
  const read: string[] = []
  const table = createTaskTable((text) => {
    read.push(text)
    return taskOf(text)
  })
  table.set(taskId('a'), 'a')
  table.set(taskId('b'), 'b')
  table.set(taskId('c'), taskOf('c'))
  expect(table.has(taskId('a'))).toBe(true)
  expect([...table.notable()]).toEqual([taskOf('c')])
  expect(read).toEqual([])
  expect(table.get(taskId('a'))).toBe(table.get(taskId('a')))
  expect(read).toEqual(['a'])
  expect([...table.notable()]).toEqual([taskOf('a'), taskOf('c')])
})

class Neighbours {
  readonly #all = new Map<TaskId, Set<TaskId>>()
  of(one: TaskId): Set<TaskId> {
    return this.#all.get(one) ?? new Set()
  }
  add(one: TaskId, other: TaskId): void {
    this.#all.set(one, this.of(one).add(other))
  }
  remove(one: TaskId, other: TaskId): void {
    this.of(one).delete(other)
  }
}

class Model {
  readonly tasks = new Map<TaskId, Task>()
  readonly blockers = new Neighbours()
  readonly dependents = new Neighbours()
  readonly unmet = new Map<TaskId, number>()
}
type Pair = { readonly table: ReturnType<typeof createTaskTable>; readonly model: Model }

function putTask({ table, model }: Pair, kind: string, id: TaskId): void {
  if (kind === 'delete') {
    table.delete(id)
    model.tasks.delete(id)
    return
  }
  table.set(id, kind === 'set' ? taskOf(id) : id)
  model.tasks.set(id, taskOf(id))
}

function link(pair: Pair, blocker: TaskId, dependent: TaskId): void {
  const { table, model } = pair
  if (model.blockers.of(dependent).has(blocker)) return
  table.link(blocker, dependent)
  model.blockers.add(dependent, blocker)
  model.dependents.add(blocker, dependent)
  count(pair, dependent, 1)
}

function unlink(pair: Pair, blocker: TaskId, dependent: TaskId): void {
  const { table, model } = pair
  if (!model.blockers.of(dependent).has(blocker)) return
  table.unlink(blocker, dependent)
  model.blockers.remove(dependent, blocker)
  model.dependents.remove(blocker, dependent)
  count(pair, dependent, -1)
}

function count({ table, model: { unmet } }: Pair, id: TaskId, delta: number): void {
  unmet.set(id, (unmet.get(id) ?? 0) + delta)
  table.addUnmet(id, delta)
}
