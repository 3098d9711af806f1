/** Paints the edges in sight. One path per look: thousands of edges are a handful of strokes. */
import { type Batch as Batched, batchesOf, type Colours, type Drawing } from './drawing.ts'
import type { Direction } from '../layout/grid.ts'
import { middleOfEdge, touches, type Box, type SceneEdge } from '../scene/scene.ts'

type Look = 'satisfied' | 'waiting' | 'upstream-failed' | 'main' | 'accent' | 'cycle'

type Batch = Batched<SceneEdge, Look>

/** Painted last = on top. */
const ORDER: readonly Look[] = [
  'satisfied',
  'waiting',
  'upstream-failed',
  'main',
  'cycle',
  'accent',
]
/** px on the screen. */
const WIDTH: Readonly<Record<Look, number>> = {
  satisfied: 1.75,
  waiting: 1.5,
  'upstream-failed': 1.5,
  main: 5,
  cycle: 2.5,
  accent: 2,
}
const PLAIN: ReadonlySet<Look> = new Set(['satisfied', 'waiting', 'upstream-failed'])
const RAIL_GAP = 2.2
/** Below that, lines are thinner and bars and crosses are left out: they would be dirt. */
const SMALL = 0.45
const TINY = 0.22
/** Below that, plain lines are one device px wide: such a line has neither sides nor corners and is painted in a quarter of the time. */
const FAR = 0.065

interface View {
  readonly zoom: number
  readonly box: Box
  /** Device px per px. */
  readonly ratio: number
}

/** `context` is in canvas units. */
export function paintEdges(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  colours: Colours,
  view: View,
): void {
  const { scene, opacityOf } = drawing
  const batches = batchesOf(
    scene.edges.values(),
    ({ from, to, box }) => (touches(box, view.box) ? Math.min(opacityOf(from), opacityOf(to)) : 0),
    (edge) => lookOf(drawing, edge),
  )
  context.lineJoin = 'round'
  for (const batch of [...batches].toSorted((a, b) => rankOf(a) - rankOf(b))) {
    context.globalAlpha = batch.opacity
    strokeLines(context, batch, colours, view)
    if (view.zoom < TINY) continue
    strokeStops(context, batch, colours, { zoom: view.zoom, direction: scene.direction })
    paintCrosses(context, batch, colours, view.zoom)
  }
  context.globalAlpha = 1
}

function lookOf(drawing: Drawing, { id, state }: SceneEdge): Look {
  if (drawing.cycleEdges.has(id)) return 'cycle'
  if (id === drawing.hoverEdge || id === drawing.chosenEdge) return 'accent'
  return drawing.lineEdges.has(id) ? 'main' : state
}

const rankOf = ({ look }: Batch): number => ORDER.indexOf(look)

const colourOf = (look: Look, { accent, edges }: Colours): string =>
  look === 'accent' ? accent : edges[look === 'cycle' ? 'upstream-failed' : look]

function strokeLines(
  context: CanvasRenderingContext2D,
  { look, all }: Batch,
  colours: Colours,
  { zoom, ratio }: View,
): void {
  context.beginPath()
  const least = zoom < FAR ? 1 / zoom : 0
  for (const { points } of all) trace(context, points, least)
  const shrink = zoom < SMALL ? 0.7 : 1
  const width = zoom < FAR && PLAIN.has(look) ? 1 / ratio : WIDTH[look] * shrink
  context.lineCap = 'butt'
  context.strokeStyle = colourOf(look, colours)
  context.lineWidth = width / zoom
  context.stroke()
  if (look !== 'main') return
  context.strokeStyle = colours.canvas
  context.lineWidth = (RAIL_GAP * shrink) / zoom
  context.stroke()
}

/** Corners nearer than `least` to the one before are left out. */
function trace(context: CanvasRenderingContext2D, points: readonly number[], least: number): void {
  let [x, y] = [points[0] ?? 0, points[1] ?? 0]
  context.moveTo(x, y)
  for (let i = 2; i + 1 < points.length; i += 2) {
    const [nextX, nextY] = [points[i] ?? 0, points[i + 1] ?? 0]
    const isLast = i + 3 >= points.length
    if (!isLast && Math.abs(nextX - x) + Math.abs(nextY - y) < least) continue
    x = nextX
    y = nextY
    context.lineTo(x, y)
  }
}

const STOP_HALF = 7
/** Canvas units between the bar and the node. */
const STOP_BEFORE = 8
const INTO_NODE = 6

function strokeStops(
  context: CanvasRenderingContext2D,
  { look, all }: Batch,
  colours: Colours,
  { zoom, direction }: { readonly zoom: number; readonly direction: Direction },
): void {
  if (look === 'satisfied') return
  context.beginPath()
  const back = INTO_NODE + Math.max(STOP_BEFORE, 5 / zoom)
  const half = Math.max(STOP_HALF, Math.min(STOP_HALF / zoom, 16))
  for (const { points, state } of all) {
    if (state === 'satisfied') continue
    const x = points.at(-2) ?? 0
    const y = points.at(-1) ?? 0
    if (direction === 'right') {
      context.moveTo(x - back, y - half)
      context.lineTo(x - back, y + half)
    } else {
      context.moveTo(x - half, y - back)
      context.lineTo(x + half, y - back)
    }
  }
  context.lineCap = 'round'
  context.strokeStyle = colourOf(look, colours)
  context.lineWidth = 2 / zoom
  context.stroke()
}

/** A ring with a cross in the middle says that its blocker failed, also on the critical path. */
function paintCrosses(
  context: CanvasRenderingContext2D,
  { look, all }: Batch,
  colours: Colours,
  zoom: number,
): void {
  if (look === 'accent' || look === 'cycle') return
  const scale = 1 / Math.max(zoom, 0.6)
  for (const edge of all) {
    if (edge.state !== 'upstream-failed') continue
    const { x, y } = middleOfEdge(edge)
    context.beginPath()
    context.arc(x, y, 7 * scale, 0, Math.PI * 2)
    context.fillStyle = colours.canvas
    context.strokeStyle = colours.edges['upstream-failed']
    context.lineWidth = 1.5 * scale
    context.fill()
    context.moveTo(x - 2.6 * scale, y - 2.6 * scale)
    context.lineTo(x + 2.6 * scale, y + 2.6 * scale)
    context.moveTo(x + 2.6 * scale, y - 2.6 * scale)
    context.lineTo(x - 2.6 * scale, y + 2.6 * scale)
    context.stroke()
  }
}
