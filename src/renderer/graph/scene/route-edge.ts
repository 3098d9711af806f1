/**
 * The way of an edge: switch lines with 45° chamfers, through the gaps between rows, never under a node of the grid. All in
 * grid terms (along, across), so that both directions share it; `toPoints` gives canvas units.
 */
import type { Position } from '../../../contract/view.ts'
import {
  acrossOf,
  alongOf,
  cellOf,
  type Grid,
  type GridPosition,
  positionAt,
} from '../layout/grid.ts'

const CHAMFER = 12
/** Handles stand out from the node's edge; an edge begins and ends under it. */
const INTO_NODE = 6
const LEAST_TRUNK = 20

/** Grid places that a node covers, wholly or in part. */
export type Taken = ReadonlySet<number>

export function takenLanes(nodes: Iterable<{ readonly at: Position }>, grid: Grid): Taken {
  const taken = new Set<number>()
  for (const { at } of nodes) {
    const { column, row } = positionAt(at, grid)
    for (const c of span(column))
      for (const r of span(row)) taken.add(cellOf({ column: c, row: r }))
  }
  return taken
}

/** The whole places that one with a fraction touches. */
const span = (at: number): readonly number[] =>
  Number.isInteger(at) ? [at] : [Math.floor(at), Math.ceil(at)]

/** The row along which an edge passes the columns between its ends; n + ½ is the gap below row n. Null when there is none between. */
export function passingRow(from: GridPosition, to: GridPosition, taken: Taken): number | null {
  const left = Math.floor(from.column) + 1
  const right = Math.ceil(to.column) - 1
  if (right < left) return to.column - from.column >= 1 ? null : backRow(from, to)
  for (const row of [to.row, from.row]) if (isFree(row, left, right, taken)) return row
  return to.row >= from.row ? Math.ceil(to.row) - 0.5 : Math.floor(to.row) + 0.5
}

/** Its end stands left of its begin (a person moved it): round by the gap between both, or above them. */
const backRow = (from: GridPosition, to: GridPosition): number =>
  Math.abs(to.row - from.row) >= 1.5
    ? Math.floor((from.row + to.row) / 2) + 0.5
    : Math.floor(Math.min(from.row, to.row)) - 0.5

function isFree(row: number, left: number, right: number, taken: Taken): boolean {
  const rows = span(row)
  for (let column = left; column <= right; column++)
    for (const each of rows) if (taken.has(cellOf({ column, row: each }))) return false
  return true
}

/** A polyline in canvas units: x, y, x, y, … */
export type Points = readonly number[]

/** Where an edge goes, before it is known which of several side by side it is. `a` along the edges, `c` across them. */
export interface Course {
  readonly begin: Spot
  readonly finish: Spot
  /** Across; null when it changes rows once, or never. */
  readonly passing: number | null
  /** From either end to the middle of its trunk. */
  readonly trunkAt: number
}

interface Spot {
  readonly a: number
  readonly c: number
}

/** Canvas units beside the middle: of the gap after its blocker, of the one before its dependent, and of the way between both. */
export interface Lanes {
  readonly out: number
  readonly in: number
  readonly row: number
}

export const MIDDLE: Lanes = { out: 0, in: 0, row: 0 }

/** `from` and `to` are the top left corners of its blocker and its dependent. */
export function courseOf(from: Position, to: Position, grid: Grid, taken: Taken): Course {
  const { direction } = grid
  const half = grid.breadth / 2
  const begin = { a: alongOf(from, direction) + grid.length, c: acrossOf(from, direction) + half }
  const finish = { a: alongOf(to, direction), c: acrossOf(to, direction) + half }
  const row = passingRow(positionAt(from, grid), positionAt(to, grid), taken)
  const room = finish.a - begin.a
  return {
    begin,
    finish,
    passing: row === null ? null : row * grid.rowPitch + half,
    trunkAt: room > 0 ? Math.min(grid.gap / 2, room / 2) : LEAST_TRUNK,
  }
}

export function drawEdge(course: Course, grid: Grid, lanes: Lanes): Points {
  const { begin, finish, passing, trunkAt } = course
  const [out, back] = [begin.a + trunkAt + lanes.out, finish.a - trunkAt + lanes.in]
  const line = [begin.a - INTO_NODE, begin.c]
  if (passing === null) {
    addTrunk(line, { at: out, from: begin.c, to: finish.c, next: finish.a })
  } else {
    const across = passing + lanes.row
    addTrunk(line, { at: out, from: begin.c, to: across, next: back })
    addTrunk(line, { at: back, from: across, to: finish.c, next: finish.a })
  }
  line.push(finish.a + INTO_NODE, finish.c)
  return grid.direction === 'right' ? line : turned(line)
}

interface Trunk {
  readonly at: number
  readonly from: number
  readonly to: number
  readonly next: number
}

/** A change of row. `next`: where the line goes on to; both sides may be left or right of the trunk. */
function addTrunk(line: number[], { at, from, to, next }: Trunk): void {
  if (Math.abs(from - to) < 0.5) return
  const chamfer = Math.min(CHAMFER, Math.abs(to - from) / 2)
  const down = to > from ? chamfer : -chamfer
  const enter = (line.at(-2) ?? 0) > at ? chamfer : -chamfer
  const leave = next < at ? -chamfer : chamfer
  line.push(at + enter, from, at, from + down)
  line.push(at, to - down, at + leave, to)
}

function turned(line: readonly number[]): number[] {
  const points: number[] = []
  for (let i = 0; i < line.length; i += 2) points.push(line[i + 1] ?? 0, line[i] ?? 0)
  return points
}

/** The middle of the longest stretch: where a cross or a button sits. */
export function middleOf(points: Points): Position {
  let best = 0
  let found = { x: points[0] ?? 0, y: points[1] ?? 0 }
  for (let i = 0; i + 3 < points.length; i += 2) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = points.slice(i, i + 4)
    const length = Math.abs(x2 - x1) + Math.abs(y2 - y1)
    if (length > best) {
      best = length
      found = { x: (x1 + x2) / 2, y: (y1 + y2) / 2 }
    }
  }
  return found
}

/** How far a point is from the polyline, canvas units. */
export function distanceTo(points: Points, { x, y }: Position): number {
  let least = Infinity
  for (let i = 0; i + 3 < points.length; i += 2) {
    const ax = points[i] ?? 0
    const ay = points[i + 1] ?? 0
    const dx = (points[i + 2] ?? 0) - ax
    const dy = (points[i + 3] ?? 0) - ay
    const squared = dx * dx + dy * dy
    const share = squared === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / squared
    const t = Math.min(1, Math.max(0, share))
    least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy))
  }
  return least
}
