/**
 * The graph's own layered layout: dependencies run from left to right. Columns by longest path, order by barycentre sweeps,
 * rows by least bending, the longest chain on one row, tasks that stand alone in a field below; long columns wrap into blocks.
 * Deterministic. With a former layout, known tasks keep their place for as long as their blockers stand to the left, and new
 * ones take free places, which nodes that a person moved do not cover.
 */
import { type DagNode, longestChain } from '../../../domain/graph/dag.ts'
import { type Layered, toLayered } from './layered.ts'
import { orderLayers } from './order-layers.ts'
import { GRIDS, type Layout, type Place } from './grid.ts'
import { type Block, cellsUnder, freshRows, placeBesideKnown } from './place-rows.ts'

/** Told a share from 0 to 1 now and then. */
export type OnProgress = (share: number) => void

/** `byHand`: where tasks stand that a person has moved; with fractions. */
export function layOut(
  tasks: readonly DagNode[],
  former: Layout = new Map(),
  { onProgress = () => {}, byHand = new Map() }: LayoutOptions = {},
): Layout {
  const isFresh = tasks.every(({ id }) => !former.has(id))
  if (!isFresh) return nextLayout(tasks, former, { onProgress, byHand })
  const fresh = freshLayout(tasks, onProgress)
  const covered = coveredBy(byHand, fresh)
  if (covered.size === 0) return fresh
  const left = new Map([...fresh].filter(([id]) => !covered.has(id)))
  return nextLayout(tasks, left, { onProgress, byHand })
}

export interface LayoutOptions {
  readonly onProgress?: OnProgress
  readonly byHand?: Layout
}

/** Tasks whose place lies under a node that was moved there by hand. */
function coveredBy(byHand: Layout, layout: Layout): ReadonlySet<string> {
  if (byHand.size === 0) return new Set()
  const cells = new Set<string>()
  for (const [id, place] of byHand)
    if (layout.has(id))
      for (const { column, row } of cellsUnder(place)) cells.add(`${column}:${row}`)
  return new Set(
    [...layout].flatMap(([id, { column, row }]) =>
      !byHand.has(id) && cells.has(`${column}:${row}`) ? [id] : [],
    ),
  )
}

function freshLayout(tasks: readonly DagNode[], onProgress: OnProgress): Layout {
  const layered = toLayered(tasks)
  const joined = layered.columnOf.flatMap((_, index) => (layered.isAlone(index) ? [] : [index]))
  const chain = new Set(longestChain(layered.dag, () => [1]))
  // Filled from the start: an array with holes is slow.
  const zeros = (): number[] => tasks.map(() => 0)
  const [placeOf, rowOf, columnOf] = [zeros(), zeros(), zeros()]
  let done = 0
  const parts = partsOf(layered, joined).map((members) => {
    const onShare = (share: number): void =>
      onProgress((done + share * members.length) / joined.length)
    const layers = orderLayers(layered, members, { placeOf, onProgress: onShare })
    const blocks = wrapLong(layers, columnOf)
    const high = freshRows(layered, blocks, { chain, rowOf })
    done += members.length
    return { members, wide: blocks.reduce((sum, { wide }) => sum + wide, 0), high }
  })
  onProgress(0.95)
  const layout = new Map<string, Place>()
  const corners = pack(parts)
  let lowest = -1
  parts.forEach(({ members, high }, nth) => {
    const corner = corners[nth] ?? { column: 0, row: 0 }
    lowest = Math.max(lowest, corner.row + high - 1)
    for (const index of members)
      layout.set(tasks[index]?.id ?? '', {
        column: corner.column + (columnOf[index] ?? 0),
        row: corner.row + (rowOf[index] ?? 0),
      })
  })
  const width = fieldWidth(tasks.length - joined.length)
  const top = lowest < 0 ? 0 : lowest + 2
  let alone = 0
  tasks.forEach(({ id }, index) => {
    if (layered.isAlone(index)) layout.set(id, placeInField(alone++, width, top))
  })
  return layout
}

/** Sets of tasks with no dependency between them; all in one while no column is long, for then they stand close together. */
function partsOf(layered: Layered, joined: readonly number[]): readonly (readonly number[])[] {
  const { blockers, dependents, columnOf } = layered
  const lengths: number[] = []
  for (const index of joined) {
    const column = columnOf[index] ?? 0
    lengths[column] = (lengths[column] ?? 0) + 1
  }
  if (joined.length === 0 || lengths.every((length) => length <= LEAST_ROWS)) return [joined]
  const seen = new Set<number>()
  return joined.flatMap((start) => {
    if (seen.has(start)) return []
    seen.add(start)
    const part = [start]
    for (const index of part)
      for (const near of [blockers[index] ?? [], dependents[index] ?? []])
        for (const each of near)
          if (!seen.has(each)) {
            seen.add(each)
            part.push(each)
          }
    return [part.toSorted((one, other) => one - other)]
  })
}

interface Size {
  readonly wide: number
  readonly high: number
}

/** The corner of each part: below each other, in as many columns as make the whole about as wide as a screen. */
function pack(parts: readonly Size[]): readonly Place[] {
  const { columnPitch, rowPitch } = GRIDS.right
  const tallest = parts.reduce((most, { high }) => Math.max(most, high), LEAST_ROWS)
  for (let most = tallest; ; most = Math.ceil(most * 1.1)) {
    const { corners, wide, isOne } = stack(parts, most)
    if (isOne || wide * columnPitch <= SHAPE * most * rowPitch) return corners
  }
}

/** Empty rows and columns between two parts. */
const APART = 1

function stack(parts: readonly Size[], most: number) {
  let [column, row, widest] = [0, 0, 0]
  const corners = parts.map(({ wide, high }): Place => {
    if (row > 0 && row + high > most) {
      column += widest + APART
      row = 0
      widest = 0
    }
    const corner = { column, row }
    row += high + APART
    widest = Math.max(widest, wide)
    return corner
  })
  return { corners, wide: column + widest, isOne: column === 0 }
}

/** Shorter columns stay one. */
const LEAST_ROWS = 12
/** Width to height of the whole on the screen up to which columns are wrapped. */
const SHAPE = 1.6

/** Of a column that is too long several side by side, filled row by row, so that its order from top to bottom holds. Writes into `columnOf`. */
function wrapLong(layers: readonly (readonly number[])[], columnOf: number[]): readonly Block[] {
  const most = mostRows(layers.map(({ length }) => length))
  let column = 0
  return layers.map((layer) => {
    const wide = Math.max(1, Math.ceil(layer.length / most))
    const rows: number[][] = []
    layer.forEach((index, place) => {
      columnOf[index] = column + (place % wide)
      if (place % wide === 0) rows.push([index])
      else rows.at(-1)?.push(index)
    })
    column += wide
    return { rows, wide }
  })
}

function mostRows(lengths: readonly number[]): number {
  const { columnPitch, rowPitch } = GRIDS.right
  const longest = lengths.reduce((most, each) => Math.max(most, each), 1)
  for (let rows = LEAST_ROWS; rows < longest; rows = Math.ceil(rows * 1.25)) {
    const columns = lengths.reduce((sum, length) => sum + Math.ceil(length / rows), 0)
    if (columns * columnPitch <= SHAPE * rows * rowPitch) return rows
  }
  return longest
}

function nextLayout(
  tasks: readonly DagNode[],
  former: Layout,
  { onProgress, byHand }: Required<LayoutOptions>,
): Layout {
  const layered = toLayered(tasks, (id) => former.get(id)?.column)
  const known = keptRows(tasks, layered, former)
  const columns = [...layered.columnOf]
  const covered = tasks.map(({ id }) => byHand.get(id) ?? null)
  placeNewByHand(known, columns, covered)
  const taken = new Set(covered.flatMap((place) => (place ? cellsUnder(place).map(keyOf) : [])))
  placeNewParts(tasks, layered, { former, known, columns, taken })
  onProgress(0.5)
  placeNewAlone(layered, known, { columns, taken })
  const rows = placeBesideKnown(layered, known, { columns, byHand: covered })
  return new Map(
    tasks.map(({ id }, index) => [id, { column: columns[index] ?? 0, row: rows[index] ?? 0 }]),
  )
}

const keyOf = ({ column, row }: Place): string => `${column}:${row}`

/** A new task that a person has placed stands in the layout where it is seen, if its blockers stand left of that. */
function placeNewByHand(
  known: (number | null)[],
  columns: number[],
  byHand: readonly (Place | null)[],
): void {
  byHand.forEach((place, index) => {
    if (place === null || known[index] !== null) return
    const column = Math.round(place.column)
    if (column !== columns[index]) return
    known[index] = Math.round(place.row)
  })
}

interface Placed {
  readonly columns: number[]
  /** Cells that lie under nodes moved by hand. */
  readonly taken: ReadonlySet<string>
}

/** What hangs together and is wholly new (an import, a paste) is laid out by itself, below the rest. Writes into `known` and `columns`. */
function placeNewParts(
  tasks: readonly DagNode[],
  layered: Layered,
  placed: Placed & { readonly former: Layout; readonly known: (number | null)[] },
): void {
  const { former, known, columns, taken } = placed
  const indices = newParts(tasks, layered, former)
  if (indices.length === 0) return
  const lowest = lowestOf(known, taken)
  const part = freshLayout(
    indices.flatMap((index) => tasks[index] ?? []),
    () => {},
  )
  for (const index of indices) {
    const place = part.get(tasks[index]?.id ?? '')
    if (!place) continue
    columns[index] = place.column
    known[index] = lowest + 2 + place.row
  }
}

/** Indices of tasks with dependencies in whose part of the graph nobody had a place before. */
function newParts(tasks: readonly DagNode[], layered: Layered, former: Layout): number[] {
  const { blockers, dependents } = layered
  const isOld = tasks.map(({ id }) => former.has(id))
  const queue = isOld.flatMap((old, index) => (old ? [index] : []))
  for (const index of queue)
    for (const each of [...(blockers[index] ?? []), ...(dependents[index] ?? [])])
      if (!isOld[each]) {
        isOld[each] = true
        queue.push(each)
      }
  return isOld.flatMap((old, index) => (old || layered.isAlone(index) ? [] : [index]))
}

/** The row of each task that keeps its place, else null. Of two on one place (one of them was away) the later gives way. */
function keptRows(
  tasks: readonly DagNode[],
  { columnOf }: Layered,
  former: Layout,
): (number | null)[] {
  const taken = new Set<string>()
  return tasks.map(({ id }, index) => {
    const place = former.get(id)
    if (!place || place.column !== columnOf[index]) return null
    const key = `${place.column}:${place.row}`
    if (taken.has(key)) return null
    taken.add(key)
    return place.row
  })
}

const lowestOf = (known: readonly (number | null)[], taken: ReadonlySet<string>): number =>
  Math.max(
    known.reduce<number>((most, row) => Math.max(most, row ?? 0), 0),
    [...taken].reduce((most, cell) => Math.max(most, Number(cell.split(':')[1])), 0),
  )

/** New tasks that stand alone fill the last row of the field, then the next. Writes into `known` and `columns`. */
function placeNewAlone(
  layered: Layered,
  known: (number | null)[],
  { columns, taken: byHand }: Placed,
): void {
  const fresh = known.flatMap((row, index) =>
    row === null && layered.isAlone(index) ? [index] : [],
  )
  if (fresh.length === 0) return
  const all = known.filter((_, index) => layered.isAlone(index)).length
  const width = fieldWidth(all)
  const taken = new Set(byHand)
  known.forEach((row, index) => {
    if (row !== null) taken.add(`${columns[index]}:${row}`)
  })
  let row = known.reduce<number>((most, each) => Math.max(most, each ?? 0), 0)
  let column = 0
  for (const index of fresh) {
    while (taken.has(`${column}:${row}`) || column >= width) {
      column = column + 1 >= width ? 0 : column + 1
      if (column === 0) row += 1
    }
    columns[index] = column
    known[index] = row
    taken.add(`${column}:${row}`)
  }
}

// Tasks without any dependency stand in a field, about as wide as it is high, instead of one long column.

/** Columns of a field of so many tasks; a handful is a plain list. */
export function fieldWidth(count: number): number {
  const { columnPitch, rowPitch } = GRIDS.right
  return Math.max(1, Math.floor(Math.sqrt((count * rowPitch * SHAPE) / columnPitch) + 0.001))
}

export const placeInField = (nth: number, width: number, top: number): Place => ({
  column: nth % width,
  row: top + Math.floor(nth / width),
})
