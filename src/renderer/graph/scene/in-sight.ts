/** Which nodes are in the page: those in sight at the levels that show text, else only the few that a person is at. Pure. */
import { levelAt, MOST_NODES, type Level } from './level.ts'
import { boxOfNode, touches, type Box, type Scene } from './scene.ts'

export interface Viewport {
  /** Of the canvas' origin on the screen, px. */
  readonly x: number
  readonly y: number
  readonly zoom: number
  /** Of the canvas on the screen, px. */
  readonly width: number
  readonly height: number
}

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

export function boxInView({ x, y, zoom, width, height }: Viewport, margin = 0): Box {
  return {
    left: (-x - margin) / zoom,
    top: (-y - margin) / zoom,
    right: (-x + width + margin) / zoom,
    bottom: (-y + height + margin) / zoom,
  }
}

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
