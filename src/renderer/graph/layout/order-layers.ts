/** The order of tasks within each column: sweeps that put each at the mean place of its neighbours, so that tracks cross little. */
import type { Layered } from './layered.ts'

const SWEEPS = 6

interface Sweeping {
  /** By task index, for all tasks; written to. */
  readonly placeOf: number[]
  readonly onProgress: (share: number) => void
}

/** Columns from left to right, each a list of task indices from top to bottom. Only `members` are in them. */
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
    const inTurn = isForward ? layers : layers.toReversed()
    for (const layer of inTurn) {
      sortByMean(layer, neighbours, placeOf)
      number(layer, placeOf)
    }
    onProgress(((sweep + 1) / SWEEPS) * 0.6)
  }
  return layers
}

/** Stable: without neighbours on that side a task stays where it is. */
function sortByMean(
  layer: number[],
  neighbours: readonly (readonly number[])[],
  placeOf: readonly number[],
): void {
  const meanOf = new Map(
    layer.map((index) => [index, meanPlace(neighbours[index] ?? [], placeOf, placeOf[index] ?? 0)]),
  )
  layer.sort((a, b) => (meanOf.get(a) ?? 0) - (meanOf.get(b) ?? 0))
}

/** Places are relative to the middle of their column, so that columns of different length compare. */
function number(layer: readonly number[], placeOf: number[]): void {
  layer.forEach((index, place) => (placeOf[index] = place - (layer.length - 1) / 2))
}

export function meanPlace(
  neighbours: readonly number[],
  placeOf: readonly number[],
  otherwise: number,
): number {
  if (neighbours.length === 0) return otherwise
  let sum = 0
  for (const each of neighbours) sum += placeOf[each] ?? 0
  return sum / neighbours.length
}
