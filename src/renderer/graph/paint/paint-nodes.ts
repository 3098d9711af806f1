/** Paints nodes as blocks: tint and outline of the state, and a lamp for all that is neither done nor blocked. */
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import {
  type Batch,
  batchesOf,
  BRIGHT,
  type Colours,
  DASHED,
  type Drawing,
  PLAIN,
  stateOf,
} from './drawing.ts'
import { LAMP_DASHES, LAMPS } from '../../components/status-badge.tsx'
import { boxOfNode, touches, type Box, type SceneNode } from '../scene/scene.ts'

/** px on the screen: the least size of a lamp, and the height of a block below which it is left out. */
const LAMP = 12
const LAMP_FROM = 15
/** px on the screen: lower blocks are filled with their colour, an outline would be all of them. */
const OUTLINE_FROM = 6
const RADIUS = 8
const RECEDING = 0.55

/** `context` is in canvas units. */
export function paintNodes(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  colours: Colours,
  view: { readonly zoom: number; readonly box: Box },
): void {
  const { scene, inPage } = drawing
  const opacityOf = (node: SceneNode): number =>
    inPage.has(node.id) || !touches(boxOfNode(node), view.box) ? 0 : drawing.opacityOf(node.id)
  for (const batch of batchesOf(scene.nodes.values(), opacityOf, stateOf)) {
    context.globalAlpha = batch.opacity
    paintBatch(context, batch, colours, view.zoom)
  }
  context.globalAlpha = 1
  ringSelected(context, drawing, colours, view)
}

function paintBatch(
  context: CanvasRenderingContext2D,
  { look: state, all: nodes }: Batch<SceneNode, ShownState>,
  colours: Colours,
  zoom: number,
): void {
  const own = colours.ofState(state)
  const isFar = NODE_HEIGHT * zoom < LAMP_FROM
  const isPlain = PLAIN.has(state)
  if (NODE_HEIGHT * zoom < OUTLINE_FROM) {
    if (!BRIGHT.has(state)) context.globalAlpha *= RECEDING
    context.fillStyle = own.solid
    // One by one: thousands of them in one path take several times as long.
    for (const { at } of nodes) context.fillRect(at.x, at.y, NODE_WIDTH, NODE_HEIGHT)
    return
  }
  context.beginPath()
  for (const node of nodes) outline(context, node, zoom)
  if (state === 'in-progress' && !isFar) {
    context.strokeStyle = colours.glow
    context.lineWidth = 6 / zoom
    context.stroke()
  }
  const ground = groundOf(state, colours, isFar)
  context.fillStyle = ground
  context.fill()
  context.strokeStyle = isPlain ? colours.line2 : own.line
  context.lineWidth = 1 / zoom
  if (DASHED.has(state)) context.setLineDash([4 / zoom, 3 / zoom])
  context.stroke()
  context.setLineDash([])
  if (isPlain || isFar) return
  const size = Math.max(LAMP / zoom, 26)
  for (const { at } of nodes) {
    const middle = { x: at.x + NODE_WIDTH / 2, y: at.y + NODE_HEIGHT / 2 }
    paintLamp(context, state, { ...middle, size, colour: own.text, ground })
  }
}

function groundOf(state: ShownState, colours: Colours, isFar: boolean): string {
  if (isFar && BRIGHT.has(state)) return colours.ofState(state).solid
  if (DASHED.has(state)) return colours.canvas
  return colours.ofState(state).tint
}

/** Corners cost more than they show where a block is a few px high. */
function outline(context: CanvasRenderingContext2D, node: SceneNode, zoom: number): void {
  const { x, y } = node.at
  const height = node.stack ? NODE_HEIGHT - 10 : NODE_HEIGHT
  if (zoom < 0.2) context.rect(x, y, NODE_WIDTH, height)
  else context.roundRect(x, y, NODE_WIDTH, height, RADIUS)
  if (node.stack) context.rect(x + 10, y + height, NODE_WIDTH - 20, 10)
}

/** Selected nodes that are not in the page: more than fit. */
function ringSelected(
  context: CanvasRenderingContext2D,
  { scene, selected, inPage }: Drawing,
  colours: Colours,
  { zoom, box }: { readonly zoom: number; readonly box: Box },
): void {
  if (selected.size === 0) return
  context.beginPath()
  const offset = 3 / zoom
  for (const id of selected) {
    const node = inPage.has(id) ? undefined : scene.nodes.get(id)
    if (!node || !touches(boxOfNode(node), box)) continue
    const { x, y } = node.at
    context.roundRect(
      x - offset,
      y - offset,
      NODE_WIDTH + 2 * offset,
      NODE_HEIGHT + 2 * offset,
      RADIUS + offset,
    )
  }
  context.strokeStyle = colours.accent
  context.lineWidth = 2 / zoom
  context.stroke()
}

interface LampPart {
  readonly d: string
  readonly fill?: string
  readonly stroke?: { readonly colour: string; readonly width: number; readonly dash?: number[] }
}

/** What a lamp is drawn of, one over the other, on a field of 16 × 16. `ground`: the colour that lies behind it. */
export function lampParts(state: ShownState, colour: string, ground: string): readonly LampPart[] {
  const { fill, stroke, turning, dashed, knock } = LAMPS[state]
  const line = { colour, width: 1.6 }
  return [
    ...(fill ? [{ d: fill, fill: colour }] : []),
    ...(stroke ? [{ d: stroke, stroke: line }] : []),
    ...(turning ? [{ d: turning, stroke: line }] : []),
    ...(dashed ? [{ d: dashed, stroke: { ...line, dash: LAMP_DASHES } }] : []),
    ...(knock ? [{ d: knock, stroke: { ...line, colour: ground } }] : []),
  ]
}

const SIZE = 16
const paths = new Map<string, Path2D>()

function pathOf(text: string): Path2D {
  let path = paths.get(text)
  if (!path) paths.set(text, (path = new Path2D(text)))
  return path
}

interface LampPlace {
  /** Its middle, in the units of the context. */
  readonly x: number
  readonly y: number
  readonly size: number
  readonly colour: string
  readonly ground: string
}

function paintLamp(
  context: CanvasRenderingContext2D,
  state: ShownState,
  { x, y, size, colour, ground }: LampPlace,
): void {
  const scale = size / SIZE
  context.save()
  context.translate(x - size / 2, y - size / 2)
  context.scale(scale, scale)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  for (const { d, fill, stroke } of lampParts(state, colour, ground)) {
    if (fill) {
      context.fillStyle = fill
      context.fill(pathOf(d))
    }
    if (!stroke) continue
    context.strokeStyle = stroke.colour
    context.lineWidth = stroke.width
    context.setLineDash(stroke.dash ?? [])
    context.stroke(pathOf(d))
  }
  context.restore()
}
