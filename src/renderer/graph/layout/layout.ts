/**
 * The graph's own layered layout: dependencies run from left to right. Columns by longest path, order by barycentre sweeps,
 * rows by least bending, the longest chain on one row, tasks that stand alone in a field below. Deterministic. With a former
 * layout, known tasks keep their place for as long as their blockers stand to the left, and new ones take free places.
 */
import { longestChain, type DagNode } from '../../../domain/graph/dag.ts'
import { toLayered, type Layered } from './layered.ts'
import { orderLayers } from './order-layers.ts'
import type { Layout } from './place.ts'
import { freshRows, rowsBesideKnown } from './place-rows.ts'
import { fieldWidth, placeInField } from './place-alone.ts'

/** Told a share from 0 to 1 now and then. */
export type OnProgress = (share: number) => void

export function layOut(
  tasks: readonly DagNode[],
  former: Layout = new Map(),
  onProgress: OnProgress = () => {},
): Layout {
  const isFresh = tasks.every(({ id }) => !former.has(id))
  return isFresh ? freshLayout(tasks, onProgress) : nextLayout(tasks, former, onProgress)
}

function freshLayout(tasks: readonly DagNode[], onProgress: OnProgress): Layout {
  const layered = toLayered(tasks)
  const joined = layered.columnOf.flatMap((_, index) => (layered.isAlone(index) ? [] : [index]))
  const layers = orderLayers(layered, joined, onProgress)
  const rows = freshRows(
    layered,
    layers,
    longestChain(layered.dag, () => [1]),
  )
  onProgress(0.95)
  const lowest = joined.reduce((most, index) => Math.max(most, rows[index] ?? 0), -1)
  const width = fieldWidth(tasks.length - joined.length)
  let alone = 0
  const top = lowest < 0 ? 0 : lowest + 2
  return new Map(
    tasks.map(({ id }, index) => [
      id,
      layered.isAlone(index)
        ? placeInField(alone++, width, top)
        : { column: layered.columnOf[index] ?? 0, row: rows[index] ?? 0 },
    ]),
  )
}

function nextLayout(tasks: readonly DagNode[], former: Layout, onProgress: OnProgress): Layout {
  const layered = toLayered(tasks, (id) => former.get(id)?.column)
  const known = keptRows(tasks, layered, former)
  const columns = [...layered.columnOf]
  placeNewParts(tasks, layered, { former, known, columns })
  onProgress(0.5)
  placeNewAlone(layered, known, columns)
  const rows = rowsBesideKnown({ ...layered, columnOf: columns }, known)
  return new Map(
    tasks.map(({ id }, index) => [id, { column: columns[index] ?? 0, row: rows[index] ?? 0 }]),
  )
}

interface Placed {
  readonly former: Layout
  readonly known: (number | null)[]
  readonly columns: number[]
}

/** What hangs together and is wholly new (an import, a paste) is laid out by itself, below the rest. Writes into `known` and `columns`. */
function placeNewParts(tasks: readonly DagNode[], layered: Layered, placed: Placed): void {
  const { former, known, columns } = placed
  const indices = newParts(tasks, layered, former)
  if (indices.length === 0) return
  const lowest = known.reduce<number>((most, row) => Math.max(most, row ?? 0), 0)
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

/** New tasks that stand alone fill the last row of the field, then the next. Writes into `known` and `columns`. */
function placeNewAlone(layered: Layered, known: (number | null)[], columns: number[]): void {
  const fresh = known.flatMap((row, index) =>
    row === null && layered.isAlone(index) ? [index] : [],
  )
  if (fresh.length === 0) return
  const all = known.filter((_, index) => layered.isAlone(index)).length
  const width = fieldWidth(all)
  const taken = new Set(
    known.flatMap((row, index) => (row === null ? [] : [`${columns[index]}:${row}`])),
  )
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
