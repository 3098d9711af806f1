/** Lays out off the page's thread. Remembers where tasks stood, also those that are gone: one that comes back finds its place again. */
import type { DagNode } from '../../../domain/graph/dag.ts'
import { placesOf } from './layout.ts'
import { type GrowingGraph, toGraph } from './layers.ts'
import type { Layout, GridPosition } from './grid.ts'

export interface LayoutRequest {
  readonly structure: number
  /** So many tasks of the request before, its first ones, are the same; 0 for a new worker. */
  readonly kept: number
  /** Those behind them. */
  readonly tasks: readonly DagNode[]
  /** Forgets all places first: a full layout. */
  readonly anew: boolean
  /** Where tasks stand that a person has moved; new ones keep clear of them. */
  readonly byHand: Layout
  /** Places that hold before the first layout, for a worker that takes over from another. */
  readonly former: Layout | null
}
export type LayoutAnswer =
  | { readonly kind: 'progress'; readonly structure: number; readonly share: number }
  | {
      readonly kind: 'layout'
      readonly structure: number
      /** Index, column and row of each task that was not kept, and of each that stands elsewhere than before. */
      readonly places: Int32Array
      /** ms of computing. */
      readonly tookMs: number
    }

/** Fewer are laid out before anybody could read how far it is. */
const PROGRESS_FROM = 20_000
const REMEMBERED = 100_000

let former = new Map<string, GridPosition>()
const tasks: DagNode[] = []
let graph: GrowingGraph = toGraph([])
/** Of the tasks, by index. */
let places: readonly (GridPosition | undefined)[] = []

addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  const began = performance.now()
  const { structure, kept } = data
  if (data.former) former = new Map(data.former)
  const isForgotten = data.anew || former.size > REMEMBERED
  if (isForgotten) former = new Map()
  takeTasks(data)
  const before = isForgotten ? [] : places.slice(0, kept)
  const formerOf = tasks.map(({ id }, index) => before[index] ?? former.get(id))
  const tell = (share: number): void => answer({ kind: 'progress', structure, share })
  const onProgress = tasks.length > PROGRESS_FROM ? tell : () => {}
  const next = placesOf({ tasks, graph, formerOf }, { onProgress, byHand: data.byHand })
  const news: number[] = []
  next.forEach((place, index) => {
    if (place === before[index]) return
    former.set(tasks[index]?.id ?? '', place)
    news.push(index, place.column, place.row)
  })
  places = next
  const told = Int32Array.from(news)
  const tookMs = performance.now() - began
  answer({ kind: 'layout', structure, places: told, tookMs }, [told.buffer])
})

function takeTasks({ kept, tasks: added }: LayoutRequest): void {
  const isLonger = kept === tasks.length
  tasks.length = kept
  for (const each of added) tasks.push(each)
  if (!isLonger || !graph.add(added)) graph = toGraph(tasks)
}

const answer = (message: LayoutAnswer, transfer: Transferable[] = []): void =>
  postMessage(message, { transfer })
