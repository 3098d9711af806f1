/** The places of all tasks, laid out anew in a worker whenever the structure changes, and only then. */
import { useEffect, useRef, useState } from 'react'
import type { TaskCard } from '../../contract/view.ts'
import type { LayoutAnswer, LayoutRequest } from './layout-worker.ts'
import type { Layout } from './layout.ts'

const NOTHING: Layout = new Map()

interface Layouter {
  request(request: LayoutRequest): void
  close(): void
}

export function useLayout(tasks: ReadonlyMap<string, TaskCard>, structure: number): Layout {
  const [layout, setLayout] = useState(NOTHING)
  const layouter = useRef<Layouter | null>(null)
  const latest = useRef(tasks)
  useEffect(() => {
    latest.current = tasks
  }, [tasks])
  useEffect(() => {
    const current = openLayouter(setLayout)
    layouter.current = current
    return () => current.close()
  }, [])
  useEffect(() => {
    const cards = [...latest.current.values()]
    layouter.current?.request({ structure, tasks: cards.map(({ id, after }) => ({ id, after })) })
  }, [structure])
  return layout
}

/** One request at a time; of those that come meanwhile only the newest is kept. */
function openLayouter(onLayout: (layout: Layout) => void): Layouter {
  const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
  let isBusy = false
  let next: LayoutRequest | null = null
  const request = (wanted: LayoutRequest): void => {
    if (isBusy) {
      next = wanted
      return
    }
    isBusy = true
    worker.postMessage(wanted)
  }
  worker.addEventListener('message', (event: MessageEvent<LayoutAnswer>) => {
    isBusy = false
    const wanted = next
    next = null
    if (wanted) request(wanted)
    else onLayout(event.data.layout)
  })
  return { request, close: () => worker.terminate() }
}
