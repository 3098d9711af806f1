/** Which nodes are in the page: those in sight at the levels that show text, else only the few that a person is at. Pure. */
import {
  boxInView,
  type Level,
  levelAt,
  MOST_NODES,
  type Viewport,
  type WatchedViewport,
} from './viewport.ts'
import { type Box, boxOfNode, holds, type Scene, touches } from './scene.ts'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'

export interface InSight {
  readonly level: Level
  /** Of nodes that are in the page, in the order of the scene; never more than `MOST_NODES`. */
  readonly ids: readonly string[]
  /** Canvas units: as long as the view stays inside, the ids hold. */
  readonly covers: Box
}

/** Nodes beyond the edge that are kept in the page, so that a small pan changes nothing. px of the screen. */
const MARGIN = 160
/** A graph of so many nodes is in the page whole: by names and roles it is found wherever the camera is. */
const SMALL = 40

interface InSightInput {
  readonly scene: Scene
  readonly viewport: Viewport
  readonly before: Level | null
  /** In the page at every level, most wanted first: focused, hovered, selected. */
  readonly wanted: Iterable<string>
  readonly isGone: (id: string) => boolean
}

export function nodesInSight({ scene, viewport, before, wanted, isGone }: InSightInput): InSight {
  const view = boxInView(viewport)
  const wide = boxInView(viewport, MARGIN)
  const isSmall = scene.nodes.size <= SMALL
  const near: string[] = []
  const inView: string[] = []
  for (const node of scene.nodes.values()) {
    const box = boxOfNode(node)
    if (isGone(node.id) || !(isSmall || touches(box, wide))) continue
    near.push(node.id)
    if (touches(box, view)) inView.push(node.id)
  }
  const level = levelAt(viewport.zoom, inView.length, before)
  const held = first(wanted, MOST_NODES, (id) => scene.nodes.has(id) && !isGone(id))
  if (level === 'block') return { level, ids: [...held], covers: view }
  const isWideFull = near.length + held.size > MOST_NODES
  const chosen = new Set(isWideFull ? inView : near)
  for (const id of held) if (chosen.size < MOST_NODES) chosen.add(id)
  return { level, ids: [...chosen], covers: isWideFull ? view : wide }
}

function first(ids: Iterable<string>, most: number, fits: (id: string) => boolean): Set<string> {
  const found = new Set<string>()
  for (const id of ids) {
    if (found.size >= most) break
    if (fits(id)) found.add(id)
  }
  return found
}

// Which nodes are in the page now. Drawn anew only when that changes: a small pan inside the margin costs nothing.

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
