/** The page's side of the layout worker: one request at a time; of those that come meanwhile only the newest is kept. */
import type { DagNode } from '../../../domain/graph/dag.ts'
import type { LayoutAnswer, LayoutRequest } from './layout-worker.ts'
import type { Layout, Place } from './grid.ts'

export interface Wanted {
  readonly structure: number
  readonly tasks: readonly DagNode[]
  readonly anew: boolean
  readonly byHand: Layout
}

export interface Layouter {
  request(wanted: Wanted): void
  cancel(): void
  close(): void
}

interface LayouterOptions {
  /** Places from an earlier visit. */
  readonly former?: Layout
  readonly onLayout: (layout: Layout) => void
  readonly onProgress: (share: number | null) => void
  readonly open?: () => Worker
}

const openWorker = (): Worker =>
  new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })

export function createLayouter({
  former = new Map(),
  onLayout,
  onProgress,
  open = openWorker,
}: LayouterOptions): Layouter {
  let worker = open()
  let current: Wanted | null = null
  let next: Wanted | null = null
  let latest: Layout = former
  let isFresh = true

  const send = (wanted: Wanted): void => {
    current = wanted
    const request: LayoutRequest = { ...wanted, former: isFresh ? latest : null }
    isFresh = false
    worker.postMessage(request)
  }
  const finish = (wanted: Wanted, places: Int32Array): void => {
    current = null
    const waiting = next
    next = null
    onProgress(null)
    // A late result of an older structure is dropped: the newer one is laid out from it.
    if (waiting) return send({ ...waiting, anew: waiting.anew || wanted.anew })
    latest = toLayout(wanted.tasks, places)
    onLayout(latest)
  }
  const listen = (): void =>
    worker.addEventListener('message', ({ data }: MessageEvent<LayoutAnswer>) => {
      if (current === null || data.structure !== current.structure) return
      if (data.kind === 'progress') onProgress(data.share)
      else finish(current, data.places)
    })
  listen()
  return {
    request(wanted) {
      if (current === null) send(wanted)
      else next = { ...wanted, anew: wanted.anew || (next?.anew ?? false) }
    },
    cancel() {
      worker.terminate()
      worker = open()
      listen()
      isFresh = true
      current = null
      next = null
      onProgress(null)
    },
    close: () => worker.terminate(),
  }
}

function toLayout(tasks: readonly DagNode[], places: Int32Array): Layout {
  const layout = new Map<string, Place>()
  tasks.forEach(({ id }, index) =>
    layout.set(id, { column: places[index * 2] ?? 0, row: places[index * 2 + 1] ?? 0 }),
  )
  return layout
}
