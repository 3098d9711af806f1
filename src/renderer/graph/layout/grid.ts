/** Measures of the canvas, in its own units. The layout speaks of columns (along the tracks) and rows (across them). */
import type { Position } from '../../../contract/view.ts'

/** Where a task stands in the grid of the layout. */
export interface Place {
  readonly column: number
  readonly row: number
}
export type Layout = ReadonlyMap<string, Place>

export const NODE_WIDTH = 216
export const NODE_HEIGHT = 92

export type Direction = 'right' | 'down'

export interface Grid {
  readonly direction: Direction
  /** Of a node along the tracks and across them. */
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
export function cornerOf(place: Place, grid: Grid): Position {
  const along = place.column * grid.columnPitch
  const across = place.row * grid.rowPitch
  return grid.direction === 'right' ? { x: along, y: across } : { x: across, y: along }
}

/** Where a corner is in the grid; with fractions when a person put it there. */
export function placeAt({ x, y }: Position, grid: Grid): Place {
  const [along, across] = grid.direction === 'right' ? [x, y] : [y, x]
  return { column: along / grid.columnPitch, row: across / grid.rowPitch }
}

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
