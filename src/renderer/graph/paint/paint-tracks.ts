/** Paints the tracks in sight. One path per look: thousands of tracks are a handful of strokes. */
import type { Colours } from './paint-colours.ts'
import type { Drawing } from './drawing.ts'
import type { Direction } from '../layout/grid.ts'
import { middleOfTrack, touches, type Box, type SceneTrack } from '../scene/scene.ts'

type Look = 'satisfied' | 'waiting' | 'upstream-failed' | 'main' | 'accent' | 'cycle'

interface Batch {
  readonly look: Look
  readonly opacity: number
  readonly tracks: SceneTrack[]
}

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
const RAIL_GAP = 2.2
/** Below that, lines are thinner and bars and crosses are left out: they would be dirt. */
const SMALL = 0.45
const TINY = 0.22

/** `context` is in canvas units. */
export function paintTracks(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  colours: Colours,
  view: { readonly zoom: number; readonly box: Box },
): void {
  const batches = [...batchesOf(drawing, view.box)].toSorted(
    (a, b) => ORDER.indexOf(a.look) - ORDER.indexOf(b.look),
  )
  context.lineJoin = 'round'
  for (const batch of batches) {
    context.globalAlpha = batch.opacity
    strokeLines(context, batch, colours, view.zoom)
    if (view.zoom >= TINY)
      strokeStops(context, batch, colours, { zoom: view.zoom, direction: drawing.scene.direction })
    if (view.zoom >= TINY) paintCrosses(context, batch, colours, view.zoom)
  }
  context.globalAlpha = 1
}

function batchesOf(drawing: Drawing, box: Box): Iterable<Batch> {
  const batches = new Map<string, Batch>()
  for (const track of drawing.scene.tracks.values()) {
    if (!touches(track.box, box)) continue
    const opacity = Math.min(drawing.opacityOf(track.from), drawing.opacityOf(track.to))
    if (opacity === 0) continue
    const look = lookOf(drawing, track)
    const key = `${look} ${opacity}`
    const batch = batches.get(key)
    if (batch) batch.tracks.push(track)
    else batches.set(key, { look, opacity, tracks: [track] })
  }
  return batches.values()
}

function lookOf(drawing: Drawing, { id, state }: SceneTrack): Look {
  if (drawing.cycleTracks.has(id)) return 'cycle'
  if (id === drawing.hoverTrack || id === drawing.chosenTrack) return 'accent'
  return drawing.lineTracks.has(id) ? 'main' : state
}

const colourOf = (look: Look, colours: Colours): string =>
  ({
    satisfied: colours.trackDone,
    waiting: colours.trackOpen,
    'upstream-failed': colours.trackFail,
    main: colours.trackMain,
    cycle: colours.trackFail,
    accent: colours.accent,
  })[look]

function strokeLines(
  context: CanvasRenderingContext2D,
  { look, tracks }: Batch,
  colours: Colours,
  zoom: number,
): void {
  context.beginPath()
  for (const { points } of tracks) trace(context, points)
  const shrink = zoom < SMALL ? 0.7 : 1
  context.lineCap = 'butt'
  context.strokeStyle = colourOf(look, colours)
  context.lineWidth = (WIDTH[look] * shrink) / zoom
  context.stroke()
  if (look !== 'main') return
  context.strokeStyle = colours.canvas
  context.lineWidth = (RAIL_GAP * shrink) / zoom
  context.stroke()
}

function trace(context: CanvasRenderingContext2D, points: readonly number[]): void {
  context.moveTo(points[0] ?? 0, points[1] ?? 0)
  for (let i = 2; i + 1 < points.length; i += 2) context.lineTo(points[i] ?? 0, points[i + 1] ?? 0)
}

const STOP_HALF = 7
/** Canvas units between the bar and the node. */
const STOP_BEFORE = 8
const INTO_NODE = 6

function strokeStops(
  context: CanvasRenderingContext2D,
  { look, tracks }: Batch,
  colours: Colours,
  { zoom, direction }: { readonly zoom: number; readonly direction: Direction },
): void {
  if (look === 'satisfied') return
  context.beginPath()
  const back = INTO_NODE + Math.max(STOP_BEFORE, 5 / zoom)
  const half = Math.max(STOP_HALF, Math.min(STOP_HALF / zoom, 16))
  for (const { points, state } of tracks) {
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
  { look, tracks }: Batch,
  colours: Colours,
  zoom: number,
): void {
  if (look === 'accent' || look === 'cycle') return
  const scale = 1 / Math.max(zoom, 0.6)
  for (const track of tracks) {
    if (track.state !== 'upstream-failed') continue
    const { x, y } = middleOfTrack(track)
    context.beginPath()
    context.arc(x, y, 7 * scale, 0, Math.PI * 2)
    context.fillStyle = colours.canvas
    context.strokeStyle = colours.trackFail
    context.lineWidth = 1.5 * scale
    context.fill()
    context.moveTo(x - 2.6 * scale, y - 2.6 * scale)
    context.lineTo(x + 2.6 * scale, y + 2.6 * scale)
    context.moveTo(x + 2.6 * scale, y - 2.6 * scale)
    context.lineTo(x - 2.6 * scale, y + 2.6 * scale)
    context.stroke()
  }
}
