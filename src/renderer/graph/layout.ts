/**
 * The graph's own layered layout: dependencies run from left to right. Columns by longest path, order by barycentre sweeps,
 * rows by least bending. Deterministic. With a former layout, known tasks keep their row and new ones take free places.
 */
import { toLayered, type LayoutTask } from './layered.ts'
import { orderLayers } from './order-layers.ts'
import { placeRows } from './place-rows.ts'

export const NODE_WIDTH = 216
export const NODE_HEIGHT = 92
export const COLUMN_GAP = 88
export const COLUMN_PITCH = NODE_WIDTH + COLUMN_GAP
export const ROW_PITCH = NODE_HEIGHT + 32

export interface Place {
  readonly column: number
  readonly row: number
}
export type Layout = ReadonlyMap<string, Place>

export function layOut(tasks: readonly LayoutTask[], former: Layout = new Map()): Layout {
  const layered = toLayered(tasks)
  const known = tasks.map((task, index) => {
    const place = former.get(task.id)
    return place && place.column === layered.columnOf[index] ? place.row : null
  })
  const rows = placeRows(layered, orderLayers(layered), known)
  return new Map(
    tasks.map((task, index) => [
      task.id,
      { column: layered.columnOf[index] ?? 0, row: rows[index] ?? 0 },
    ]),
  )
}

/** Top left corner of a task's node, in canvas units. */
export const xOf = (place: Place): number => place.column * COLUMN_PITCH
export const yOf = (place: Place): number => place.row * ROW_PITCH
