/** Lays out off the page's thread. Remembers where tasks stood, also those that are gone: one that comes back finds its place again. */
import type { DagNode } from '../../../domain/graph/dag.ts'
import { layOut } from './layout.ts'
import type { Layout, GridPosition } from './grid.ts'

export interface LayoutRequest {
  readonly structure: number
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
      /** Column and row of each task, in the order of the request. */
      readonly places: Int32Array
      /** ms of computing. */
      readonly tookMs: number
    }

/** Fewer are laid out before anybody could read how far it is. */
const PROGRESS_FROM = 20_000
const REMEMBERED = 100_000

let former = new Map<string, GridPosition>()

addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  const began = performance.now()
  const { structure, tasks } = data
  if (data.former) former = new Map(data.former)
  if (data.anew || former.size > REMEMBERED) former = new Map()
  const tell = (share: number): void => answer({ kind: 'progress', structure, share })
  const onProgress = tasks.length > PROGRESS_FROM ? tell : () => {}
  const layout = layOut(tasks, former, { onProgress, byHand: data.byHand })
  const places = new Int32Array(tasks.length * 2)
  tasks.forEach(({ id }, index) => {
    const place = layout.get(id)
    if (!place) return
    former.set(id, place)
    places[index * 2] = place.column
    places[index * 2 + 1] = place.row
  })
  const tookMs = performance.now() - began
  answer({ kind: 'layout', structure, places, tookMs }, [places.buffer])
})

const answer = (message: LayoutAnswer, transfer: Transferable[] = []): void =>
  postMessage(message, { transfer })
