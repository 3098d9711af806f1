/** Tasks that leave the graph, and those that waited for them. */
import { describe, expect, it } from 'vitest'
import type { DependentsFate } from '../../../src/domain/command.ts'
import { createBench, taskId, taskIds, type Bench } from '../../support/plan-builder.ts'

/** a → b → c → d, and x → c. */
function chain(): Bench {
  const bench = createBench()
  bench.add('a')
  bench.add('x')
  bench.add('b', { after: taskIds('a') })
  bench.add('c', { after: taskIds('b', 'x') })
  bench.add('d', { after: taskIds('c') })
  return bench
}

const blockers = (bench: Bench, id: string): string[] =>
  [...bench.plan.blockersOf(taskId(id))].toSorted()
const removeAll = (bench: Bench, dependents: DependentsFate, ...ids: string[]) =>
  bench.run({ type: 'tasks.remove', ids: taskIds(...ids), dependents })

describe('removing several tasks', () => {
  it('lets what waits for them go, joins it, or takes it along', () => {
    const loose = chain()
    expect(removeAll(loose, 'release', 'b', 'c').ok).toBe(true)
    expect([...loose.plan.tasks.keys()]).toEqual(['a', 'x', 'd'])
    expect(blockers(loose, 'd')).toEqual([])

    const joined = chain()
    expect(removeAll(joined, 'join', 'b', 'c').ok).toBe(true)
    expect(blockers(joined, 'd')).toEqual(['a', 'x'])

    const all = chain()
    expect(removeAll(all, 'remove', 'b').ok).toBe(true)
    expect([...all.plan.tasks.keys()]).toEqual(['a', 'x'])
    expect(all.plan.dependentsOf(taskId('a')).size).toBe(0)
  })

  it('is refused whole for one that an agent has worked on, or that nobody knows', () => {
    const bench = chain()
    bench.claim('a', 1)
    const before = bench.changes.length
    expect(removeAll(bench, 'join', 'a', 'b')).toMatchObject({
      ok: false,
      error: { kind: 'in-use', facts: { id: 'a' } },
    })
    expect(removeAll(bench, 'join', 'b', 'nobody')).toMatchObject({
      error: { kind: 'unknown-task' },
    })
    expect(bench.changes).toHaveLength(before)
  })

  it('gives a task that has begun nothing new to wait for', () => {
    const bench = chain()
    bench.must({ type: 'task.abandon', id: taskId('c'), withDependents: false })
    bench.claim('d', 1)
    expect(removeAll(bench, 'join', 'b').ok).toBe(true)
    expect(blockers(bench, 'c')).toEqual(['x'])
  })
})

describe('abandoning a task', () => {
  it('can join what waits for it to what it waited for', () => {
    const bench = chain()
    const joined = {
      type: 'task.abandon',
      id: taskId('c'),
      withDependents: false,
      join: true,
    } as const
    expect(bench.run(joined)).toMatchObject({ value: { reply: { ids: ['c'], becameReady: 0 } } })
    expect(blockers(bench, 'd')).toEqual(['b', 'x'])
    expect(blockers(bench, 'c')).toEqual(['b', 'x'])
    bench.must({ type: 'task.abandon', id: taskId('a'), withDependents: false })
    expect(bench.run({ ...joined, id: taskId('b') })).toMatchObject({
      value: { reply: { becameReady: 0 } },
    })
    expect(bench.run({ ...joined, id: taskId('x') })).toMatchObject({
      value: { reply: { becameReady: 1 } },
    })
  })
})
