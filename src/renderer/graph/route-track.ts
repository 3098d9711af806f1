/** The way of a track: switch lines with 45° chamfers, through the gaps between rows, never under a node. */
import { COLUMN_GAP, NODE_HEIGHT, ROW_PITCH, type Layout, type Place } from './layout.ts'

const CHAMFER = 12
/** Handles stand out from the node's edge; a track begins and ends under it. */
const INTO_NODE = 6

/** Places that hold a node, for `passingRow`. */
export function takenPlaces(layout: Layout): ReadonlySet<string> {
  return new Set([...layout.values()].map(({ column, row }) => keyOf(column, row)))
}

/** The row along which a track passes the columns between its ends; n + ½ is the gap below row n. Null between neighbours. */
export function passingRow(from: Place, to: Place, taken: ReadonlySet<string>): number | null {
  if (to.column - from.column < 2) return null
  for (const row of [to.row, from.row]) if (isFree(row, from.column, to.column, taken)) return row
  return to.row >= from.row ? to.row - 0.5 : to.row + 0.5
}

function isFree(row: number, left: number, right: number, taken: ReadonlySet<string>): boolean {
  for (let column = left + 1; column < right; column++)
    if (taken.has(keyOf(column, row))) return false
  return true
}

const keyOf = (column: number, row: number): string => `${column}:${row}`

interface Ends {
  readonly sourceX: number
  readonly sourceY: number
  readonly targetX: number
  readonly targetY: number
}

/** An SVG path. Trunks stand in the middle of the gap, so that fan-outs share one. */
export function trackPath(ends: Ends, passing: number | null): string {
  const { sourceX, sourceY, targetX, targetY } = ends
  const first = sourceX + COLUMN_GAP / 2
  const start = `M${sourceX - INTO_NODE} ${sourceY}`
  const end = `H${targetX + INTO_NODE}`
  if (passing === null) return `${start}${trunk(first, sourceY, targetY)}${end}`
  const passingY = passing * ROW_PITCH + NODE_HEIGHT / 2
  const last = targetX - COLUMN_GAP / 2
  return `${start}${trunk(first, sourceY, passingY)}${trunk(last, passingY, targetY)}${end}`
}

function trunk(x: number, fromY: number, toY: number): string {
  if (fromY === toY) return ''
  const chamfer = Math.min(CHAMFER, Math.abs(toY - fromY) / 2)
  const down = toY > fromY ? chamfer : -chamfer
  return `H${x - chamfer}L${x} ${fromY + down}V${toY - down}L${x + chamfer} ${toY}`
}
