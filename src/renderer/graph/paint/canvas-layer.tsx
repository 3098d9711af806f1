/** The one <canvas> under the nodes: tracks at every level, blocks where nodes are not in the page. */
import { useEffect, useRef } from 'react'
import type { Drawing } from './drawing.ts'
import { readColours, type Colours } from './paint-colours.ts'
import { watchTheme } from '../../ui/theme-tokens.ts'
import { paintScene } from './paint-scene.ts'
import type { Viewport } from '../scene/in-sight.ts'
import type { WatchedViewport } from '../canvas/use-viewport.ts'

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
  before.hoverTrack !== now.hoverTrack ||
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
