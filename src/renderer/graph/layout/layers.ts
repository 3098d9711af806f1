/** The graph by index: the column of each task, and the order within each column. */
import { topologicalOrder, type DagNode } from '../../../domain/graph/dag.ts'

export interface Layered {
  readonly blockers: readonly (readonly number[])[]
  readonly dependents: readonly (readonly number[])[]
  readonly columnOf: readonly number[]
  /** Blockers before dependents. */
  readonly order: readonly number[]
}

/** `formerColumn`: where a task stood before; it stays there as long as all its blockers stand to the left. */
export function toLayered(
  tasks: readonly DagNode[],
  formerColumn: (id: string) => number | undefined = () => undefined,
): Layered {
  const indexOf = new Map(tasks.map((task, index) => [task.id, index]))
  const dependents: number[][] = tasks.map(() => [])
  const blockers = tasks.map((task, index) => {
    const known = task.after.map((id) => indexOf.get(id)).filter((each) => each !== undefined)
    for (const blocker of known) dependents[blocker]?.push(index)
    return known
  })
  const order = topologicalOrder({
    keys: [...tasks.keys()],
    blockersOf: (index) => blockers[index] ?? [],
    dependentsOf: (index) => dependents[index] ?? [],
  })
  // Column = length of the longest path that ends here, or the one before if that is further.
  const columnOf = tasks.map(({ id }) => formerColumn(id) ?? 0)
  for (const index of order)
    for (const next of dependents[index] ?? [])
      columnOf[next] = Math.max(columnOf[next] ?? 0, (columnOf[index] ?? 0) + 1)
  return { blockers, dependents, columnOf, order }
}

/** Neither waits nor is waited for. */
export const isAlone = ({ blockers, dependents }: Layered, index: number): boolean =>
  blockers[index]?.length === 0 && dependents[index]?.length === 0

const SWEEPS = 6

interface Sweeping {
  /** By task index, for all tasks; written to. */
  readonly placeOf: number[]
  readonly onProgress: (share: number) => void
}

/**
 * Columns from left to right, each a list of task indices from top to bottom; only `members` are in them. Sweeps put each task at the
 * mean place of its neighbours, so that edges cross little.
 */
export function orderLayers(
  { blockers, dependents, columnOf }: Layered,
  members: readonly number[],
  { placeOf, onProgress }: Sweeping,
): readonly number[][] {
  const layers: number[][] = []
  for (const index of members) (layers[columnOf[index] ?? 0] ??= []).push(index)
  for (const layer of layers) number(layer, placeOf)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0
    const neighbours = isForward ? blockers : dependents
    for (const layer of isForward ? layers : layers.toReversed()) {
      sortByMean(layer, neighbours, placeOf)
      number(layer, placeOf)
    }
    onProgress(((sweep + 1) / SWEEPS) * 0.6)
  }
  return layers
}

/** Stable: without neighbours on that side a task stays where it is. Writes into `placeOf`. */
function sortByMean(
  layer: number[],
  neighbours: readonly (readonly number[])[],
  placeOf: number[],
): void {
  const means = layer.map((index) =>
    meanPosition(neighbours[index] ?? [], placeOf, placeOf[index] ?? 0),
  )
  layer.forEach((index, place) => (placeOf[index] = means[place] ?? 0))
  layer.sort((a, b) => (placeOf[a] ?? 0) - (placeOf[b] ?? 0))
}

/** Places are relative to the middle of their column, so that columns of different length compare. */
function number(layer: readonly number[], placeOf: number[]): void {
  layer.forEach((index, place) => (placeOf[index] = place - (layer.length - 1) / 2))
}

export function meanPosition(
  neighbours: readonly number[],
  placeOf: readonly number[],
  otherwise: number,
): number {
  if (neighbours.length === 0) return otherwise
  let sum = 0
  for (const each of neighbours) sum += placeOf[each] ?? 0
  return sum / neighbours.length
}
