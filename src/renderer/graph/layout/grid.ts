/** Measures of the canvas, in its own units. The layout speaks of columns (along the edges) and rows (across them). */
import type { Position } from '../../../contract/view.ts'

/** Where a task stands in the grid of the layout. */
export interface GridPosition {
  readonly column: number
  readonly row: number
}
export type Layout = ReadonlyMap<string, GridPosition>

export const NODE_WIDTH = 216
export const NODE_HEIGHT = 92

export type Direction = 'right' | 'down'

export interface Grid {
  readonly direction: Direction
  /** Of a node along the edges and across them. */
  readonly length: number
  readonly breadth: number
  /** Between two columns: room for trunks. */
  readonly gap: number
  readonly columnPitch: number
  readonly rowPitch: number
}

const COLUMN_GAP = 88
const ROW_GAP = 32

const gridOf = (direction: Direction, length: number, breadth: number): Grid => ({
  direction,
  length,
  breadth,
  gap: COLUMN_GAP,
  columnPitch: length + COLUMN_GAP,
  rowPitch: breadth + ROW_GAP,
})

export const GRIDS: Readonly<Record<Direction, Grid>> = {
  right: gridOf('right', NODE_WIDTH, NODE_HEIGHT),
  down: gridOf('down', NODE_HEIGHT, NODE_WIDTH),
}

/** Top left corner of the node that stands there. */
export function cornerOf(place: GridPosition, grid: Grid): Position {
  const along = place.column * grid.columnPitch
  const across = place.row * grid.rowPitch
  return grid.direction === 'right' ? { x: along, y: across } : { x: across, y: along }
}

/** How far a corner is along the edges, and across them. */
export const alongOf = ({ x, y }: Position, direction: Direction): number =>
  direction === 'right' ? x : y
export const acrossOf = ({ x, y }: Position, direction: Direction): number =>
  direction === 'right' ? y : x

/** Where a corner is in the grid; with fractions when a person put it there. */
export const positionAt = (at: Position, grid: Grid): GridPosition => ({
  column: alongOf(at, grid.direction) / grid.columnPitch,
  row: acrossOf(at, grid.direction) / grid.rowPitch,
})

interface Placing {
  readonly layout: Layout
  /** Places chosen by hand, those of a drag under way included. */
  readonly positions: ReadonlyMap<string, Position>
  readonly direction: Direction
}

/** Where a task stands by hand or by layout; undefined while it has no place yet. */
export function cornersOf(input: Placing): (id: string) => Position | undefined {
  const grid = GRIDS[input.direction]
  return (id) => {
    const chosen = input.positions.get(id)
    if (chosen) return chosen
    const place = input.layout.get(id)
    return place && cornerOf(place, grid)
  }
}

/** A whole place as one number. Rows and columns of a yard are within ±2 million. */
export const cellOf = ({ column, row }: GridPosition): number => (column + SPAN) * ROWS + row + SPAN
export const rowOfCell = (cell: number): number => (cell % ROWS) - SPAN
const SPAN = 2_000_000
const ROWS = 4_194_304

/** Of a node that stands between the places of the grid, the places that it covers or comes near to. */
export const cellsUnder = (at: GridPosition): readonly GridPosition[] =>
  around(at.row, ROW_COVERED).flatMap((row) =>
    around(at.column, COLUMN_COVERED).map((column) => ({ column, row })),
  )

const AIR = 12
const COLUMN_COVERED = (GRIDS.right.length + AIR) / GRIDS.right.columnPitch
const ROW_COVERED = (GRIDS.right.breadth + AIR) / GRIDS.right.rowPitch

/** Whole numbers that are nearer than `reach`, which is less than 1. */
const around = (at: number, reach: number): readonly number[] =>
  [Math.floor(at), Math.floor(at) + 1].filter((each) => Math.abs(each - at) < reach)
