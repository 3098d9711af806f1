/** Paints nodes as blocks: tint and outline of the state, and a lamp for all that is neither done nor blocked. */
import type { ShownState } from '../../../domain/task.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import type { Drawing } from './drawing.ts'
import type { Colours } from './paint-colours.ts'
import { type Box, boxOfNode, type SceneNode, touches } from '../scene/scene.ts'
import { LAMP_DASHES, LAMPS } from '../../components/status-badge.tsx'

const PLAIN: ReadonlySet<ShownState> = new Set(['done', 'blocked'])
const DASHED: ReadonlySet<ShownState> = new Set(['paused', 'abandoned'])
/** Their colour is seen from far away. */
const BRIGHT: ReadonlySet<ShownState> = new Set(['in-progress', 'failed', 'waiting'])

/** px on the screen: the least size of a lamp, and the height of a block below which it is left out. */
const LAMP = 12
const LAMP_FROM = 15
/** px on the screen: lower blocks are filled with their colour, an outline would be all of them. */
const OUTLINE_FROM = 6
const RADIUS = 8
const RECEDING = 0.55

interface Batch {
  readonly state: ShownState
  readonly opacity: number
  readonly nodes: SceneNode[]
}

/** `context` is in canvas units. */
export function paintNodes(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  colours: Colours,
  view: { readonly zoom: number; readonly box: Box },
): void {
  for (const batch of batchesOf(drawing, view.box)) {
    context.globalAlpha = batch.opacity
    paintBatch(context, batch, colours, view.zoom)
  }
  context.globalAlpha = 1
  ringSelected(context, drawing, colours, view)
}

function batchesOf(drawing: Drawing, box: Box): Iterable<Batch> {
  const batches = new Map<string, Batch>()
  for (const node of drawing.scene.nodes.values()) {
    if (drawing.inPage.has(node.id) || !touches(boxOfNode(node), box)) continue
    const opacity = drawing.opacityOf(node.id)
    if (opacity === 0) continue
    const state = stateOf(node)
    const key = `${state} ${opacity}`
    const batch = batches.get(key)
    if (batch) batch.nodes.push(node)
    else batches.set(key, { state, opacity, nodes: [node] })
  }
  return batches.values()
}

export const stateOf = ({ card, stack }: SceneNode): ShownState =>
  card?.state ?? stack?.state ?? 'blocked'

function paintBatch(
  context: CanvasRenderingContext2D,
  { state, nodes }: Batch,
  colours: Colours,
  zoom: number,
): void {
  const own = colours.ofState(state)
  const isFar = NODE_HEIGHT * zoom < LAMP_FROM
  const isPlain = PLAIN.has(state)
  context.beginPath()
  for (const node of nodes) outline(context, node, zoom)
  if (NODE_HEIGHT * zoom < OUTLINE_FROM) {
    if (!BRIGHT.has(state)) context.globalAlpha *= RECEDING
    context.fillStyle = own.solid
    context.fill()
    return
  }
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

// Paints the lamps of states.

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

export function paintLamp(
  context: CanvasRenderingContext2D,
  state: ShownState,
  place: LampPlace,
): void {
  const lamp = LAMPS[state]
  const { x, y, size, colour, ground } = place
  const scale = size / SIZE
  context.save()
  context.translate(x - size / 2, y - size / 2)
  context.scale(scale, scale)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.lineWidth = 1.6
  context.fillStyle = colour
  context.strokeStyle = colour
  if (lamp.fill) context.fill(pathOf(lamp.fill))
  for (const line of [lamp.stroke, lamp.turning]) if (line) context.stroke(pathOf(line))
  if (lamp.dashed) {
    context.setLineDash(LAMP_DASHES)
    context.stroke(pathOf(lamp.dashed))
    context.setLineDash([])
  }
  context.strokeStyle = ground
  if (lamp.knock) context.stroke(pathOf(lamp.knock))
  context.restore()
}
