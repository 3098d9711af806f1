/** A row for each task: in its column's order, no two on one place, as level with its neighbours as that allows. */
import { meanPlace } from './order-layers.ts'
import { topologicalOrder } from '../../../domain/graph/dag.ts'
import { GRIDS, type Place } from './grid.ts'
import type { Layered } from './layered.ts'

const SWEEPS = 4
/** A task of the longest chain moves out of its row for nobody. */
const CHAIN_WEIGHT = 1e6

/** The tasks of a layer from top to bottom: in one column each row is one task, in a block of columns several. */
export interface Block {
  readonly rows: readonly (readonly number[])[]
  readonly wide: number
}

/** Writes whole numbers from 0 on into `rowOf`; gives how many rows are used. */
export function freshRows(
  { blockers, dependents }: Layered,
  blocks: readonly Block[],
  { chain, rowOf }: { readonly chain: ReadonlySet<number>; readonly rowOf: number[] },
): number {
  const put = (row: readonly number[], at: number): void => {
    for (const index of row) rowOf[index] = at
  }
  for (const { rows } of blocks)
    rows.forEach((row, place) => put(row, place - (rows.length - 1) / 2))
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0
    const neighbours = isForward ? blockers : dependents
    for (const { rows } of isForward ? blocks : blocks.toReversed()) {
      const wanted: number[] = []
      const weights: number[] = []
      for (const row of rows) {
        const isChain = row.some((each) => chain.has(each))
        let sum = 0
        if (!isChain)
          for (const each of row) sum += meanPlace(neighbours[each] ?? [], rowOf, rowOf[each] ?? 0)
        wanted.push(sum / row.length)
        weights.push(isChain ? CHAIN_WEIGHT : row.length)
      }
      spread(wanted, weights).forEach((at, place) => put(rows[place] ?? [], at))
    }
  }
  return fromZero(blocks, rowOf)
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

interface Beside {
  /** A task that finds no room near its neighbours moves to a column further right; it is written there. */
  readonly columns: number[]
  /** Where a person has put a task, which is elsewhere than its place in the layout. */
  readonly byHand: readonly (Place | null)[]
}

/**
 * Tasks with a row in `known` keep it; the others go to the free place next to the mean of their neighbours, ties down. Many
 * that are wanted at one place become a block: where the column is full around it, the next column is used, as far as no
 * dependent stands there.
 */
export function placeBesideKnown(
  layered: Layered,
  known: readonly (number | null)[],
  { columns, byHand }: Beside,
): number[] {
  const { blockers, dependents } = layered
  const rowOf: number[] = known.map((row, index) => byHand[index]?.row ?? row ?? 0)
  const rows: number[] = known.map((row) => row ?? 0)
  const taken = new Map<number, Set<number>>()
  known.forEach((row, index) => {
    if (row !== null) takenIn(taken, columns[index] ?? 0).add(row)
  })
  for (const place of byHand)
    if (place) for (const cell of cellsUnder(place)) takenIn(taken, cell.column).add(cell.row)
  const isPlaced = known.map((row) => row !== null)
  for (const index of topologicalOrder(layered.dag)) {
    if (isPlaced[index]) continue
    const before = blockers[index] ?? []
    const behind = dependents[index] ?? []
    const last = behind.reduce((least, each) => Math.min(least, (columns[each] ?? 0) - 1), Infinity)
    const first = before.reduce(
      (most, each) => Math.max(most, Math.ceil((byHand[each]?.column ?? -1) - 0.25) + 1),
      columns[index] ?? 0,
    )
    const near = [...before, ...behind].filter((each) => isPlaced[each])
    const wanted = Math.round(meanPlace(near, rowOf, 0))
    const place = freeNear({ column: Math.min(first, last), row: wanted }, last, taken)
    columns[index] = place.column
    rows[index] = rowOf[index] = place.row
    isPlaced[index] = true
    takenIn(taken, place.column).add(place.row)
  }
  return rows
}

/** Of a node that stands between the places of the grid, the places that it covers or comes near to. */
export function cellsUnder({ column, row }: Place): readonly Place[] {
  const columns = around(column, COLUMN_COVERED)
  return around(row, ROW_COVERED).flatMap((each) => columns.map((c) => ({ column: c, row: each })))
}

const AIR = 12
const COLUMN_COVERED = (GRIDS.right.length + AIR) / GRIDS.right.columnPitch
const ROW_COVERED = (GRIDS.right.breadth + AIR) / GRIDS.right.rowPitch

/** Whole numbers that are nearer than `reach`, which is less than 1. */
const around = (at: number, reach: number): readonly number[] =>
  [Math.floor(at), Math.floor(at) + 1].filter((each) => Math.abs(each - at) < reach)

function takenIn(taken: Map<number, Set<number>>, column: number): Set<number> {
  let rows = taken.get(column)
  if (!rows) taken.set(column, (rows = new Set()))
  return rows
}

/** Rows up and down that are filled before the next column is. */
const REACH = 6

function freeNear(wanted: Place, last: number, taken: Map<number, Set<number>>): Place {
  for (let reach = REACH; ; reach *= 2) {
    const most = Math.min(last, wanted.column + reach / 2)
    for (let { column } = wanted; column <= most; column++) {
      const row = nearestFree(wanted.row, takenIn(taken, column), reach)
      if (row !== null) return { column, row }
    }
  }
}

/** Null when all rows that are no further than `reach` are taken. */
function nearestFree(wanted: number, taken: ReadonlySet<number>, reach: number): number | null {
  for (let away = 0; away <= reach; away++) {
    if (!taken.has(wanted + away)) return wanted + away
    if (!taken.has(wanted - away)) return wanted - away
  }
  return null
}

function fromZero(blocks: readonly Block[], rowOf: number[]): number {
  let [top, foot] = [Infinity, -Infinity]
  for (const { rows } of blocks)
    for (const [first = 0] of rows) {
      const row = rowOf[first] ?? 0
      top = Math.min(top, row)
      foot = Math.max(foot, row)
    }
  for (const index of blocks.flatMap(({ rows }) => rows.flat()))
    rowOf[index] = (rowOf[index] ?? 0) - top
  return Math.max(0, foot - top + 1)
}
