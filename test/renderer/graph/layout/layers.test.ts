import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toGraph } from '../../../../src/renderer/graph/layout/layers.ts'
import { graphs, task } from '../graphs.ts'

test('a graph that has grown is the graph that is made at once', () => {
  fc.assert(
    fc.property(graphs, fc.nat(), (tasks, nth) => {
      const at = nth % tasks.length
      const grown = toGraph(tasks.slice(0, at))
      expect(grown.add(tasks.slice(at))).toBe(true)
      const whole = toGraph(tasks)
      expect(grown.blockers).toEqual(whole.blockers)
      expect(grown.dependents).toEqual(whole.dependents)
      const placeOf = new Map(grown.order.map((index, place) => [index, place]))
      expect(placeOf.size).toBe(tasks.length)
      grown.blockers.forEach((blockers, index) => {
        for (const each of blockers) expect(placeOf.get(each)).toBeLessThan(placeOf.get(index) ?? 0)
      })
    }),
  )
})

test('a graph does not grow by a task that was waited for before it was there', () => {
  const graph = toGraph([task('a', 'later')])
  expect(graph.add([task('b', 'a')])).toBe(true)
  expect(graph.add([task('later')])).toBe(false)
})
