/** The camera over the canvas, for commands that stand outside of it. Without a canvas nothing happens. */
import type { ReactFlowInstance } from '@xyflow/react'
import type { Position } from '../../../contract/view.ts'
import {
  type Camera,
  type Cover,
  fitting,
  FREE,
  leastZoom,
  TOOLS,
  viewportFor,
} from '../paint/fitting.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import { type Viewport } from '../scene/viewport.ts'
import {
  boundsOf,
  boxOfNode,
  EMPTY_SCENE,
  holds,
  type Scene,
  type SceneNode,
} from '../scene/scene.ts'

interface Mounted {
  readonly flow: Pick<ReactFlowInstance, 'setViewport' | 'screenToFlowPosition'>
  readonly viewport: () => Viewport
  readonly element: () => HTMLElement | null
}

let mounted: Mounted | null = null
let scene: Scene = EMPTY_SCENE
/** To be brought into sight as soon as it stands on the canvas. */
let awaited: string | null = null
/** While a button is pressed on the canvas, what is under the pointer stays there. */
let isHeld = false
/** The node that was clicked last, and where in the window: it stays under the pointer. */
let clicked: { readonly id: string; readonly at: Position } | null = null

/** Called by the canvas as it comes and goes. */
export function mountCamera(next: Mounted | null): void {
  mounted = next
  awaited = null
  isHeld = false
  clicked = null
  goal = AT_REST
}
export const setCanvasScene = (next: Scene): void => void (scene = next)

/** What stands on the canvas now. */
export const canvasScene = (): Scene => scene

export const MOST_ZOOM = 2
const CAMERA_MS = 220

const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

const AT_REST = { zoom: 1, until: 0 }

/** Where the camera is going: a second press counts from there, not from the way to it. */
let goal = AT_REST

function move(target: Position & { readonly zoom: number }, isInstant = false): void {
  const duration = isInstant || isStill() ? 0 : CAMERA_MS
  awaited = null
  goal = { zoom: target.zoom, until: performance.now() + duration }
  void mounted?.flow.setViewport(target, duration === 0 ? {} : { duration })
}

/** A press on the canvas: the camera stops where it is, and until the release it follows nothing. */
export function holdCamera(): void {
  if (!mounted) return
  isHeld = true
  if (performance.now() >= goal.until) return
  goal = AT_REST
  const { x, y, zoom } = mounted.viewport()
  // Whole px: text and lines stay sharp.
  void mounted.flow.setViewport({ x: Math.round(x), y: Math.round(y), zoom })
}

/** Opening it, with all that this changes of the window, leaves the node where the pointer is. */
export const keepUnderPointer = (id: string, at: Position): void => void (clicked = { id, at })

/** Is the clicked node still in sight under the point where it was clicked? */
function isUnderPointer(node: SceneNode): boolean {
  const element = mounted?.element()
  if (!element || !mounted || clicked === null) return false
  if (!element.contains(document.elementFromPoint(clicked.at.x, clicked.at.y))) return false
  const { left, top } = element.getBoundingClientRect()
  const { x, y, zoom } = mounted.viewport()
  const point = { x: (clicked.at.x - left - x) / zoom, y: (clicked.at.y - top - y) / zoom }
  return holds(boxOfNode(node), { left: point.x, right: point.x, top: point.y, bottom: point.y })
}

/** The canvas has moved in the window, as the rail beside it was folded: what is on it stays where it is seen. */
export function stayInWindow(by: Position): void {
  if (!mounted || (by.x === 0 && by.y === 0)) return
  const { x, y, zoom } = mounted.viewport()
  setCamera({ x: x - by.x, y: y - by.y, zoom })
}

/** At once, and no flight: what is awaited is still awaited. */
export const setCamera = (camera: Camera): void => void mounted?.flow.setViewport(camera)

export function releaseCamera(): void {
  if (!isHeld) return
  isHeld = false
  bringAwaited()
}

export function zoomToAll({ isInstant = false } = {}): void {
  if (!mounted) return
  const target = fitting(scene, mounted.viewport(), coversOf(mounted.element()))
  if (target) move(target, isInstant)
}

/** Brings these to the middle, without zooming in or out further than they need. Tasks in a block mean the block. */
export function flyTo(ids: Iterable<string>, { isInstant = false, zoom = 0 } = {}): void {
  if (!mounted) return
  const shown = [...ids].map((id) => scene.memberOf.get(id) ?? id)
  const nodes = new Map(
    shown.flatMap((id) => {
      const node = scene.nodes.get(id)
      return node ? [[id, node] as const] : []
    }),
  )
  const box = boundsOf(nodes)
  if (!box) return
  const now = mounted.viewport()
  const next = Math.min(viewportFor(box, now).zoom, Math.max(now.zoom, zoom))
  move(
    {
      zoom: next,
      x: now.width / 2 - ((box.left + box.right) / 2) * next,
      y: now.height / 2 - ((box.top + box.bottom) / 2) * next,
    },
    isInstant,
  )
}

/** At once, with the task as near to the middle as the ends of the graph allow: no empty space is shown beyond them. */
export function showAround(id: string, zoom: number): void {
  const node = scene.nodes.get(scene.memberOf.get(id) ?? id)
  if (!mounted || !scene.bounds || !node) return
  const { width, height } = mounted.viewport()
  const { left, right, top, bottom } = scene.bounds
  const x = offsetFor(node.at.x + NODE_WIDTH / 2, { start: left, end: right, room: width, zoom })
  const y = offsetFor(node.at.y + NODE_HEIGHT / 2, {
    start: top,
    end: bottom,
    zoom,
    room: Math.max(TOOLS, height - TOOLS),
  })
  move({ x, y, zoom }, true)
}

interface Stretch {
  readonly start: number
  readonly end: number
  readonly room: number
  readonly zoom: number
}

/** Offset that brings `middle` to the middle of the room; a stretch that fits is centred whole. */
function offsetFor(middle: number, { start, end, room, zoom }: Stretch): number {
  const free = room * FREE
  const first = free - start * zoom
  const last = room - free - end * zoom
  if (last >= first) return (first + last) / 2
  return Math.min(first, Math.max(last, room / 2 - middle * zoom))
}

/** With the middle of its node at that place of the window, in px, at once and at 100 %, as far as it is wholly in sight there. */
export function showAt(id: string, { x, y }: Position): void {
  const node = scene.nodes.get(id)
  const element = mounted?.element()
  if (!node || !element || !mounted) return
  const { left, top } = element.getBoundingClientRect()
  const { width, height } = mounted.viewport()
  const within = (wanted: number, length: number, room: number): number =>
    Math.max(EDGE, Math.min(wanted - length / 2, room - length - EDGE))
  const corner = {
    x: within(x - left, NODE_WIDTH, width),
    y: within(y - top, NODE_HEIGHT, height - TOOLS),
  }
  move({ x: corner.x - node.at.x, y: corner.y - node.at.y, zoom: 1 }, true)
}

/** What was asked for before it had a place. Called once the canvas stands as it is drawn. */
export function bringAwaited(): void {
  const id = awaited
  if (id === null || !scene.nodes.has(scene.memberOf.get(id) ?? id)) return
  awaited = null
  bringIntoSight(id)
}

/** Moves just so far that the node is in sight; one that is not on the canvas yet is awaited, and so is a hand's release. */
export function bringIntoSight(id: string): void {
  if (!mounted) return
  const node = scene.nodes.get(scene.memberOf.get(id) ?? id)
  awaited = node && !isHeld ? null : id
  if (!node || isHeld) return
  if (clicked?.id !== id) clicked = null
  if (isUnderPointer(node)) return
  const { x, y, zoom, height } = mounted.viewport()
  const left = node.at.x * zoom + x
  const top = node.at.y * zoom + y
  const dx = inside(left, NODE_WIDTH * zoom, widthInSight())
  const foot = footBelow(left + dx, left + dx + NODE_WIDTH * zoom, height)
  const dy = inside(top, NODE_HEIGHT * zoom, height - foot)
  if (dx !== 0 || dy !== 0) move({ x: x + dx, y: y + dy, zoom })
}

/** px of the canvas that the inspector leaves free where it lies over it; all of them where nothing would be left. */
function widthInSight(): number {
  const { width = 0 } = mounted?.viewport() ?? {}
  const canvas = mounted?.element()?.getBoundingClientRect()
  const inspector = document.querySelector('.inspector')?.getBoundingClientRect()
  if (!canvas || !inspector || inspector.width === 0) return width
  const free = inspector.left - canvas.left
  return free > LEAST_FREE ? Math.min(width, free) : width
}

/** px: narrower than that nothing of a node can be read. */
const LEAST_FREE = 120

/** px at the foot of the canvas that are taken, between two places across. */
function footBelow(from: number, to: number, height: number): number {
  const covers = coversOf(mounted?.element() ?? null)
  const over = covers.filter(({ left, right }) => from < right && to > left)
  return Math.max(TOOLS, ...over.map(({ top }) => height - top))
}

const EDGE = 24

/** How far a stretch must move to lie between the edges; 0 when it does. */
function inside(start: number, length: number, room: number): number {
  if (start < EDGE) return EDGE - start
  const over = start + length - (room - EDGE)
  return over > 0 ? -Math.min(over, start - EDGE) : 0
}

/** About the middle of the canvas. */
export function zoomTo(zoom: number): void {
  if (!mounted) return
  const { x, y, width, height, zoom: now } = mounted.viewport()
  const least = leastZoom(scene.bounds, { width, height })
  const next = Math.min(MOST_ZOOM, Math.max(least, zoom))
  const scale = next / now
  move({
    zoom: next,
    x: width / 2 - (width / 2 - x) * scale,
    y: height / 2 - (height / 2 - y) * scale,
  })
}

export function zoomBy(factor: number): void {
  const isMoving = performance.now() < goal.until
  zoomTo((isMoving ? goal.zoom : (mounted?.viewport().zoom ?? 1)) * factor)
}

/** Puts the middle of the view there, at once. Canvas units. */
export function centreAt({ x, y }: Position): void {
  if (!mounted) return
  const { zoom, width, height } = mounted.viewport()
  move({ zoom, x: width / 2 - x * zoom, y: height / 2 - y * zoom }, true)
}

export const viewportNow = (): Viewport | null => mounted?.viewport() ?? null

export const focusCanvas = (): void => mounted?.element()?.focus({ preventScroll: true })

// What lies over the foot of the canvas now.

/** px between a cover and the nearest node */
const APART = 8
const COVERS = '.minimap, .toast, .draft-bar'

export function coversOf(canvas: HTMLElement | null): readonly Cover[] {
  if (canvas === null) return []
  const { left, right, top, bottom } = canvas.getBoundingClientRect()
  return [...document.querySelectorAll(COVERS)].flatMap((element): Cover[] => {
    const box = element.getBoundingClientRect()
    const isOver = box.width > 0 && box.right > left && box.left < right && box.top < bottom
    if (!isOver) return []
    return [
      {
        left: box.left - left - APART,
        right: box.right - left + APART,
        top: box.top - top - APART,
      },
    ]
  })
}
