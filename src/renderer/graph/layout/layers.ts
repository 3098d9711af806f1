/** The graph by index: the column of each task, and the order within each column. */
import { topologicalOrder, type DagNode } from '../../../domain/graph/dag.ts'

export interface Graph {
  readonly blockers: readonly (readonly number[])[]
  readonly dependents: readonly (readonly number[])[]
  /** Blockers before dependents. */
  readonly order: readonly number[]
}

export interface Layered extends Graph {
  readonly columnOf: readonly number[]
}

/** A graph that grows: tasks that are added behind the others cost no more than they are. */
export interface GrowingGraph extends Graph {
  /** False when one of them was waited for before it was there: the graph must be made anew then. */
  add(tasks: readonly DagNode[]): boolean
}

export function toGraph(tasks: readonly DagNode[]): GrowingGraph {
  const indexOf = new Map<string, number>()
  const missing = new Set<string>()
  const blockers: number[][] = []
  const dependents: number[][] = []
  const order: number[] = []

  const link = (index: number, after: readonly string[]): void => {
    const known: number[] = []
    for (const id of after) {
      const blocker = indexOf.get(id)
      if (blocker === undefined) missing.add(id)
      else {
        known.push(blocker)
        dependents[blocker]?.push(index)
      }
    }
    blockers[index] = known
  }
  const add = (added: readonly DagNode[]): boolean => {
    if (added.some(({ id }) => missing.has(id))) return false
    const from = blockers.length
    added.forEach(({ id }, nth) => {
      indexOf.set(id, from + nth)
      blockers.push([])
      dependents.push([])
    })
    added.forEach(({ after }, nth) => link(from + nth, after))
    const behind = topologicalOrder({
      keys: added.map((_, nth) => from + nth),
      blockersOf: (index) => (blockers[index] ?? []).filter((each) => each >= from),
      dependentsOf: (index) => dependents[index] ?? [],
    })
    for (const index of behind) order.push(index)
    return true
  }
  add(tasks)
  return { blockers, dependents, order, add }
}

/** `formerColumn`: where a task stood before; it stays there as long as all its blockers stand to the left. */
export function toLayered(
  graph: Graph,
  formerColumn: (index: number) => number | undefined = () => undefined,
): Layered {
  const { blockers, dependents, order } = graph
  // Column = length of the longest path that ends here, or the one before if that is further.
  const columnOf = blockers.map((_, index) => formerColumn(index) ?? 0)
  for (const index of order) {
    const next = (columnOf[index] ?? 0) + 1
    for (const each of dependents[index] ?? [])
      if ((columnOf[each] ?? 0) < next) columnOf[each] = next
  }
  return { blockers, dependents, order, columnOf }
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
