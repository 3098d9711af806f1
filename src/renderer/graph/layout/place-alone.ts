/** Tasks without any dependency stand in a field, about as wide as it is high, instead of one long column. */
import { GRIDS, type Place } from './grid.ts'

/** Width to height of the field on the screen. */
const SHAPE = 1.6

/** Columns of a field of so many tasks; a handful is a plain list. */
export function fieldWidth(count: number): number {
  const { columnPitch, rowPitch } = GRIDS.right
  return Math.max(1, Math.floor(Math.sqrt((count * rowPitch * SHAPE) / columnPitch) + 0.001))
}

export const placeInField = (nth: number, width: number, top: number): Place => ({
  column: nth % width,
  row: top + Math.floor(nth / width),
})
