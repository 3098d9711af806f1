/**
 * The graph's own layered layout: dependencies run from left to right. Columns by longest path, order by barycentre sweeps,
 * rows by least bending, the longest chain on one row, tasks that stand alone in a field below; long columns wrap into blocks.
 * Deterministic. With a former layout, known tasks keep their place for as long as their blockers stand to the left, and new
 * ones take free places, which nodes that a person moved do not cover.
 */
import type { DagNode } from '../../../domain/graph/dag.ts'
import { cellOf, cellsUnder, GRIDS, type Layout, type GridPosition, rowOfCell } from './grid.ts'
import { type Graph, isAlone, type Layered, orderLayers, toGraph, toLayered } from './layers.ts'
import { type Block, freshRows, positionBesideKnown, type Placing, put } from './place-rows.ts'

interface LayoutOptions {
  /** FactText a share from 0 to 1 now and then. */
  readonly onProgress?: (share: number) => void
  /** Where tasks stand that a person has moved; with fractions. */
  readonly byHand?: Layout
}

export function layOut(
  tasks: readonly DagNode[],
  former: Layout = new Map(),
  options: LayoutOptions = {},
): Layout {
  const formerOf = tasks.map(({ id }) => former.get(id))
  const places = placesOf({ tasks, graph: toGraph(tasks), formerOf }, options)
  return new Map(tasks.map(({ id }, index) => [id, places[index] ?? NOWHERE]))
}

/** All by index. */
interface ToPlace {
  readonly tasks: readonly DagNode[]
  readonly graph: Graph
  readonly formerOf: readonly (GridPosition | undefined)[]
}

type Places = readonly GridPosition[]

const NOWHERE: GridPosition = { column: 0, row: 0 }

/** A task that stays has the same object for its place as before. */
export function placesOf(
  { tasks, graph, formerOf }: ToPlace,
  { onProgress = () => {}, byHand = new Map() }: LayoutOptions,
): Places {
  const options = { onProgress, byHand }
  if (formerOf.some((place) => place !== undefined))
    return nextPlaces({ tasks, graph, formerOf }, options)
  const fresh = freshPlaces(graph, onProgress)
  const covered = coveredBy(byHand, tasks, fresh)
  if (!covered.includes(true)) return fresh
  const left = fresh.map((place, index) => (covered[index] ? undefined : place))
  return nextPlaces({ tasks, graph, formerOf: left }, options)
}

/** By index: whether a task's place lies under a node that was moved there by hand. */
function coveredBy(byHand: Layout, tasks: readonly DagNode[], places: Places): readonly boolean[] {
  if (byHand.size === 0) return []
  const cells = new Set(
    tasks.flatMap(({ id }) => {
      const at = byHand.get(id)
      return at ? cellsUnder(at).map(cellOf) : []
    }),
  )
  return tasks.map(
    ({ id }, index) => !byHand.has(id) && cells.has(cellOf(places[index] ?? NOWHERE)),
  )
}

function freshPlaces(graph: Graph, onProgress: (share: number) => void): Places {
  const layered = toLayered(graph)
  const all = [...graph.blockers.keys()]
  const joined = all.filter((index) => !isAlone(layered, index))
  const chain = longestChain(layered, joined)
  // Filled from the start: an array with holes is slow.
  const zeros = (): number[] => all.map(() => 0)
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
  const corners = pack(parts)
  let top = 0
  for (const [nth, { members, high }] of parts.entries()) {
    const corner = corners[nth] ?? { column: 0, row: 0 }
    if (high > 0) top = Math.max(top, corner.row + high + APART)
    for (const index of members) {
      columnOf[index] = corner.column + (columnOf[index] ?? 0)
      rowOf[index] = corner.row + (rowOf[index] ?? 0)
    }
  }
  const width = fieldWidth(all.length - joined.length)
  let alone = 0
  return all.map((index) =>
    isAlone(layered, index)
      ? placeInField(alone++, width, top)
      : { column: columnOf[index] ?? 0, row: rowOf[index] ?? 0 },
  )
}

/** Of a fresh layout, where a column is the length of the longest path that ends there; ties go to the first. */
function longestChain({ blockers, columnOf }: Layered, joined: readonly number[]): Set<number> {
  const chain = new Set<number>()
  let [last] = joined
  for (const index of joined) if ((columnOf[index] ?? 0) > (columnOf[last ?? 0] ?? 0)) last = index
  while (last !== undefined) {
    chain.add(last)
    const before: number = (columnOf[last] ?? 0) - 1
    last = blockers[last]?.find((each) => columnOf[each] === before)
  }
  return chain
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
  const partOf: (number[] | undefined)[] = columnOf.map(() => undefined)
  const parts: number[][] = []
  for (const start of joined) {
    if (partOf[start]) continue
    const part = [start]
    partOf[start] = part
    const take = (each: number): void => {
      if (partOf[each]) return
      partOf[each] = part
      part.push(each)
    }
    for (const index of part) {
      blockers[index]?.forEach(take)
      dependents[index]?.forEach(take)
    }
    parts.push(part.toSorted((one, other) => one - other))
  }
  return parts
}

interface Size {
  readonly wide: number
  readonly high: number
}

/** The corner of each part: below each other, in as many columns as make the whole about as wide as a screen. */
function pack(parts: readonly Size[]): readonly GridPosition[] {
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
  const corners = parts.map(({ wide, high }): GridPosition => {
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

function nextPlaces(
  { tasks, graph, formerOf }: ToPlace,
  { onProgress, byHand }: Required<LayoutOptions>,
): Places {
  const layered = toLayered(graph, (index) => formerOf[index]?.column)
  const placing = keepPlaces(layered, formerOf)
  placeByHand(tasks, placing, byHand)
  placeNewParts(tasks, placing, formerOf)
  onProgress(0.5)
  placeNewAlone(placing)
  positionBesideKnown(
    placing,
    tasks.map(({ id }) => byHand.get(id)),
  )
  const { columns, rows } = placing
  return formerOf.map((known, index) => {
    const [column, row] = [columns[index] ?? 0, rows[index] ?? 0]
    return known?.column === column && known.row === row ? known : { column, row }
  })
}

/** Each task that may keep its place does. Of two on one place (one of them was away) the later gives way. */
function keepPlaces(layered: Layered, formerOf: ToPlace['formerOf']): Placing {
  const rows: (number | null)[] = formerOf.map(() => null)
  const placing = { layered, rows, columns: [...layered.columnOf], taken: new Set<number>() }
  formerOf.forEach((place, index) => {
    if (!place || place.column !== layered.columnOf[index]) return
    if (!placing.taken.has(cellOf(place))) put(placing, index, place)
  })
  return placing
}

/** What lies under moved nodes is taken. A new task that a person has placed stands in the layout where it is seen, if its blockers stand left of that. */
function placeByHand(tasks: readonly DagNode[], placing: Placing, byHand: Layout): void {
  if (byHand.size === 0) return
  const { columns, rows, taken } = placing
  tasks.forEach(({ id }, index) => {
    const at = byHand.get(id)
    if (!at) return
    for (const cell of cellsUnder(at)) taken.add(cellOf(cell))
    const [column, row] = [Math.round(at.column), Math.round(at.row)]
    if (rows[index] === null && column === columns[index]) put(placing, index, { column, row })
  })
}

/** What hangs together and is wholly new (an import, a paste) is laid out by itself, below the rest. */
function placeNewParts(
  tasks: readonly DagNode[],
  placing: Placing,
  formerOf: ToPlace['formerOf'],
): void {
  const indices = newParts(placing.layered, formerOf)
  if (indices.length === 0) return
  const top = lowestOf([...placing.taken].map(rowOfCell)) + 2
  const part = freshPlaces(toGraph(indices.flatMap((index) => tasks[index] ?? [])), () => {})
  indices.forEach((index, nth) => {
    const { column, row } = part[nth] ?? NOWHERE
    put(placing, index, { column, row: top + row })
  })
}

/** Indices of tasks with dependencies in whose part of the graph nobody had a place before. */
function newParts(layered: Layered, formerOf: ToPlace['formerOf']): number[] {
  const { blockers, dependents } = layered
  const added = [...formerOf.keys()].filter((index) => formerOf[index] === undefined)
  const isOld = (index: number): boolean => formerOf[index] !== undefined
  const around = (index: number): number[] => [
    ...(blockers[index] ?? []),
    ...(dependents[index] ?? []),
  ]
  const beside = new Set(added.filter((index) => around(index).some(isOld)))
  for (const index of beside) for (const each of around(index)) if (!isOld(each)) beside.add(each)
  return added.filter((index) => !beside.has(index) && !isAlone(layered, index))
}

const lowestOf = (rows: readonly (number | null)[]): number =>
  rows.reduce<number>((most, row) => Math.max(most, row ?? 0), 0)

/** New tasks that stand alone fill the last row of the field, then the next. */
function placeNewAlone(placing: Placing): void {
  const { layered, rows, taken } = placing
  const all = [...rows.keys()]
  const fresh = all.filter((index) => rows[index] === null && isAlone(layered, index))
  if (fresh.length === 0) return
  const width = fieldWidth(all.filter((index) => isAlone(layered, index)).length)
  let [column, row] = [0, lowestOf(rows)]
  for (const index of fresh) {
    while (taken.has(cellOf({ column, row })) || column >= width) {
      column = column + 1 >= width ? 0 : column + 1
      if (column === 0) row += 1
    }
    put(placing, index, { column, row })
  }
}

// Tasks without any dependency stand in a field, about as wide as it is high, instead of one long column.

/** Columns of a field of so many tasks; a handful is a plain list. */
function fieldWidth(count: number): number {
  const { columnPitch, rowPitch } = GRIDS.right
  return Math.max(1, Math.floor(Math.sqrt((count * rowPitch * SHAPE) / columnPitch) + 0.001))
}

const placeInField = (nth: number, width: number, top: number): GridPosition => ({
  column: nth % width,
  row: top + Math.floor(nth / width),
})
