/** Which nodes are in the page now. Drawn anew only when that changes: a small pan inside the margin costs nothing. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { boxInView, nodesInSight, type InSight } from './in-sight.ts'
import { holds, type Scene } from './scene.ts'
import type { WatchedViewport } from '../canvas/use-viewport.ts'

export interface Wanted {
  readonly scene: Scene
  /** In the page at every level, most wanted first. */
  readonly wanted: readonly string[]
  readonly isGone: (id: string) => boolean
}

const NOTHING: InSight = {
  level: 'compact',
  ids: [],
  covers: { left: 0, top: 0, right: 0, bottom: 0 },
}

export function useInSight(viewport: WatchedViewport, input: Wanted): InSight {
  const [shown, setShown] = useState(NOTHING)
  const latest = useRef<{ input: Wanted; shown: InSight | null; zoom: number }>({
    input,
    shown: null,
    zoom: 0,
  })
  const look = useRef((isForced: boolean): void => {
    const now = viewport.now()
    const { current } = latest
    if (now.width === 0) return
    const isHeld =
      !isForced &&
      current.shown !== null &&
      now.zoom === current.zoom &&
      holds(current.shown.covers, boxInView(now))
    if (isHeld) return
    const before = current.shown?.level ?? null
    const next = nodesInSight({ ...current.input, viewport: now, before })
    const isSame = current.shown !== null && isSameSight(current.shown, next)
    current.zoom = now.zoom
    current.shown = next
    if (!isSame) setShown(next)
  })
  useLayoutEffect(() => {
    const before = latest.current.input
    latest.current.input = input
    look.current(!isSameQuestion(before, input))
  }, [input])
  useEffect(() => viewport.watch(() => look.current(false)), [viewport])
  return shown
}

/** Where nodes stand decides, not what they say: most news of the yard asks nothing new. */
const isSameQuestion = (a: Wanted, b: Wanted): boolean =>
  a.scene.shape === b.scene.shape &&
  a.isGone === b.isGone &&
  a.wanted.length === b.wanted.length &&
  a.wanted.every((id, index) => id === b.wanted[index])

const isSameSight = (a: InSight, b: InSight): boolean =>
  a.level === b.level &&
  a.ids.length === b.ids.length &&
  a.ids.every((id, index) => id === b.ids[index])
