/** All that painting needs to know: what is to be seen, the looks of states, and the theme's colours. */
import type { Heading } from '../layout/headings.ts'
import type { Level } from '../scene/viewport.ts'
import type { Scene, SceneNode } from '../scene/scene.ts'
import { tokenOf } from '../../ui/theme-tokens.ts'
import { type ShownState, SHOWN_STATES } from '../../../domain/graph/shown-state.ts'

export interface Drawing {
  readonly scene: Scene
  readonly level: Level
  /** Nodes that are in the page and are not painted. */
  readonly inPage: ReadonlySet<string>
  /** 1 = lit, 0 = not drawn. */
  readonly opacityOf: (id: string) => number
  readonly selected: ReadonlySet<string>
  /** Edge ids of the critical path; empty while it is not shown. */
  readonly lineEdges: ReadonlySet<string>
  /** Edge ids of the cycle that was refused. */
  readonly cycleEdges: ReadonlySet<string>
  readonly hoverEdge: string | null
  readonly chosenEdge: string | null
  readonly headings: readonly Heading[]
}

/** Things of one look are one path: thousands of edges are a handful of strokes. */
export interface Batch<T, Look> {
  readonly look: Look
  readonly opacity: number
  readonly all: T[]
}

/** `opacityOf` 0 = it is not drawn. */
export function batchesOf<T, Look extends string>(
  things: Iterable<T>,
  opacityOf: (thing: T) => number,
  lookOf: (thing: T) => Look,
): Iterable<Batch<T, Look>> {
  const batches: Batch<T, Look>[] = []
  for (const thing of things) {
    const opacity = opacityOf(thing)
    if (opacity === 0) continue
    const look = lookOf(thing)
    // There are a handful.
    const batch = batches.find((each) => each.look === look && each.opacity === opacity)
    if (batch) batch.all.push(thing)
    else batches.push({ look, opacity, all: [thing] })
  }
  return batches
}

export const PLAIN: ReadonlySet<ShownState> = new Set(['done', 'blocked'])
export const DASHED: ReadonlySet<ShownState> = new Set(['paused', 'abandoned'])
/** Their colour is seen from far away. */
export const BRIGHT: ReadonlySet<ShownState> = new Set(['in-progress', 'failed', 'waiting'])

export const stateOf = ({ card, stack }: SceneNode): ShownState =>
  card?.state ?? stack?.state ?? 'blocked'

/** Read anew whenever the theme changes. */
export type Colours = ReturnType<typeof readColours>

export function readColours(element: Element) {
  const token = (name: string): string => tokenOf(element, name)
  const ofState = (state: ShownState) => ({
    text: token(`--st-${state}`),
    solid: token(`--st-${state}-solid`),
    tint: token(`--st-${state}-bg`),
    line: token(`--st-${state}-line`),
  })
  const states = new Map(SHOWN_STATES.map((state) => [state, ofState(state)] as const))
  const edges = {
    satisfied: token('--track-done'),
    waiting: token('--track-open'),
    'upstream-failed': token('--track-fail'),
    main: token('--track-main'),
  }
  return {
    canvas: token('--canvas'),
    grid: token('--grid'),
    raised: token('--raised'),
    surface: token('--surface'),
    line: token('--line'),
    line2: token('--line-2'),
    text: token('--text'),
    text2: token('--text-2'),
    text3: token('--text-3'),
    accent: token('--accent-solid'),
    glow: token('--lamp-glow'),
    edges,
    font: getComputedStyle(element).fontFamily,
    ofState: (state: ShownState) => states.get(state) ?? ofState(state),
  }
}
