/** The whole yard in a corner. Drag the frame, or press a place to go there. Keys reach the same by walking the graph. */
import { useEffect, useEffectEvent, useRef, type PointerEvent } from 'react'
import { useThrottled } from '../../ui/timers.ts'
import { centreAt } from '../canvas/camera.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import { type WatchedViewport, boxInView, type Viewport } from '../scene/viewport.ts'
import { BRIGHT, readColours, stateOf } from './drawing.ts'
import { watchTheme } from '../../ui/theme-tokens.ts'
import type { Box, Scene } from '../scene/scene.ts'

const WIDTH = 168
const HEIGHT = 112
const INSET = 6
const PAINT_EVERY_MS = 250

interface MinimapProps {
  readonly scene: Scene
  readonly viewport: WatchedViewport
}

export function Minimap({ scene: latestScene, viewport }: MinimapProps) {
  const scene = useThrottled(latestScene, PAINT_EVERY_MS)
  const canvas = useRef<HTMLCanvasElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const place = useEffectEvent((shown = scene) => placeFrame(frame.current, shown, viewport.now()))
  const repaint = useEffectEvent((shown = scene) => paint(canvas.current, shown))
  useEffect(() => viewport.watch(() => place()), [viewport])
  useEffect(() => {
    place(scene)
    repaint(scene)
  }, [scene])
  useEffect(() => watchTheme(() => repaint()), [])

  const go = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons !== 1) return
    const box = event.currentTarget.getBoundingClientRect()
    // A map that is not painted yet hides nothing: the place is that of the first painting.
    const scale = scaleOf(scene) ?? scaleOf(latestScene)
    if (!scale) return
    centreAt({
      x: (event.clientX - box.left - scale.x) / scale.zoom,
      y: (event.clientY - box.top - scale.y) / scale.zoom,
    })
  }
  return (
    <div
      className="minimap"
      role="img"
      aria-label="Minimap"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        go(event)
      }}
      onPointerMove={go}
    >
      <canvas ref={canvas} className="minimap-canvas" />
      <div ref={frame} className="minimap-frame" />
    </div>
  )
}

/** Canvas units → px of the minimap. */
function scaleOf({ bounds }: Scene): { zoom: number; x: number; y: number } | null {
  if (!bounds) return null
  const wide = Math.max(bounds.right - bounds.left, 1)
  const high = Math.max(bounds.bottom - bounds.top, 1)
  const zoom = Math.min((WIDTH - 2 * INSET) / wide, (HEIGHT - 2 * INSET) / high, 0.14)
  return {
    zoom,
    x: WIDTH / 2 - ((bounds.left + bounds.right) / 2) * zoom,
    y: HEIGHT / 2 - ((bounds.top + bounds.bottom) / 2) * zoom,
  }
}

function paint(canvas: HTMLCanvasElement | null, scene: Scene): void {
  const context = canvas?.getContext('2d')
  const scale = scaleOf(scene)
  if (!canvas || !context) return
  const ratio = devicePixelRatio
  canvas.width = WIDTH * ratio
  canvas.height = HEIGHT * ratio
  if (!scale) return
  const colours = readColours(canvas)
  const { zoom, x, y } = scale
  context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * x, ratio * y)
  // At least a px, so that a large yard is a texture and not nothing.
  const width = Math.max(NODE_WIDTH, 1.5 / zoom)
  const height = Math.max(NODE_HEIGHT, 1 / zoom)
  // A colour is read from its text once per state, not once per node.
  const places = Map.groupBy(scene.nodes.values(), stateOf)
  for (const isBright of [false, true])
    for (const [state, nodes] of places) {
      if (BRIGHT.has(state) !== isBright) continue
      context.globalAlpha = isBright ? 1 : 0.55
      context.fillStyle = colours.ofState(state).solid
      for (const { at } of nodes) context.fillRect(at.x, at.y, width, height)
    }
}

function placeFrame(frame: HTMLDivElement | null, scene: Scene, viewport: Viewport): void {
  const scale = scaleOf(scene)
  if (!frame || !scale) return
  const view = clipped(boxInView(viewport), scale)
  frame.style.transform = `translate(${view.left}px, ${view.top}px)`
  frame.style.width = `${Math.max(4, view.right - view.left)}px`
  frame.style.height = `${Math.max(4, view.bottom - view.top)}px`
}

function clipped(box: Box, { zoom, x, y }: { zoom: number; x: number; y: number }): Box {
  const within = (value: number, most: number): number => Math.min(most - 2, Math.max(2, value))
  return {
    left: within(box.left * zoom + x, WIDTH),
    right: within(box.right * zoom + x, WIDTH),
    top: within(box.top * zoom + y, HEIGHT),
    bottom: within(box.bottom * zoom + y, HEIGHT),
  }
}
