/** A row for each task: in its column's order, no two on one place, as level with its neighbours as that allows. */
import { cellOf, type GridPosition } from './grid.ts'
import { type Layered, meanPosition } from './layers.ts'

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
          for (const each of row)
            sum += meanPosition(neighbours[each] ?? [], rowOf, rowOf[each] ?? 0)
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
    const pool: Pool = { sum: (row - place) * weight, weight, count: 1 }
    for (let last = pools.at(-1); last && meanOf(last) > meanOf(pool); last = pools.at(-1)) {
      pools.pop()
      pool.sum += last.sum
      pool.weight += last.weight
      pool.count += last.count
    }
    pools.push(pool)
  })
  const rows: number[] = []
  for (const pool of pools) {
    const offset = Math.round(meanOf(pool))
    for (let nth = 0; nth < pool.count; nth++) rows.push(offset + rows.length)
  }
  return rows
}

interface Pool {
  sum: number
  weight: number
  count: number
}

const meanOf = ({ sum, weight }: Pool): number => sum / weight

/** A layout in the making. */
export interface Placing {
  readonly layered: Layered
  /** Null while a task has none. */
  readonly rows: (number | null)[]
  readonly columns: number[]
  /** Cells where a task stands, and those under nodes that were moved by hand. */
  readonly taken: Set<number>
}

export function put(placing: Placing, index: number, place: GridPosition): void {
  placing.columns[index] = place.column
  placing.rows[index] = place.row
  placing.taken.add(cellOf(place))
}

/**
 * Tasks without a row go to the free place next to the mean of their neighbours, ties down. Many that are wanted at one place become a
 * block: where the column is full around it, the next column is used, as far as no dependent stands there. `byHand`: where a person
 * has put a task, which is elsewhere than its place in the layout.
 */
export function positionBesideKnown(
  placing: Placing,
  byHand: readonly (GridPosition | undefined)[],
): void {
  const { columns, rows, taken } = placing
  if (!rows.includes(null)) return
  const { blockers, dependents, order } = placing.layered
  const rowOf = rows.map((row, index) => byHand[index]?.row ?? row ?? 0)
  for (const index of order) {
    if (rows[index] !== null) continue
    const before = blockers[index] ?? []
    const behind = dependents[index] ?? []
    const last = behind.reduce((least, each) => Math.min(least, (columns[each] ?? 0) - 1), Infinity)
    const first = before.reduce(
      (most, each) => Math.max(most, Math.ceil((byHand[each]?.column ?? -1) - 0.25) + 1),
      columns[index] ?? 0,
    )
    const near = [...before, ...behind].filter((each) => rows[each] !== null)
    const wanted = Math.round(meanPosition(near, rowOf, 0))
    const place = freeNear({ column: Math.min(first, last), row: wanted }, last, taken)
    put(placing, index, place)
    rowOf[index] = place.row
  }
}

/** Rows up and down that are filled before the next column is. */
const REACH = 6

function freeNear(wanted: GridPosition, last: number, taken: ReadonlySet<number>): GridPosition {
  for (let reach = REACH; ; reach *= 2) {
    const most = Math.min(last, wanted.column + reach / 2)
    for (let { column } = wanted; column <= most; column++)
      for (let away = 0; away <= reach; away++)
        for (const row of [wanted.row + away, wanted.row - away])
          if (!taken.has(cellOf({ column, row }))) return { column, row }
  }
}

function fromZero(blocks: readonly Block[], rowOf: number[]): number {
  let [top, foot] = [Infinity, -Infinity]
  for (const { rows } of blocks)
    for (const [first = 0] of rows) {
      const row = rowOf[first] ?? 0
      top = Math.min(top, row)
      foot = Math.max(foot, row)
    }
  for (const { rows } of blocks)
    for (const row of rows) for (const index of row) rowOf[index] = (rowOf[index] ?? 0) - top
  return Math.max(0, foot - top + 1)
}
