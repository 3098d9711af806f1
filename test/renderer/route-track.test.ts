import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cornerOf, GRIDS, NODE_HEIGHT, NODE_WIDTH } from '../../src/renderer/graph/grid.ts'
import type { LayoutTask } from '../../src/renderer/graph/layered.ts'
import { layOut } from '../../src/renderer/graph/layout.ts'
import {
  distanceTo,
  middleOf,
  passingRow,
  routeTrack,
  takenPlaces,
  type Points,
} from '../../src/renderer/graph/route-track.ts'
import { graphs, task } from './graphs.ts'

const grid = GRIDS.right
const at = (column: number, row: number) => ({ column, row })
const corner = (column: number, row: number) => cornerOf(at(column, row), grid)
const taken = takenPlaces([corner(0, 0), corner(1, 0), corner(1, 2), corner(2, 2)], grid)

test('between neighbouring columns a track needs no passing row', () => {
  expect(passingRow(at(0, 0), at(1, 2), taken)).toBeNull()
})

test('a long track runs along a free row, else through the gap next to its end', () => {
  expect(passingRow(at(0, 0), at(2, 1), taken)).toBe(1)
  expect(passingRow(at(0, 0), at(2, 2), taken)).toBe(1.5)
  expect(passingRow(at(0, 2), at(2, 0), taken)).toBe(0.5)
})

test('a level track is straight, others bend by 45° in the middle of the gap', () => {
  const none = takenPlaces([], grid)
  expect(routeTrack(corner(0, 0), corner(1, 0), grid, none)).toEqual([210, 46, 310, 46])
  expect(routeTrack(corner(0, 0), corner(1, 1), grid, none)).toEqual([
    210, 46, 248, 46, 260, 58, 260, 158, 272, 170, 310, 170,
  ])
})

test('from top to bottom it is the same, turned', () => {
  const down = GRIDS.down
  const from = cornerOf(at(0, 0), down)
  const points = routeTrack(from, cornerOf(at(1, 0), down), down, takenPlaces([], down))
  expect(points).toEqual([108, 86, 108, 186])
})

const crosses = (points: Points, box: { x: number; y: number }): boolean => {
  for (let i = 0; i + 3 < points.length; i += 2) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = points.slice(i, i + 4)
    const isIn = (from: number, to: number, low: number, high: number): boolean =>
      Math.max(from, to) > low && Math.min(from, to) < high
    // Segments are level, upright or of 45° inside of a gap: their box is enough.
    if (isIn(x1, x2, box.x + 6, box.x + NODE_WIDTH - 6) && isIn(y1, y2, box.y, box.y + NODE_HEIGHT))
      return true
  }
  return false
}

/** `blocker>dependent under node` of each track that runs under a node. */
function hidden(tasks: readonly LayoutTask[]): string[] {
  const corners = new Map([...layOut(tasks)].map(([id, place]) => [id, cornerOf(place, grid)]))
  const places = takenPlaces(corners.values(), grid)
  return tasks.flatMap(({ id, after }) =>
    after.flatMap((blocker) => {
      const [from, to] = [corners.get(blocker), corners.get(id)]
      if (!from || !to) throw new Error('a task has no place')
      const points = routeTrack(from, to, grid, places)
      const others = [...corners].filter(([other]) => other !== id && other !== blocker)
      const under = others.filter(([, box]) => crosses(points, box))
      return under.map(([other]) => `${blocker}>${id} under ${other}`)
    }),
  )
}

test('no track of a laid out graph runs under a node', () => {
  fc.assert(fc.property(graphs, (tasks) => hidden(tasks).length === 0))
  expect(hidden([task('a'), task('b', 'a'), task('c', 'b', 'a')])).toEqual([])
})

test('a track to a node that was moved to the left of its blocker goes round both', () => {
  const [from, to] = [corner(2, 0), corner(0, 2)]
  const points = routeTrack(from, to, grid, takenPlaces([from, to], grid))
  expect(points.slice(0, 2)).toEqual([from.x + NODE_WIDTH - 6, from.y + 46])
  expect(points.slice(-2)).toEqual([to.x + 6, to.y + 46])
  expect(crosses(points, from) || crosses(points, to)).toBe(false)
})

test('the middle is that of the longest stretch, and distance is to the nearest', () => {
  const points = [0, 0, 10, 0, 10, 100]
  expect(middleOf(points)).toEqual({ x: 10, y: 50 })
  expect(distanceTo(points, { x: 13, y: 50 })).toBe(3)
  expect(distanceTo(points, { x: 5, y: -4 })).toBe(4)
})
