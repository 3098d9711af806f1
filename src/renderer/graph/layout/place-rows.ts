/** A row for each task: in its column's order, no two on one place, as level with its neighbours as that allows. */
import { meanPlace } from './order-layers.ts'
import { topologicalOrder } from '../../../domain/graph/dag.ts'
import type { Layered } from './layered.ts'

const SWEEPS = 4
/** A task of the longest chain moves out of its row for nobody. */
const CHAIN_WEIGHT = 1e6

/** Whole numbers from 0 on. Tasks that are in no layer get none. */
export function freshRows(
  { blockers, dependents }: Layered,
  layers: readonly (readonly number[])[],
  chain: readonly number[],
): number[] {
  const rowOf: number[] = []
  const isInChain = new Set(chain)
  for (const layer of layers)
    layer.forEach((index, place) => (rowOf[index] = place - (layer.length - 1) / 2))
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0
    const neighbours = isForward ? blockers : dependents
    for (const layer of isForward ? layers : layers.toReversed()) {
      const wanted = layer.map((each) =>
        isInChain.has(each) ? 0 : meanPlace(neighbours[each] ?? [], rowOf, rowOf[each] ?? 0),
      )
      const weights = layer.map((each) => (isInChain.has(each) ? CHAIN_WEIGHT : 1))
      spread(wanted, weights).forEach((row, place) => (rowOf[layer[place] ?? 0] = row))
    }
  }
  return fromZero(rowOf)
}

/**
 * Whole rows, strictly rising, with the least sum of weighted squares to the wanted ones. With `z[i] = row[i] - i` that is
 * isotonic regression, solved by pooling neighbours that are out of order.
 */
export function spread(wanted: readonly number[], weights?: readonly number[]): number[] {
  const pools: Pool[] = []
  wanted.forEach((row, place) => {
    const weight = weights?.[place] ?? 1
    let pool: Pool = { sum: (row - place) * weight, weight, count: 1 }
    for (let last = pools.at(-1); last && meanOf(last) > meanOf(pool); last = pools.at(-1)) {
      pools.pop()
      pool = {
        sum: last.sum + pool.sum,
        weight: last.weight + pool.weight,
        count: last.count + pool.count,
      }
    }
    pools.push(pool)
  })
  const offsets = pools.flatMap((pool) =>
    Array.from({ length: pool.count }, () => Math.round(meanOf(pool))),
  )
  return offsets.map((offset, place) => offset + place)
}

interface Pool {
  readonly sum: number
  readonly weight: number
  readonly count: number
}

const meanOf = ({ sum, weight }: Pool): number => sum / weight

/** Tasks with a row in `known` keep it; the others go to the free row next to the mean of their neighbours, ties down. */
export function rowsBesideKnown(layered: Layered, known: readonly (number | null)[]): number[] {
  const { blockers, dependents, columnOf } = layered
  const rowOf: number[] = known.map((row) => row ?? 0)
  const taken = new Map<number, Set<number>>()
  known.forEach((row, index) => {
    if (row !== null) takenIn(taken, columnOf[index] ?? 0).add(row)
  })
  const isPlaced = known.map((row) => row !== null)
  for (const index of topologicalOrder(layered.dag)) {
    if (isPlaced[index]) continue
    const column = takenIn(taken, columnOf[index] ?? 0)
    const near = [...(blockers[index] ?? []), ...(dependents[index] ?? [])].filter(
      (each) => isPlaced[each],
    )
    const row = nearestFree(Math.round(meanPlace(near, rowOf, 0)), column)
    rowOf[index] = row
    isPlaced[index] = true
    column.add(row)
  }
  return rowOf
}

function takenIn(taken: Map<number, Set<number>>, column: number): Set<number> {
  let rows = taken.get(column)
  if (!rows) taken.set(column, (rows = new Set()))
  return rows
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
