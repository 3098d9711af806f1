/** Where the camera stands so that all is in sight, and nothing of it below what lies over the canvas. px unless said; pure. */
import type { Position } from '../../../contract/view.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import type { Box, Scene } from '../scene/scene.ts'

const LEAST_ZOOM = 0.1
/** A graph that is larger is shown so: less than a px of a node is nothing. */
const LEAST_OF_ALL = 0.01
/** Share of the canvas that stays free around what is shown. */
export const FREE = 0.08
/** At the foot of the canvas: its tools lie there. */
export const TOOLS = 64

export interface Size {
  readonly width: number
  readonly height: number
}
export type Camera = Position & { readonly zoom: number }

/** Something that lies over the lower part of the canvas: the minimap, news, the drafts. From the canvas's left and top. */
export interface Cover {
  readonly left: number
  readonly right: number
  readonly top: number
}

/** What is kept free at the edges. */
interface Margins {
  readonly left: number
  readonly right: number
  readonly foot: number
}

/** The viewport that shows a box whole, at most at 100 %. */
export function viewportFor(
  box: Box,
  { width, height }: Size,
  { left, right, foot }: Margins = { left: 0, right: 0, foot: TOOLS },
): Camera {
  const wide = box.right - box.left
  const high = box.bottom - box.top
  const across = Math.max(TOOLS, width - left - right)
  const room = Math.max(TOOLS, height - foot)
  const zoom = Math.max(
    LEAST_OF_ALL,
    Math.min((across * (1 - 2 * FREE)) / wide, (room * (1 - 2 * FREE)) / high, 1),
  )
  return {
    zoom,
    x: left + across / 2 - ((box.left + box.right) / 2) * zoom,
    y: room / 2 - ((box.top + box.bottom) / 2) * zoom,
  }
}

/** How far one can zoom out: to 10 %, or until the whole graph is in sight. */
export const leastZoom = (bounds: Box | null, size: Size): number =>
  bounds === null || size.width === 0
    ? LEAST_ZOOM
    : Math.min(LEAST_ZOOM, fittingAbove(bounds, size))

/** With all that may lie over the foot of the canvas. */
const fittingAbove = (bounds: Box, size: Size): number =>
  viewportFor(bounds, size, { left: 0, right: 0, foot: TOOLS * 2 }).zoom

/** As near as can be with no node under a cover; where that cannot be, as if nothing lay over the canvas. */
export function fitting(
  { bounds, nodes }: Pick<Scene, 'bounds' | 'nodes'>,
  size: Size,
  covers: readonly Cover[],
): Camera | null {
  if (!bounds) return null
  const plain = viewportFor(bounds, size)
  const isClear = (camera: Camera): boolean =>
    covers.every((cover) => ![...nodes.values()].some(({ at }) => isUnder(at, camera, cover)))
  return (
    marginsFor(covers, size)
      .map((margins) => viewportFor(bounds, size, margins))
      .toSorted((a, b) => b.zoom - a.zoom)
      .find(isClear) ?? plain
  )
}

/** Least first: for equal zooms what stands in the middle stays there. */
function marginsFor(covers: readonly Cover[], { width, height }: Size): readonly Margins[] {
  const left = Math.max(0, ...covers.filter((each) => each.left < width / 3).map(rightEnd))
  const right = Math.max(
    0,
    ...covers.filter((each) => each.right > (width * 2) / 3).map((each) => width - each.left),
  )
  const foot = Math.max(TOOLS, ...covers.map(({ top }) => height - top))
  const none = { left: 0, right: 0, foot: TOOLS }
  const aside = [none, { ...none, right }, { ...none, left }, { ...none, left, right }]
  return [...aside, { ...none, foot }]
}

const rightEnd = ({ right }: Cover): number => right

function isUnder(at: Position, { x, y, zoom }: Camera, cover: Cover): boolean {
  const left = at.x * zoom + x
  const bottom = (at.y + NODE_HEIGHT) * zoom + y
  return bottom > cover.top && left < cover.right && left + NODE_WIDTH * zoom > cover.left
}
