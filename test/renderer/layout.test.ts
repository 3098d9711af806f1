import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LayoutTask } from '../../src/renderer/graph/layered.ts'
import { layOut, type Layout } from '../../src/renderer/graph/layout.ts'
import { spread } from '../../src/renderer/graph/place-rows.ts'

const task = (id: string, ...after: string[]): LayoutTask => ({ id, after })

/** Dependencies only point back in the list, so there are no cycles. */
const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 40 })
  .map((wishes) =>
    wishes.map((back, index) =>
      task(`t${index}`, ...new Set(index === 0 ? [] : back.map((each) => `t${each % index}`))),
    ),
  )

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
        const after = layOut([...tasks, task('new', ...blockers)], before)
        for (const [id, place] of before) expect(after.get(id)).toEqual(place)
        expect(overlaps(after)).toBe(0)
      }),
    )
  })

  test('only tasks whose column changes by a new dependency move', () => {
    const tasks = [task('a'), task('b'), task('c', 'b')]
    const before = layOut(tasks)
    const after = layOut([task('a'), task('b', 'a'), task('c', 'b')], before)
    expect(after.get('a')).toEqual(before.get('a'))
    expect(['a', 'b', 'c'].map((id) => after.get(id)?.column)).toEqual([0, 1, 2])
  })

  test('a chain is level, and a fan has its root in its middle', () => {
    const chain = layOut([task('a'), task('b', 'a'), task('c', 'b')])
    expect(new Set([...chain.values()].map((p) => p.row)).size).toBe(1)
    const fan = layOut([task('r'), task('x', 'r'), task('y', 'r'), task('z', 'r')])
    expect(fan.get('r')?.row).toBe(1)
  })

  test('two chains side by side do not cross', () => {
    const layout = layOut([task('a'), task('b'), task('b2', 'b'), task('a2', 'a')])
    expect(layout.get('a')?.row).toBe(layout.get('a2')?.row)
    expect(layout.get('b')?.row).toBe(layout.get('b2')?.row)
  })

  test('a blocker that is not in the graph is left out', () => {
    expect(layOut([task('a', 'gone')]).get('a')).toEqual({ column: 0, row: 0 })
  })

  test('ten thousand tasks are laid out without delay', () => {
    const tasks = Array.from({ length: 10_000 }, (_, index) =>
      task(`t${index}`, ...(index < 8 ? [] : [`t${index - 8}`, `t${index - 1 - (index % 7)}`])),
    )
    const began = performance.now()
    expect(overlaps(layOut(tasks))).toBe(0)
    expect(performance.now() - began).toBeLessThan(3000)
  })
})

test('spread keeps the order, leaves room, and stays where it is wanted if it can', () => {
  expect(spread([0, 3, 7])).toEqual([0, 3, 7])
  expect(spread([2, 2, 2])).toEqual([1, 2, 3])
  expect(spread([5, 1])).toEqual([3, 4])
})
