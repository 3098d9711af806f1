/** The one <canvas> under the nodes: edges at every level, blocks where nodes are not in the page. */
import { useEffect, useRef } from 'react'
import { type Colours, type Drawing, readColours } from './drawing.ts'
import { watchTheme } from '../../ui/theme-tokens.ts'
import { type WatchedViewport, boxInView, type Viewport } from '../scene/viewport.ts'
import { NODE_HEIGHT } from '../layout/grid.ts'
import { paintNodes } from './paint-nodes.ts'
import { paintEdges } from './paint-edges.ts'

/** Patches reach the picture no oftener; the camera is followed frame by frame. ms. */
const PAINT_EVERY_MS = 66

interface Painter {
  /** Soon; `isNow` in the next frame. */
  repaint(isNow: boolean): void
  forgetColours(): void
  close(): void
}

interface CanvasLayerProps {
  readonly drawing: Drawing
  readonly viewport: WatchedViewport
}

export function CanvasLayer({ drawing, viewport }: CanvasLayerProps) {
  const element = useRef<HTMLCanvasElement>(null)
  const painter = useRef<Painter | null>(null)
  const latest = useRef(drawing)
  useEffect(() => {
    const canvas = element.current
    if (!canvas) return
    const current = createPainter(canvas, viewport, () => latest.current)
    painter.current = current
    const stopViewport = viewport.watch(() => current.repaint(true))
    const stopTheme = watchTheme(() => (current.forgetColours(), current.repaint(true)))
    return () => {
      stopViewport()
      stopTheme()
      current.close()
    }
  }, [viewport])
  useEffect(() => {
    const before = latest.current
    latest.current = drawing
    painter.current?.repaint(isSeenAtOnce(before, drawing))
  }, [drawing])
  return <canvas ref={element} className="graph-canvas" aria-hidden="true" />
}

/** What a person did is painted at once, what the yard did may wait a little. */
const isSeenAtOnce = (before: Drawing, now: Drawing): boolean =>
  before.level !== now.level ||
  before.inPage !== now.inPage ||
  before.opacityOf !== now.opacityOf ||
  before.hoverEdge !== now.hoverEdge ||
  before.scene.shape !== now.scene.shape

function createPainter(
  canvas: HTMLCanvasElement,
  viewport: WatchedViewport,
  drawing: () => Drawing,
): Painter {
  const context = canvas.getContext('2d')
  let colours: Colours | null = null
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let paintedAt = 0
  let paintedSize = ''

  const paint = (): void => {
    cancelAnimationFrame(frame)
    frame = 0
    clearTimeout(timer)
    timer = undefined
    const view = viewport.now()
    if (!context || view.width === 0) return
    const ratio = devicePixelRatio
    fitSize(canvas, view.width * ratio, view.height * ratio)
    colours ??= readColours(canvas)
    paintedAt = performance.now()
    paintedSize = sizeOf(view)
    paintScene({ context, viewport: view, ratio }, drawing(), colours)
  }
  const nextFrame = (): void => {
    if (frame === 0) frame = requestAnimationFrame(paint)
  }
  return {
    repaint(isNow) {
      // A canvas of another size would show its picture stretched for a frame.
      if (paintedSize !== '' && paintedSize !== sizeOf(viewport.now())) return paint()
      if (isNow) return nextFrame()
      const wait = paintedAt + PAINT_EVERY_MS - performance.now()
      timer ??= setTimeout(nextFrame, Math.max(0, wait))
    },
    forgetColours: () => void (colours = null),
    close() {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    },
  }
}

const sizeOf = ({ width, height }: Viewport): string => `${width} ${height}`

/** Setting the size clears a canvas, so it is set only when it differs. */
function fitSize(canvas: HTMLCanvasElement, width: number, height: number): void {
  const [w, h] = [Math.round(width), Math.round(height)]
  if (canvas.width !== w) canvas.width = w
  if (canvas.height !== h) canvas.height = h
}

// One picture of the canvas: ground, edges, blocks where nodes are not in the page, and the names of columns.

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
  const view = { zoom, ratio, box: boxInView(viewport, 12) }
  paintEdges(context, drawing, colours, view)
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
