/** The graph as shapes, drawn from its data: the same for an SVG file and for a canvas. Pure but for measuring text. */
import type { ShownState } from '../../../domain/task.ts'
import { LAMP_DASHES, LAMPS } from '../../components/status-badge.tsx'
import { factOf, labelOfState } from '../../model/task-state.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import type { Colours } from '../paint/paint-colours.ts'
import {
  middleOfTrack,
  type Scene,
  type SceneNode,
  type SceneTrack,
  type TrackState,
} from '../scene/scene.ts'

export interface Stroke {
  readonly colour: string
  readonly width: number
  readonly dash?: readonly number[]
}

export type Shape =
  | {
      readonly kind: 'path'
      readonly d: string
      readonly fill: string | null
      readonly stroke: Stroke | null
      /** Where its origin is and how large a unit of it is; absent = as it stands. */
      readonly at?: { readonly x: number; readonly y: number; readonly scale: number }
    }
  | {
      readonly kind: 'text'
      readonly x: number
      /** Baseline. */
      readonly y: number
      readonly text: string
      readonly size: number
      readonly weight: number
      readonly colour: string
    }

export interface Picture {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly ground: string
  readonly font: string
  readonly shapes: readonly Shape[]
}

export interface PictureColours extends Colours {
  readonly text: string
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
  colours: PictureColours,
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
      ...[...scene.tracks.values()].flatMap((track) => trackShapes(track, scene, colours)),
      ...[...scene.tracks.values()].flatMap((track) => crossShapes(track, colours)),
      ...[...scene.nodes.values()].flatMap((node) => nodeShapes(node, pen)),
    ],
  }
}

interface Pen {
  readonly colours: PictureColours
  readonly widthOf: (text: string, size: number, weight: number) => number
}

function trackShapes(track: SceneTrack, { direction }: Scene, colours: Colours): readonly Shape[] {
  const colour = trackColour(track.state, colours)
  const line = { colour, width: track.state === 'satisfied' ? 1.75 : 1.5 }
  const d = polyline(track.points)
  const shapes: Shape[] = [{ kind: 'path', d, fill: null, stroke: line }]
  if (track.state === 'satisfied') return shapes
  const [x = 0, y = 0] = track.points.slice(-2)
  const stop = direction === 'right' ? `M${x - 14} ${y - 7}v14` : `M${x - 7} ${y - 14}h14`
  return [...shapes, { kind: 'path', d: stop, fill: null, stroke: { colour, width: 2 } }]
}

/** A ring with a cross in the middle: its blocker failed. Over all tracks, so that none runs through it. */
function crossShapes(track: SceneTrack, colours: Colours): readonly Shape[] {
  if (track.state !== 'upstream-failed') return []
  const at = { ...middleOfTrack(track), scale: 1 }
  const stroke = { colour: colours.trackFail, width: 1.5 }
  return [
    { kind: 'path', d: 'M-7 0A7 7 0 1 1 7 0A7 7 0 1 1 -7 0z', fill: colours.canvas, stroke, at },
    { kind: 'path', d: 'M-2.6 -2.6L2.6 2.6M2.6 -2.6L-2.6 2.6', fill: null, stroke, at },
  ]
}

const trackColour = (state: TrackState, colours: Colours): string =>
  ({
    satisfied: colours.trackDone,
    waiting: colours.trackOpen,
    'upstream-failed': colours.trackFail,
  })[state]

function polyline(points: readonly number[]): string {
  const pairs: string[] = []
  for (let i = 0; i + 1 < points.length; i += 2)
    pairs.push(`${short(points[i] ?? 0)} ${short(points[i + 1] ?? 0)}`)
  return `M${pairs.join('L')}`
}

const short = (value: number): number => Math.round(value * 10) / 10

const FLAT: ReadonlySet<ShownState> = new Set(['done', 'blocked'])
const DASHED: ReadonlySet<ShownState> = new Set(['paused', 'abandoned'])
const TINTED: ReadonlySet<ShownState> = new Set(['in-progress', 'failed', 'waiting', 'parked'])

function nodeShapes(node: SceneNode, pen: Pen): readonly Shape[] {
  const { colours } = pen
  const { x, y } = node.at
  const state = node.card?.state ?? node.stack?.state ?? 'blocked'
  const ground = groundOf(state, colours)
  const colour = colours.ofState(state).text
  return [
    ...glowOf(node, state, colours),
    outlineOf(node, state, colours),
    ...lampShapes(state, { x: x + 12, y: y + 12, scale: 1 }, { colour, ground }),
    ...titleShapes(node, state, pen),
    {
      kind: 'text',
      x: x + TITLE_X,
      y: y + NODE_HEIGHT - 14,
      text: clip(standOf(node, state), TEXT_WIDTH, (text) => pen.widthOf(text, FACT, 400)),
      size: FACT,
      weight: 400,
      colour,
    },
  ]
}

const TEXT_WIDTH = NODE_WIDTH - TITLE_X - 10

const isQuiet = (state: ShownState): boolean => FLAT.has(state) || DASHED.has(state)

/** What is at work has a ring of light around it. */
const glowOf = (
  { at: { x, y } }: SceneNode,
  state: ShownState,
  colours: Colours,
): readonly Shape[] =>
  state === 'in-progress'
    ? [
        {
          kind: 'path',
          d: roundedBox(x, y),
          fill: null,
          stroke: { colour: colours.glow, width: 6 },
        },
      ]
    : []

function outlineOf({ at: { x, y } }: SceneNode, state: ShownState, colours: Colours): Shape {
  const colour = isQuiet(state) ? colours.line2 : colours.ofState(state).line
  return {
    kind: 'path',
    d: roundedBox(x, y),
    fill: groundOf(state, colours),
    stroke: { colour, width: 1, ...(DASHED.has(state) ? { dash: [4, 3] } : {}) },
  }
}

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
  return FLAT.has(state) ? colours.surface : colours.raised
}

function standOf({ card, stack }: SceneNode, state: ShownState): string {
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

function lampShapes(
  state: ShownState,
  at: { readonly x: number; readonly y: number; readonly scale: number },
  { colour, ground }: { readonly colour: string; readonly ground: string },
): readonly Shape[] {
  const { fill, stroke, turning, dashed, knock } = LAMPS[state]
  const path = (d: string | undefined, filled: string | null, line: Partial<Stroke>): Shape[] =>
    d === undefined
      ? []
      : [
          {
            kind: 'path',
            d,
            fill: filled,
            stroke: filled ? null : { colour, width: 1.6, ...line },
            at,
          },
        ]
  return [
    ...path(fill, colour, {}),
    ...path(stroke, null, {}),
    ...path(turning, null, {}),
    ...path(dashed, null, { dash: LAMP_DASHES }),
    ...path(knock, null, { colour: ground }),
  ]
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
