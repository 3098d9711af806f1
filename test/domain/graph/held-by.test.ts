import { expect, test } from 'vitest'
import { countHeldBy } from '../../../src/domain/graph/dag.ts'

const EDGES: Readonly<Record<string, readonly string[]>> = {
  a: ['b', 'c', 'over'],
  b: ['d'],
  c: ['d'],
  over: ['e'],
}
const graph = {
  dependentsOf: (id: string) => EDGES[id] ?? [],
  isFinished: (id: string) => id === 'over',
}

test('each unfinished task behind it counts once, and none behind a finished one', () => {
  expect(countHeldBy(graph, 'a')).toBe(3)
  expect(countHeldBy(graph, 'over')).toBe(1)
  expect(countHeldBy(graph, 'd')).toBe(0)
})
