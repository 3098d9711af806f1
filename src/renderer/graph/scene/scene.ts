/**
 * What stands on the canvas and where: nodes and tracks in canvas units, whether they are in the page or painted. What did not
 * change keeps its identity, so that only changed nodes are drawn again.
 */
import type { Position, TaskCard } from '../../../contract/view.ts'
import type { Closing, Folding, Stack } from './fold.ts'
import {
  cornersOf,
  type Direction,
  GRIDS,
  type Layout,
  NODE_HEIGHT,
  NODE_WIDTH,
} from '../layout/grid.ts'
import {
  courseOf,
  drawTrack,
  middleOf,
  takenPlaces,
  type Course,
  type Lanes,
  type Points,
  type Taken,
} from './route-track.ts'
import { laneOf, lanesOf } from './track-lanes.ts'
import { trackIdOf } from '../canvas/view-state.ts'

export type SceneNode =
  | { readonly id: string; readonly at: Position; readonly card: TaskCard; readonly stack: null }
  | { readonly id: string; readonly at: Position; readonly card: null; readonly stack: Stack }

export type TrackState = 'satisfied' | 'waiting' | 'upstream-failed'

export interface SceneTrack {
  readonly id: string
  /** Ids of the nodes at its ends: tasks or blocks. */
  readonly from: string
  readonly to: string
  /** The dependency that it stands for; of several between two blocks, the first. */
  readonly blocker: string
  readonly dependent: string
  readonly state: TrackState
  readonly course: Course
  readonly lanes: Lanes
  readonly points: Points
  readonly box: Box
}

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export interface Scene {
  readonly direction: Direction
  readonly nodes: ReadonlyMap<string, SceneNode>
  readonly tracks: ReadonlyMap<string, SceneTrack>
  readonly memberOf: ReadonlyMap<string, string>
  /** Around all nodes; null for no nodes. */
  readonly bounds: Box | null
  /** Where a place of the canvas is while nothing is folded: places are kept so. */
  readonly unfolded: (at: Position) => Position
  /** Raised when a node stands elsewhere than before, or came or went. */
  readonly shape: number
}

export interface SceneInput {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly layout: Layout
  /** Places chosen by hand, those of a drag under way included. */
  readonly positions: ReadonlyMap<string, Position>
  readonly folding: Folding
  /** None while nothing is folded. */
  readonly closing?: Closing
  readonly direction: Direction
}

export const EMPTY_SCENE: Scene = {
  direction: 'right',
  nodes: new Map(),
  tracks: new Map(),
  memberOf: new Map(),
  bounds: null,
  unfolded: (at) => at,
  shape: 0,
}

/** A maker with a memory of the scene before. Tasks without a place yet are left out. */
export function createSceneMaker(): (input: SceneInput) => Scene {
  let before = EMPTY_SCENE
  let last: SceneInput | null = null
  return (input) => {
    const changed = last === null ? null : changedCards(last, input)
    before = changed === null ? wholeScene(before, input) : withCards(before, changed)
    last = input
    return before
  }
}

function wholeScene(before: Scene, input: SceneInput): Scene {
  const nodes = makeNodes(input, before.nodes)
  const isSameShape = before.direction === input.direction && hasSameShape(before.nodes, nodes)
  return {
    direction: input.direction,
    nodes,
    tracks: makeTracks(input, nodes, isSameShape ? before.tracks : null),
    memberOf: input.folding.memberOf,
    bounds: isSameShape ? before.bounds : boundsOf(nodes),
    unfolded: input.closing?.unfolded ?? EMPTY_SCENE.unfolded,
    shape: isSameShape ? before.shape : before.shape + 1,
  }
}

/** Null when more has changed than what tasks say of themselves, or when blocks are folded: then the whole is made anew. */
function changedCards(last: SceneInput, input: SceneInput): readonly TaskCard[] | null {
  const isSameGround =
    last.layout === input.layout &&
    last.positions === input.positions &&
    last.folding === input.folding &&
    last.direction === input.direction &&
    last.tasks.size === input.tasks.size
  if (!isSameGround || input.folding.memberOf.size > 0) return null
  const changed: TaskCard[] = []
  const former = last.tasks.values()
  for (const card of input.tasks.values()) {
    const known = former.next().value
    if (known === card) continue
    if (known?.id !== card.id || !isSameList(known.after, card.after)) return null
    changed.push(card)
  }
  return changed
}

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, index) => id === b[index])

/** The same places and tracks with newer cards. No block is folded: each track is one dependency. */
function withCards(before: Scene, changed: readonly TaskCard[]): Scene {
  if (changed.length === 0) return before
  const nodes = new Map(before.nodes)
  const turned = new Map<string, TrackState>()
  for (const card of changed) {
    const known = nodes.get(card.id)
    if (!known?.card) continue
    nodes.set(card.id, { id: card.id, at: known.at, card, stack: null })
    const state = trackStateOf(card)
    if (state !== trackStateOf(known.card)) turned.set(card.id, state)
  }
  return { ...before, nodes, tracks: withStates(before.tracks, turned) }
}

function withStates(
  before: Scene['tracks'],
  turned: ReadonlyMap<string, TrackState>,
): Scene['tracks'] {
  if (turned.size === 0) return before
  const tracks = new Map(before)
  for (const track of before.values()) {
    const state = turned.get(track.blocker)
    if (state !== undefined) tracks.set(track.id, { ...track, state })
  }
  return tracks
}

function makeNodes(input: SceneInput, before: Scene['nodes']): Map<string, SceneNode> {
  const unclosed = cornersOf(input)
  const corner = (id: string): Position | undefined => {
    const at = unclosed(id)
    return at && input.closing ? input.closing.folded(at) : at
  }
  const nodes = new Map<string, SceneNode>()
  for (const card of input.tasks.values()) {
    const at = input.folding.memberOf.has(card.id) ? undefined : corner(card.id)
    if (!at) continue
    const known = before.get(card.id)
    const isSame = known?.card === card && isSamePoint(known.at, at)
    nodes.set(card.id, isSame ? known : { id: card.id, at, card, stack: null })
  }
  for (const stack of input.folding.stacks.values()) {
    const at = corner(stack.at)
    if (at) nodes.set(stack.id, toStackNode(stack, at, before.get(stack.id)))
  }
  return nodes
}

function toStackNode(stack: Stack, at: Position, known: SceneNode | undefined): SceneNode {
  const isSame = known?.stack && isSameStack(known.stack, stack) && isSamePoint(known.at, at)
  return isSame ? known : { id: stack.id, at, card: null, stack }
}

const isSamePoint = (a: Position, b: Position): boolean => a.x === b.x && a.y === b.y

const isSameStack = (a: Stack, b: Stack): boolean =>
  a.title === b.title &&
  a.fact === b.fact &&
  a.state === b.state &&
  isSameList(a.members, b.members)

function hasSameShape(a: Scene['nodes'], b: Scene['nodes']): boolean {
  if (a.size !== b.size) return false
  for (const [id, node] of b) {
    const known = a.get(id)
    if (known === node) continue
    if (!known || !isSamePoint(known.at, node.at)) return false
  }
  return true
}

/** `before` = null: ways must be found anew. */
function makeTracks(
  input: SceneInput,
  nodes: Scene['nodes'],
  before: Scene['tracks'] | null,
): Map<string, SceneTrack> {
  const links = linksOf(input, nodes)
  const courseFor = createRouter(input, nodes)
  const coursed = links.map((link) => ({
    ...link,
    from: link.source.id,
    to: link.target.id,
    course: before?.get(link.id)?.course ?? courseFor(link.source, link.target),
  }))
  const grid = GRIDS[input.direction]
  const lanes = lanesOf(coursed, grid)
  const tracks = new Map<string, SceneTrack>()
  for (const { id, from, to, blocker, dependent, state, course } of coursed) {
    const own = laneOf(lanes, id)
    const known = before?.get(id)
    const way = known && isSameLane(known.lanes, own) ? wayOf(known) : null
    const isSame = way !== null && known?.state === state
    if (isSame) tracks.set(id, known)
    else
      tracks.set(id, {
        id,
        from,
        to,
        blocker,
        dependent,
        state,
        course,
        lanes: own,
        ...(way ?? wayAlong(drawTrack(course, grid, own))),
      })
  }
  return tracks
}

interface Link {
  readonly id: string
  readonly source: SceneNode
  readonly target: SceneNode
  readonly blocker: string
  readonly dependent: string
  readonly state: TrackState
}

/** One for each two nodes with dependencies between them. */
function linksOf(input: SceneInput, nodes: Scene['nodes']): readonly Link[] {
  const links = new Map<string, Link>()
  const nodeOf = (id: string): SceneNode | undefined =>
    nodes.get(input.folding.memberOf.get(id) ?? id)
  for (const card of input.tasks.values()) {
    const target = nodeOf(card.id)
    if (!target) continue
    for (const blockerId of card.after) {
      const [source, blocker] = [nodeOf(blockerId), input.tasks.get(blockerId)]
      if (source === target || !source || !blocker) continue
      const id = trackIdOf(source.id, target.id)
      const known = links.get(id)
      const state = worse(trackStateOf(blocker), known?.state)
      if (known) links.set(id, { ...known, state })
      else links.set(id, { id, source, target, blocker: blockerId, dependent: card.id, state })
    }
  }
  return [...links.values()]
}

type Way = Pick<SceneTrack, 'points' | 'box'>

const wayOf = ({ points, box }: SceneTrack): Way => ({ points, box })
const wayAlong = (points: Points): Way => ({ points, box: boxOf(points) })
const isSameLane = (a: Lanes, b: Lanes): boolean =>
  a.out === b.out && a.in === b.in && a.row === b.row

function createRouter(
  { direction }: SceneInput,
  nodes: Scene['nodes'],
): (source: SceneNode, target: SceneNode) => Course {
  const grid = GRIDS[direction]
  let taken: Taken | null = null
  return (source, target) => {
    taken ??= takenPlaces(
      [...nodes.values()].map(({ at }) => at),
      grid,
    )
    return courseOf(source.at, target.at, grid, taken)
  }
}

const SEVERITY: readonly TrackState[] = ['satisfied', 'waiting', 'upstream-failed']

/** Several dependencies on one track show the worst. */
const worse = (a: TrackState, b: TrackState = 'satisfied'): TrackState =>
  SEVERITY.indexOf(a) > SEVERITY.indexOf(b) ? a : b

function trackStateOf(blocker: TaskCard): TrackState {
  if (blocker.status === 'done' || blocker.status === 'abandoned') return 'satisfied'
  return blocker.status === 'failed' ? 'upstream-failed' : 'waiting'
}

function boxOf(points: Points): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x = 0, y = 0] = [points[i], points[i + 1]]
    if (x < left) left = x
    if (x > right) right = x
    if (y < top) top = y
    if (y > bottom) bottom = y
  }
  return { left, top, right, bottom }
}

export const boxOfNode = ({ at: { x, y } }: SceneNode): Box => ({
  left: x,
  top: y,
  right: x + NODE_WIDTH,
  bottom: y + NODE_HEIGHT,
})

export function boundsOf(nodes: ReadonlyMap<string, SceneNode>): Box | null {
  if (nodes.size === 0) return null
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { at } of nodes.values()) {
    left = Math.min(left, at.x)
    top = Math.min(top, at.y)
    right = Math.max(right, at.x + NODE_WIDTH)
    bottom = Math.max(bottom, at.y + NODE_HEIGHT)
  }
  return { left, top, right, bottom }
}

export const touches = (a: Box, b: Box): boolean =>
  a.left <= b.right && a.right >= b.left && a.top <= b.bottom && a.bottom >= b.top

export const holds = (outer: Box, inner: Box): boolean =>
  outer.left <= inner.left &&
  outer.top <= inner.top &&
  outer.right >= inner.right &&
  outer.bottom >= inner.bottom

/** Where the cross of a failed track and its button sit. */
export const middleOfTrack = (track: SceneTrack): Position => middleOf(track.points)
