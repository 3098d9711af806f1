/** A row for each task: in its column's order, no two on one place, as level with its neighbours as that allows. */
import { meanPlace } from './order-layers.ts'
import type { Layered } from './layered.ts'

const SWEEPS = 4

/** `known` holds the row that a task had before, or null; those rows are kept. Rows are whole numbers from 0 on a fresh layout. */
export function placeRows(
  layered: Layered,
  layers: readonly (readonly number[])[],
  known: readonly (number | null)[],
): number[] {
  if (known.every((row) => row === null)) return fromZero(freshRows(layered, layers))
  return besideKnown(layered, layers, known)
}

function freshRows(
  { blockers, dependents }: Layered,
  layers: readonly (readonly number[])[],
): number[] {
  const rowOf: number[] = []
  for (const layer of layers)
    layer.forEach((index, place) => (rowOf[index] = place - (layer.length - 1) / 2))
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0
    const neighbours = isForward ? blockers : dependents
    for (const layer of isForward ? layers : layers.toReversed()) {
      const wanted = layer.map((each) => meanPlace(neighbours[each] ?? [], rowOf, rowOf[each] ?? 0))
      spread(wanted).forEach((row, place) => (rowOf[layer[place] ?? 0] = row))
    }
  }
  return rowOf
}

/**
 * Whole rows, strictly rising, with the least sum of squares to the wanted ones. With `z[i] = row[i] - i` that is isotonic
 * regression, solved by pooling neighbours that are out of order.
 */
export function spread(wanted: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = []
  wanted.forEach((row, place) => {
    let pool = { sum: row - place, count: 1 }
    for (let last = pools.at(-1); last && isAbove(last, pool); last = pools.at(-1)) {
      pools.pop()
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count }
    }
    pools.push(pool)
  })
  const offsets = pools.flatMap(({ sum, count }) =>
    Array.from({ length: count }, () => Math.round(sum / count)),
  )
  return offsets.map((offset, place) => offset + place)
}

const isAbove = (a: { sum: number; count: number }, b: { sum: number; count: number }): boolean =>
  a.sum / a.count > b.sum / b.count

/** New tasks go to the free row next to the mean of their neighbours; ties go down. */
function besideKnown(
  { blockers, dependents }: Layered,
  layers: readonly (readonly number[])[],
  known: readonly (number | null)[],
): number[] {
  const rowOf: number[] = known.map((row) => row ?? 0)
  for (const layer of layers) {
    const taken = new Set(layer.map((each) => known[each]).filter((row) => row != null))
    const lowest = taken.size === 0 ? 0 : Math.max(...taken) + 1
    for (const index of layer) {
      if (known[index] != null) continue
      const placed = [...(blockers[index] ?? []), ...(dependents[index] ?? [])].filter(
        (each) => known[each] != null || (blockers[index] ?? []).includes(each),
      )
      const row = nearestFree(Math.round(meanPlace(placed, rowOf, lowest)), taken)
      rowOf[index] = row
      taken.add(row)
    }
  }
  return rowOf
}

function nearestFree(wanted: number, taken: ReadonlySet<number>): number {
  for (let away = 0; ; away++) {
    if (!taken.has(wanted + away)) return wanted + away
    if (!taken.has(wanted - away)) return wanted - away
  }
}

function fromZero(rows: readonly number[]): number[] {
  const top = rows.reduce((least, row) => Math.min(least, row), Infinity)
  return rows.map((row) => row - top)
}
