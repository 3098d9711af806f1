/** The graph as shapes, drawn from its data: the same for an SVG file and for a canvas. Pure but for measuring text. */
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { labelOfState, factOf } from '../../model/task-state.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import { lampParts } from '../paint/paint-nodes.ts'
import { type Colours, DASHED, PLAIN, stateOf } from '../paint/drawing.ts'
import { middleOfEdge, type Scene, type SceneNode, type SceneEdge } from '../scene/scene.ts'

export interface Stroke {
  readonly colour: string
  readonly width: number
  readonly dash?: readonly number[]
}

interface PathShape {
  readonly kind: 'path'
  readonly d: string
  readonly fill: string | null
  readonly stroke: Stroke | null
  /** Where its origin is and how large a unit of it is; absent = as it stands. */
  readonly at?: { readonly x: number; readonly y: number; readonly scale: number }
}

interface TextShape {
  readonly kind: 'text'
  readonly x: number
  /** Baseline. */
  readonly y: number
  readonly text: string
  readonly size: number
  readonly weight: number
  readonly colour: string
}

export type Shape = PathShape | TextShape

const path = (d: string, look: Partial<PathShape>): Shape => ({
  kind: 'path',
  d,
  fill: null,
  stroke: null,
  ...look,
})

export interface Picture {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly ground: string
  readonly font: string
  readonly shapes: readonly Shape[]
}

const MARGIN = 40
const RADIUS = 8
const TITLE = 14
const FACT = 11
/** Between the left edge of a node and its title. */
const TITLE_X = 38

/** `widthOf` measures a text in canvas units. */
export function toPicture(
  scene: Scene,
  colours: Colours,
  widthOf: (text: string, size: number, weight: number) => number,
): Picture | null {
  const { bounds } = scene
  if (bounds === null) return null
  const pen = { colours, widthOf }
  return {
    left: bounds.left - MARGIN,
    top: bounds.top - MARGIN,
    width: bounds.right - bounds.left + 2 * MARGIN,
    height: bounds.bottom - bounds.top + 2 * MARGIN,
    ground: colours.canvas,
    font: colours.font,
    shapes: [
      ...[...scene.edges.values()].flatMap((edge) => edgeShapes(edge, scene, colours)),
      ...[...scene.edges.values()].flatMap((edge) => crossShapes(edge, colours)),
      ...[...scene.nodes.values()].flatMap((node) => nodeShapes(node, pen)),
    ],
  }
}

interface Pen {
  readonly colours: Colours
  readonly widthOf: (text: string, size: number, weight: number) => number
}

function edgeShapes(edge: SceneEdge, { direction }: Scene, colours: Colours): readonly Shape[] {
  const colour = colours.edges[edge.state]
  const width = edge.state === 'satisfied' ? 1.75 : 1.5
  const line = path(polyline(edge.points), { stroke: { colour, width } })
  if (edge.state === 'satisfied') return [line]
  const [x = 0, y = 0] = edge.points.slice(-2)
  const stop = direction === 'right' ? `M${x - 14} ${y - 7}v14` : `M${x - 7} ${y - 14}h14`
  return [line, path(stop, { stroke: { colour, width: 2 } })]
}

/** A ring with a cross in the middle: its blocker failed. Over all edges, so that none runs through it. */
function crossShapes(edge: SceneEdge, colours: Colours): readonly Shape[] {
  if (edge.state !== 'upstream-failed') return []
  const at = { ...middleOfEdge(edge), scale: 1 }
  const stroke = { colour: colours.edges['upstream-failed'], width: 1.5 }
  return [
    path('M-7 0A7 7 0 1 1 7 0A7 7 0 1 1 -7 0z', { fill: colours.canvas, stroke, at }),
    path('M-2.6 -2.6L2.6 2.6M2.6 -2.6L-2.6 2.6', { stroke, at }),
  ]
}

function polyline(points: readonly number[]): string {
  const pairs: string[] = []
  for (let i = 0; i + 1 < points.length; i += 2)
    pairs.push(`${short(points[i] ?? 0)} ${short(points[i + 1] ?? 0)}`)
  return `M${pairs.join('L')}`
}

const short = (value: number): number => Math.round(value * 10) / 10

const TINTED: ReadonlySet<ShownState> = new Set(['in-progress', 'failed', 'waiting', 'parked'])
const isQuiet = (state: ShownState): boolean => PLAIN.has(state) || DASHED.has(state)

function nodeShapes(node: SceneNode, { colours, widthOf }: Pen): readonly Shape[] {
  const { x, y } = node.at
  const state = stateOf(node)
  const own = colours.ofState(state)
  const fill = groundOf(state, colours)
  const box = roundedBox(x, y)
  const dash = DASHED.has(state) ? { dash: [4, 3] } : {}
  const outline = { colour: isQuiet(state) ? colours.line2 : own.line, width: 1, ...dash }
  const at = { x: x + 12, y: y + 12, scale: 1 }
  const fact = clip(factText(node, state), TEXT_WIDTH, (text) => widthOf(text, FACT, 400))
  const line = { kind: 'text', x: x + TITLE_X } as const
  return [
    // What is at work has a ring of light around it.
    ...(state === 'in-progress' ? [path(box, { stroke: { colour: colours.glow, width: 6 } })] : []),
    path(box, { fill, stroke: outline }),
    ...lampParts(state, own.text, fill).map(({ d, ...look }) => path(d, { ...look, at })),
    ...titleShapes(node, state, { colours, widthOf }),
    { ...line, y: y + NODE_HEIGHT - 14, text: fact, size: FACT, weight: 400, colour: own.text },
  ]
}

const TEXT_WIDTH = NODE_WIDTH - TITLE_X - 10

function titleShapes(
  node: SceneNode,
  state: ShownState,
  { colours, widthOf }: Pen,
): readonly Shape[] {
  const weight = isQuiet(state) ? 500 : 600
  const colour = isQuiet(state) ? colours.text2 : colours.text
  const title = node.card?.title ?? node.stack?.title ?? ''
  return wrap(title, TEXT_WIDTH, (text) => widthOf(text, TITLE, weight)).map((text, index) => ({
    kind: 'text',
    x: node.at.x + TITLE_X,
    y: node.at.y + 25 + index * 19,
    text,
    size: TITLE,
    weight,
    colour,
  }))
}

function groundOf(state: ShownState, colours: Colours): string {
  if (TINTED.has(state)) return colours.ofState(state).tint
  if (DASHED.has(state)) return colours.canvas
  return PLAIN.has(state) ? colours.surface : colours.raised
}

function factText({ card, stack }: SceneNode, state: ShownState): string {
  if (stack) return stack.fact
  const fact = card ? factOf(card) : null
  return fact === null ? labelOfState(state) : `${labelOfState(state)} · ${fact}`
}

const roundedBox = (x: number, y: number): string => {
  const [right, bottom] = [x + NODE_WIDTH, y + NODE_HEIGHT]
  const r = RADIUS
  return (
    `M${x + r} ${y}H${right - r}A${r} ${r} 0 0 1 ${right} ${y + r}V${bottom - r}` +
    `A${r} ${r} 0 0 1 ${right - r} ${bottom}H${x + r}A${r} ${r} 0 0 1 ${x} ${bottom - r}` +
    `V${y + r}A${r} ${r} 0 0 1 ${x + r} ${y}z`
  )
}

type Measure = (text: string) => number

/** Two lines at most; what does not fit ends in an ellipsis. */
export function wrap(text: string, width: number, widthOf: Measure): readonly string[] {
  const words = text.split(/\s+/).filter(Boolean)
  let first = ''
  for (;;) {
    const [word] = words
    if (word === undefined) return first === '' ? [] : [first]
    const longer = first === '' ? word : `${first} ${word}`
    if (widthOf(longer) > width) break
    first = longer
    words.shift()
  }
  // One word alone is too long for a line.
  if (first === '') return [clip(words.join(' '), width, widthOf)]
  return [first, clip(words.join(' '), width, widthOf)]
}

export function clip(text: string, width: number, widthOf: Measure): string {
  if (widthOf(text) <= width) return text
  const signs = [...text]
  let [low, high] = [0, signs.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (widthOf(`${signs.slice(0, middle).join('')}…`) <= width) low = middle
    else high = middle - 1
  }
  return `${signs.slice(0, low).join('').trimEnd()}…`
}
