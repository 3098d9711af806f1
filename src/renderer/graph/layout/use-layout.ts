/** The places of all tasks, laid out anew in a worker whenever the structure changes, and only then. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Position, TaskCard } from '../../../contract/view.ts'
import { type Direction, GRIDS, type Layout, type GridPosition, positionAt } from './grid.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { keep, readPersisted } from '../../model/persisted.ts'
import { isListOf, isText } from '../../model/reading.ts'
import type { DagNode } from '../../../domain/graph/dag.ts'
import { isNewShape } from '../../model/session/yard-view.ts'
import type { LayoutAnswer, LayoutRequest } from './layout-worker.ts'

export interface LaidOut {
  readonly layout: Layout
  /** From 0 to 1 while a huge graph is laid out; null else. */
  readonly share: number | null
  /** Ends the layout under way; what is shown stays, new tasks have no place until the next one. */
  cancel(): void
  /** A full layout: known places are forgotten. */
  tidy(): void
}

const NOTHING: Layout = new Map()

interface Shown {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly structure: number
  /** Places chosen by hand, and the direction in which they are so. */
  readonly positions: ReadonlyMap<string, Position>
  readonly direction: Direction
}

export function useLayout({ tasks, structure, positions, direction }: Shown): LaidOut {
  const [layout, setLayout] = useState(NOTHING)
  const [share, setShare] = useState<number | null>(null)
  const layouter = useRef<Layouter | null>(null)
  const yard = useYard((view) => view.summary?.folder ?? '')
  const latest = useRef({ tasks, structure, positions, direction })
  useEffect(() => {
    latest.current = { tasks, structure, positions, direction }
  })
  useEffect(() => {
    const current = createLayouter({
      former: readKeptLayout(yard),
      onLayout(next) {
        setLayout(next)
        if (latest.current.structure >= 0) keepLayout(yard, next) // not of an earlier point in time
      },
      onProgress: setShare,
    })
    layouter.current = current
    return () => current.close()
  }, [yard])
  const request = useCallback((shape: number, anew: boolean) => {
    const wanted = [...latest.current.tasks.values()]
    // A full layout gives back what was moved by hand.
    const grid = GRIDS[latest.current.direction]
    const byHand = anew
      ? NOTHING
      : new Map([...latest.current.positions].map(([id, at]) => [id, positionAt(at, grid)]))
    layouter.current?.request({ structure: shape, tasks: wanted, anew, byHand })
  }, [])
  useEffect(() => request(structure, false), [structure, request])
  const cancel = useCallback(() => layouter.current?.cancel(), [])
  const tidy = useCallback(() => request(latest.current.structure, true), [request])
  return { layout, share, cancel, tidy }
}

// Where the tasks of a yard stood last, kept in this browser: a graph that grew bit by bit looks the same after a reload.

const PREFIX = 'yardmaster.layout:'
/** Larger graphs are laid out anew: a browser keeps some five million characters of all pages of a host. */
const MOST = 10_000
type Kept = readonly [id: string, column: number, row: number]
const isKept = (value: unknown): value is Kept =>
  Array.isArray(value) &&
  value.length === 3 &&
  isText(value[0]) &&
  Number.isInteger(value[1]) &&
  Number.isInteger(value[2])
const keptTasks = (value: unknown): readonly Kept[] | null =>
  isListOf(isKept)(value) ? value : null

const readKeptLayout = (yard: string): Layout =>
  new Map(
    readPersisted('localStorage', PREFIX + yard, keptTasks)?.map(([id, column, row]) => [
      id,
      { column, row },
    ]),
  )

const keepLayout = (yard: string, layout: Layout): void =>
  keep(
    'localStorage',
    PREFIX + yard,
    layout.size > MOST ? null : [...layout].map(([id, { column, row }]) => [id, column, row]),
  )

// The page's side of the layout worker: one request at a time; of those that come meanwhile only the newest is kept.

type Wanted = Omit<LayoutRequest, 'former' | 'kept'>
type Layouter = ReturnType<typeof createLayouter>

interface LayouterOptions {
  /** Places from an earlier visit. */
  readonly former: Layout
  readonly onLayout: (layout: Layout) => void
  readonly onProgress: (share: number | null) => void
}

const openWorker = (): Worker =>
  new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })

export function createLayouter({ former, onLayout, onProgress }: LayouterOptions) {
  let worker = openWorker()
  let current: Wanted | null = null
  let next: Wanted | null = null
  let latest: Layout = former
  /** What the worker has, and where it has put each; nothing while it is new. */
  let known: readonly DagNode[] | null = null
  const standing: GridPosition[] = []

  const send = (wanted: Wanted): void => {
    current = wanted
    const kept = countSame(known ?? [], wanted.tasks)
    standing.length = kept
    const tasks = wanted.tasks.slice(kept).map(({ id, after }) => ({ id, after }))
    const request = { ...wanted, kept, tasks, former: known === null ? latest : null }
    known = wanted.tasks
    worker.postMessage(request satisfies LayoutRequest)
  }
  const finish = (wanted: Wanted, places: Int32Array): void => {
    current = null
    for (let i = 0; i < places.length; i += 3)
      standing[places[i] ?? 0] = { column: places[i + 1] ?? 0, row: places[i + 2] ?? 0 }
    const waiting = next
    next = null
    onProgress(null)
    // A late result of an older structure is dropped: the newer one is laid out from it.
    if (waiting) return send({ ...waiting, anew: waiting.anew || wanted.anew })
    latest = new Map(wanted.tasks.map(({ id }, index) => [id, standing[index] ?? NOWHERE]))
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
    request(wanted: Wanted): void {
      if (current === null) send(wanted)
      else next = { ...wanted, anew: wanted.anew || (next?.anew ?? false) }
    },
    cancel(): void {
      worker.terminate()
      worker = openWorker()
      listen()
      known = null
      current = null
      next = null
      onProgress(null)
    },
    close: () => worker.terminate(),
  }
}

const NOWHERE: GridPosition = { column: 0, row: 0 }

/** How many of the first tasks are the same in both, with the same dependencies. */
function countSame(before: readonly DagNode[], now: readonly DagNode[]): number {
  const differs = now.findIndex((task, index) => {
    const known = before[index]
    return known !== task && (known?.id !== task.id || isNewShape(known, task))
  })
  return differs === -1 ? now.length : differs
}
