import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cornerOf,
  GRIDS,
  NODE_HEIGHT,
  NODE_WIDTH,
} from '../../../../src/renderer/graph/layout/grid.ts'
import type { DagNode } from '../../../../src/domain/graph/dag.ts'
import { layOut } from '../../../../src/renderer/graph/layout/layout.ts'
import {
  courseOf,
  distanceTo,
  drawEdge,
  MIDDLE,
  middleOf,
  passingRow,
  takenLanes,
  type Lanes,
  type Points,
  type Taken,
} from '../../../../src/renderer/graph/scene/route-edge.ts'
import { lanesOf } from '../../../../src/renderer/graph/scene/edge-lanes.ts'
import type { Position } from '../../../../src/contract/view.ts'
import { graphs, task } from '../graphs.ts'

const grid = GRIDS.right
const laneOf = (lanes: ReturnType<typeof lanesOf>, id: string): Lanes => lanes.get(id) ?? MIDDLE
const routeEdge = (from: Position, to: Position, on: typeof grid, free: Taken): Points =>
  drawEdge(courseOf(from, to, on, free), on, MIDDLE)
const at = (column: number, row: number) => ({ column, row })
const corner = (column: number, row: number) => cornerOf(at(column, row), grid)
const takenBy = (corners: Iterable<Position>, on = grid): Taken =>
  takenLanes(
    [...corners].map((at) => ({ at })),
    on,
  )
const taken = takenBy([corner(0, 0), corner(1, 0), corner(1, 2), corner(2, 2)])

test('between neighbouring columns an edge needs no passing row', () => {
  expect(passingRow(at(0, 0), at(1, 2), taken)).toBeNull()
})

test('a long edge runs along a free row, else through the gap next to its end', () => {
  expect(passingRow(at(0, 0), at(2, 1), taken)).toBe(1)
  expect(passingRow(at(0, 0), at(2, 2), taken)).toBe(1.5)
  expect(passingRow(at(0, 2), at(2, 0), taken)).toBe(0.5)
})

test('a level edge is straight, others bend by 45° in the middle of the gap', () => {
  const none = takenBy([])
  expect(routeEdge(corner(0, 0), corner(1, 0), grid, none)).toEqual([210, 46, 310, 46])
  expect(routeEdge(corner(0, 0), corner(1, 1), grid, none)).toEqual([
    210, 46, 248, 46, 260, 58, 260, 158, 272, 170, 310, 170,
  ])
})

test('from top to bottom it is the same, turned', () => {
  const down = GRIDS.down
  const from = cornerOf(at(0, 0), down)
  const points = routeEdge(from, cornerOf(at(1, 0), down), down, takenBy([], down))
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

interface Drawn {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly points: Points
}

function drawn(tasks: readonly DagNode[]) {
  const corners = new Map([...layOut(tasks)].map(([id, place]) => [id, cornerOf(place, grid)]))
  const places = takenBy(corners.values())
  const edges = tasks.flatMap(({ id: to, after }) =>
    after.map((from) => {
      const [start, end] = [corners.get(from), corners.get(to)]
      if (!start || !end) throw new Error('a task has no place')
      return { id: `${from}>${to}`, from, to, course: courseOf(start, end, grid, places) }
    }),
  )
  const lanes = lanesOf(edges, grid)
  const all: Drawn[] = edges.map(({ id, from, to, course }) => ({
    id,
    from,
    to,
    points: drawEdge(course, grid, laneOf(lanes, id)),
  }))
  return { corners, edges: all }
}

/** `blocker>dependent under node` of each edge that runs under a node. */
function hidden(tasks: readonly DagNode[]): string[] {
  const { corners, edges } = drawn(tasks)
  return edges.flatMap(({ id, from, to, points }) => {
    const others = [...corners].filter(([other]) => other !== to && other !== from)
    const under = others.filter(([, box]) => crosses(points, box))
    return under.map(([other]) => `${id} under ${other}`)
  })
}

test('no edge of a laid out graph runs under a node', () => {
  fc.assert(fc.property(graphs, (tasks) => hidden(tasks).length === 0))
  expect(hidden([task('a'), task('b', 'a'), task('c', 'b', 'a')])).toEqual([])
})

interface Stretch {
  /** `x260` upright, `y46` level. */
  readonly on: string
  readonly low: number
  readonly high: number
}

function stretches({ points }: Drawn): readonly Stretch[] {
  const found: Stretch[] = []
  for (let i = 0; i + 3 < points.length; i += 2) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = points.slice(i, i + 4)
    if (x1 === x2) found.push({ on: `x${x1}`, low: Math.min(y1, y2), high: Math.max(y1, y2) })
    else if (y1 === y2) found.push({ on: `y${y1}`, low: Math.min(x1, x2), high: Math.max(x1, x2) })
  }
  return found
}

const trunksOf = (edge: Drawn): readonly Stretch[] =>
  stretches(edge).filter(({ on }) => on.startsWith('x'))

/** Pairs of edges that lie upon each other in a trunk although that joins tasks which have nothing to do with each other. */
function mixedUp(tasks: readonly DagNode[]): string[] {
  const { edges } = drawn(tasks)
  const links = new Set(edges.map(({ id }) => id))
  return edges.flatMap((one) =>
    edges.flatMap((other) => {
      const isPlain = links.has(`${one.from}>${other.to}`) && links.has(`${other.from}>${one.to}`)
      const isShared = trunksOf(one).some(({ on, low, high }) =>
        trunksOf(other).some((near) => near.on === on && low < near.high && near.low < high),
      )
      return isShared && !isPlain && one.id < other.id ? [`${one.id} on ${other.id}`] : []
    }),
  )
}

test('no trunk joins tasks that have nothing to do with each other', () => {
  // a leads to c and e, b to d alone: one trunk for all would say that b leads to e.
  const crossed = [task('a'), task('b'), task('c', 'a'), task('d', 'b'), task('e', 'a')]
  expect(mixedUp(crossed)).toEqual([])
  fc.assert(
    fc.property(graphs, (tasks) => {
      // More lanes than there is room for are shared.
      fc.pre(tasks.length <= 8)
      expect(mixedUp(tasks)).toEqual([])
    }),
  )
})

test('of two edges along one row each has a lane of its own', () => {
  const course = (from: Position, to: Position) => courseOf(from, to, grid, taken)
  const [one, other] = [course(corner(0, 0), corner(3, 2)), course(corner(0, 1), corner(3, 2))]
  const along = (ends: readonly [string, string, string, string]) =>
    lanesOf(
      [
        { id: 'one', from: ends[0], to: ends[1], course: one },
        { id: 'other', from: ends[2], to: ends[3], course: { ...other, passing: one.passing } },
      ],
      grid,
    )
  const apart = along(['a', 'b', 'c', 'd'])
  expect(laneOf(apart, 'one').row).not.toBe(laneOf(apart, 'other').row)
  const together = along(['a', 'b', 'c', 'b'])
  expect(laneOf(together, 'one').row).toBe(laneOf(together, 'other').row)
})

test('what leaves at a row stands left of what arrives there', () => {
  // d goes down from row 1, where an edge from above ends.
  const down = courseOf(corner(0, 1), corner(1, 3), grid, taken)
  const arriving = courseOf(corner(0, 0), corner(1, 1), grid, taken)
  const lanes = lanesOf(
    [
      { id: 'arriving', from: 'a', to: 'b', course: arriving },
      { id: 'down', from: 'c', to: 'd', course: down },
    ],
    grid,
  )
  expect(laneOf(lanes, 'down').out).toBeLessThan(laneOf(lanes, 'arriving').out)
})

test('those of one task, and those that all lead to the same tasks, share a trunk in the middle', () => {
  const both = [task('a'), task('b'), task('c', 'a', 'b'), task('d', 'a', 'b')]
  const { edges } = drawn(both)
  expect(new Set(edges.flatMap(trunksOf).map(({ on }) => on))).toEqual(
    new Set([`x${NODE_WIDTH + grid.gap / 2}`]),
  )
})

test('an edge to a node that was moved to the left of its blocker goes round both', () => {
  const [from, to] = [corner(2, 0), corner(0, 2)]
  const points = routeEdge(from, to, grid, takenBy([from, to]))
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
