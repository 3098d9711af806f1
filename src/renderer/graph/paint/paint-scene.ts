/** One picture of the canvas: ground, tracks, blocks where nodes are not in the page, and the names of columns. */
import { NODE_HEIGHT } from '../layout/grid.ts'
import type { Drawing } from './drawing.ts'
import { boxInView, type Viewport } from '../scene/in-sight.ts'
import type { Colours } from './paint-colours.ts'
import { paintNodes } from './paint-nodes.ts'
import { paintTracks } from './paint-tracks.ts'

const DOT_EVERY = 20
const HEADING_PX = 11

export interface Sheet {
  readonly context: CanvasRenderingContext2D
  readonly viewport: Viewport
  /** Device px per px. */
  readonly ratio: number
}

export function paintScene(
  { context, viewport, ratio }: Sheet,
  drawing: Drawing,
  colours: Colours,
): void {
  const { x, y, zoom, width, height } = viewport
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  paintDots(context, colours, viewport)
  context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * x, ratio * y)
  const view = { zoom, box: boxInView(viewport, 12) }
  paintTracks(context, drawing, colours, view)
  if (drawing.level === 'block') paintNodes(context, drawing, colours, view)
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  paintHeadings(context, drawing, colours, viewport)
}

/** The grid of dots moves with the canvas; its step stays between 14 and 28 px. */
function paintDots(
  context: CanvasRenderingContext2D,
  colours: Colours,
  { x, y, zoom, width, height }: Viewport,
): void {
  let step = DOT_EVERY * zoom
  while (step < 14) step *= 2
  while (step > 28) step /= 2
  const tile = tileOf(colours.grid)
  const pattern = context.createPattern(tile, 'repeat')
  if (!pattern) return
  const scale = step / TILE
  pattern.setTransform(new DOMMatrix([scale, 0, 0, scale, x % step, y % step]))
  context.fillStyle = pattern
  context.fillRect(0, 0, width, height)
}

const TILE = 40
let tile: { readonly colour: string; readonly canvas: HTMLCanvasElement } | null = null

function tileOf(colour: string): HTMLCanvasElement {
  if (tile?.colour === colour) return tile.canvas
  const canvas = document.createElement('canvas')
  canvas.width = TILE
  canvas.height = TILE
  const context = canvas.getContext('2d')
  if (context) {
    context.fillStyle = colour
    context.arc(TILE / 2, TILE / 2, 2, 0, Math.PI * 2)
    context.fill()
  }
  tile = { colour, canvas }
  return canvas
}

/** `Build 6/8` over a hairline, above the first row. Left out where the column is too narrow for its name. */
function paintHeadings(
  context: CanvasRenderingContext2D,
  { scene, headings }: Drawing,
  colours: Colours,
  { x, y, zoom, height }: Viewport,
): void {
  if (headings.length === 0 || !scene.bounds) return
  const isRight = scene.direction === 'right'
  if (!isRight) return
  const line = scene.bounds.top * zoom + y - Math.max(18, 0.28 * NODE_HEIGHT * zoom)
  if (line < -2 || line > height) return
  context.textBaseline = 'alphabetic'
  for (const { name, done, total, from, to } of headings) {
    const [left, right] = [from * zoom + x, to * zoom + x]
    const count = `${done}/${total}`
    context.font = `400 ${HEADING_PX}px ${colours.font}`
    const countWidth = context.measureText(count).width
    context.font = `600 ${HEADING_PX}px ${colours.font}`
    const nameWidth = context.measureText(name).width
    if (nameWidth > right - left) continue
    context.fillStyle = colours.text2
    context.fillText(name, left, line - 6)
    if (nameWidth + countWidth + 12 <= right - left) {
      context.font = `400 ${HEADING_PX}px ${colours.font}`
      context.fillStyle = colours.text3
      context.fillText(count, right - countWidth, line - 6)
    }
    context.fillStyle = colours.line2
    context.fillRect(left, line, right - left, 1)
  }
}
