import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { layOut } from '../../../../src/renderer/graph/layout/layout.ts'
import type { Layout, GridPosition } from '../../../../src/renderer/graph/layout/grid.ts'
import { spread } from '../../../../src/renderer/graph/layout/place-rows.ts'
import { graphs, task } from '../graphs.ts'

const overlaps = (layout: Layout): number =>
  layout.size - new Set([...layout.values()].map((p) => `${p.column}:${p.row}`)).size

describe('layout', () => {
  test('dependencies run from left to right and no two tasks share a place', () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        const layout = layOut(tasks)
        expect(layout.size).toBe(tasks.length)
        expect(overlaps(layout)).toBe(0)
        for (const { id, after } of tasks)
          for (const blocker of after)
            expect(layout.get(blocker)?.column).toBeLessThan(layout.get(id)?.column ?? -1)
      }),
    )
  })

  test('is the same each time', () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        expect([...layOut(tasks)]).toEqual([...layOut(structuredClone(tasks))])
      }),
    )
  })

  test('a new task moves no other one', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), fc.nat(), (tasks, a, b) => {
        const before = layOut(tasks)
        const blockers = new Set([a, b].map((each) => `t${each % tasks.length}`))
        const after = layOut([...tasks, task('new', ...blockers), task('alone')], before)
        for (const [id, place] of before) expect(after.get(id)).toEqual(place)
        expect(overlaps(after)).toBe(0)
      }),
    )
  })

  test('a graph that is imported beside another moves nothing and overlaps nothing', () => {
    fc.assert(
      fc.property(graphs, graphs, (tasks, more) => {
        const before = layOut(tasks)
        const others = more.map(({ id, after }) => task(`n${id}`, ...after.map((b) => `n${b}`)))
        const after = layOut([...tasks, ...others], before)
        for (const [id, place] of before) expect(after.get(id)).toEqual(place)
        expect(overlaps(after)).toBe(0)
      }),
    )
  })

  test('removing a task or a dependency moves nothing', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (tasks, nth) => {
        const before = layOut(tasks)
        const gone = `t${nth % tasks.length}`
        const left = tasks
          .filter(({ id }) => id !== gone)
          .map(({ id, after }) => task(id, ...after.filter((each) => each !== gone)))
        for (const [id, place] of layOut(left, before)) expect(before.get(id)).toEqual(place)
      }),
    )
  })

  test('a task that comes back finds its place, unless another stands there', () => {
    const before = layOut([task('a'), task('b', 'a'), task('c', 'a')])
    const back = layOut([task('a'), task('b', 'a'), task('c', 'a')], before)
    expect([...back]).toEqual([...before])
    const stolen = new Map([...before, ['c', before.get('b') ?? { column: 0, row: 0 }]])
    expect(overlaps(layOut([task('a'), task('b', 'a'), task('c', 'a')], stolen))).toBe(0)
  })

  test('only tasks whose column must change by a new dependency move', () => {
    const tasks = [task('a'), task('b'), task('c', 'b')]
    const before = layOut(tasks)
    const after = layOut([task('a'), task('b', 'a'), task('c', 'b')], before)
    expect(after.get('a')).toEqual(before.get('a'))
    expect(['a', 'b', 'c'].map((id) => after.get(id)?.column)).toEqual([0, 1, 2])
  })

  test('the longest chain is on one row', () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        const chain = Array.from({ length: 41 }, (_, index) =>
          task(`m${index}`, ...(index === 0 ? [] : [`m${index - 1}`])),
        )
        const layout = layOut([...tasks, ...chain])
        expect(new Set(chain.map(({ id }) => layout.get(id)?.row)).size).toBe(1)
      }),
      { numRuns: 30 },
    )
  })

  test('two chains side by side do not cross', () => {
    const layout = layOut([task('a'), task('b'), task('b2', 'b'), task('a2', 'a')])
    expect(layout.get('a')?.row).toBe(layout.get('a2')?.row)
    expect(layout.get('b')?.row).toBe(layout.get('b2')?.row)
  })

  test('many tasks without dependencies are a field, not one column', () => {
    const layout = layOut(Array.from({ length: 100 }, (_, index) => task(`t${index}`)))
    const columns = new Set([...layout.values()].map(({ column }) => column)).size
    const rows = new Set([...layout.values()].map(({ row }) => row)).size
    expect(columns).toBeGreaterThan(5)
    expect(rows).toBeLessThan(20)
  })

  test('a blocker that is not in the graph is left out', () => {
    expect(layOut([task('a', 'gone')]).get('a')).toEqual({ column: 0, row: 0 })
  })

  test('it tells how far it is, up to the end', () => {
    const shares: number[] = []
    layOut([task('a'), task('b', 'a')], new Map(), { onProgress: (share) => shares.push(share) })
    expect(shares.length).toBeGreaterThan(3)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  })

  test('ten thousand tasks are laid out, and none covers another', () => {
    const tasks = Array.from({ length: 10_000 }, (_, index) =>
      task(`t${index}`, ...(index < 8 ? [] : [`t${index - 8}`, `t${index - 1 - (index % 7)}`])),
    )
    expect(overlaps(layOut(tasks))).toBe(0)
  })
})

test('spread keeps the order, leaves room, and stays where it is wanted if it can', () => {
  expect(spread([0, 3, 7])).toEqual([0, 3, 7])
  expect(spread([2, 2, 2])).toEqual([1, 2, 3])
  expect(spread([5, 1])).toEqual([3, 4])
  expect(spread([5, 0], [1, 1e6])).toEqual([-1, 0])
})

describe('blocks', () => {
  const fan = (count: number) => [
    task('root'),
    ...Array.from({ length: count }, (_, i) => task(`f${i}`, 'root')),
  ]
  const sizeOf = (layout: Layout) => {
    const rows = [...layout.values()].map(({ row }) => row)
    const columns = [...layout.values()].map(({ column }) => column)
    return {
      high: Math.max(...rows) - Math.min(...rows) + 1,
      wide: Math.max(...columns) + 1,
    }
  }

  test('a long column wraps into several side by side, and what waits for them stands behind', () => {
    const layout = layOut([
      ...fan(40),
      task('join', ...Array.from({ length: 40 }, (_, i) => `f${i}`)),
    ])
    expect(sizeOf(layout).high).toBeLessThanOrEqual(12)
    expect(overlaps(layout)).toBe(0)
    const last = Math.max(...[...layout].map(([id, { column }]) => (id === 'join' ? 0 : column)))
    expect(layout.get('join')?.column).toBe(last + 1)
  })

  test('a dozen is one column', () => expect(sizeOf(layOut(fan(12))).wide).toBe(2))

  test('dependents that come one by one become a block, too', () => {
    const all = fan(40)
    let layout = layOut(all.slice(0, 2))
    for (let count = 3; count <= all.length; count++) {
      const next = layOut(all.slice(0, count), layout)
      for (const [id, place] of layout) expect(next.get(id)).toEqual(place)
      layout = next
    }
    expect(sizeOf(layout).high).toBeLessThanOrEqual(13)
    expect(overlaps(layout)).toBe(0)
  })

  test('a wide graph keeps its columns: wrapping would make it wider', () => {
    const chain = Array.from({ length: 60 }, (_, i) => task(`c${i}`, ...(i ? [`c${i - 1}`] : [])))
    const layout = layOut([...chain, ...Array.from({ length: 30 }, (_, i) => task(`f${i}`, 'c0'))])
    expect(sizeOf(layout).wide).toBe(60)
  })
})

describe('nodes that a person moved', () => {
  const near = (a: GridPosition | undefined, b: GridPosition): boolean =>
    a !== undefined && Math.abs(a.column - b.column) < 0.7 && Math.abs(a.row - b.row) < 0.7
  const byHand = new Map([['b', { column: 2.2, row: 3.4 }]])

  test('new tasks stand clear of them, alone, after one, or as a part of their own', () => {
    const before = layOut([task('a'), task('b', 'a')])
    const more = [task('a'), task('b', 'a'), task('after', 'b'), task('x'), task('y', 'x')]
    const alone = Array.from({ length: 20 }, (_, i) => task(`n${i}`))
    const layout = layOut([...more, ...alone], before, { byHand })
    expect(overlaps(layout)).toBe(0)
    expect(
      [...layout].filter(([id, at]) => id !== 'b' && near(at, { column: 2.2, row: 3.4 })),
    ).toEqual([])
    expect(layout.get('after')?.column).toBeGreaterThan(2.7)
    expect(Math.abs((layout.get('after')?.row ?? 0) - 3.4)).toBeLessThan(1)
  })

  test('and so does a first layout beside them', () => {
    const tasks = Array.from({ length: 30 }, (_, i) => task(`t${i}`))
    const hand = new Map([['t0', { column: 1.1, row: 1.2 }]])
    const layout = layOut(tasks, new Map(), { byHand: hand })
    expect(
      [...layout].filter(([id, at]) => id !== 't0' && near(at, { column: 1.1, row: 1.2 })),
    ).toEqual([])
  })
})
