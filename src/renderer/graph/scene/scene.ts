/**
 * What stands on the canvas and where: nodes and edges in canvas units, whether they are in the page or painted. What did not
 * change keeps its identity, so that only changed nodes are drawn again.
 */
import type { Position, TaskCard } from '../../../contract/view.ts'
import type { Closing, Folding, Stack } from './fold.ts'
import {
  cornersOf,
  type Direction,
  type Grid,
  GRIDS,
  type Layout,
  NODE_HEIGHT,
  NODE_WIDTH,
} from '../layout/grid.ts'
import {
  courseOf,
  drawEdge,
  middleOf,
  MIDDLE,
  takenLanes,
  type Course,
  type Lanes,
  type Points,
  type Taken,
} from './route-edge.ts'
import { lanesOf } from './edge-lanes.ts'

export type SceneNode =
  | { readonly id: string; readonly at: Position; readonly card: TaskCard; readonly stack: null }
  | { readonly id: string; readonly at: Position; readonly card: null; readonly stack: Stack }

export type EdgeState = 'satisfied' | 'waiting' | 'upstream-failed'

export interface SceneEdge {
  readonly id: string
  /** Ids of the nodes at its ends: tasks or blocks. */
  readonly from: string
  readonly to: string
  /** The dependency that it stands for; of several between two blocks, the first. */
  readonly blocker: string
  readonly dependent: string
  readonly state: EdgeState
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
  readonly edges: ReadonlyMap<string, SceneEdge>
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
  edges: new Map(),
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
    edges: makeEdges(input, nodes, isSameShape ? before.edges : null),
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

/** The same places and edges with newer cards. No block is folded: each edge is one dependency. */
function withCards(before: Scene, changed: readonly TaskCard[]): Scene {
  if (changed.length === 0) return before
  const nodes = new Map(before.nodes)
  const turned = new Map<string, EdgeState>()
  for (const card of changed) {
    const known = nodes.get(card.id)
    if (!known?.card) continue
    nodes.set(card.id, { id: card.id, at: known.at, card, stack: null })
    const state = edgeStateOf(card)
    if (state !== edgeStateOf(known.card)) turned.set(card.id, state)
  }
  return { ...before, nodes, edges: withStates(before.edges, turned) }
}

function withStates(
  before: Scene['edges'],
  turned: ReadonlyMap<string, EdgeState>,
): Scene['edges'] {
  if (turned.size === 0) return before
  const edges = new Map(before)
  for (const edge of before.values()) {
    const state = turned.get(edge.blocker)
    if (state !== undefined) edges.set(edge.id, { ...edge, state })
  }
  return edges
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
function makeEdges(
  input: SceneInput,
  nodes: Scene['nodes'],
  before: Scene['edges'] | null,
): ReadonlyMap<string, SceneEdge> {
  const grid = GRIDS[input.direction]
  const links = linksOf(input, nodes)
  if (before && hasSameLinks(before, links)) return withLinks(before, links)
  let taken: Taken | null = null
  const routed = [...links.values()].map((link): Routed => {
    const known = before?.get(link.id)?.course
    if (known) return { ...link, course: known }
    taken ??= takenLanes(nodes.values(), grid)
    return { ...link, course: courseOf(link.source.at, link.target.at, grid, taken) }
  })
  const lanesFor = lanesOf(routed, grid)
  const edges = new Map<string, SceneEdge>()
  for (const edge of routed) {
    const lanes = lanesFor.get(edge.id) ?? MIDDLE
    const known = before?.get(edge.id)
    const isSame = known !== undefined && isSameLane(known.lanes, lanes)
    edges.set(edge.id, isSame ? withLink(known, edge) : toEdge(edge, lanes, grid))
  }
  return edges
}

interface Link extends Pick<SceneEdge, 'id' | 'from' | 'to' | 'blocker' | 'dependent'> {
  readonly source: SceneNode
  readonly target: SceneNode
  state: EdgeState
}

interface Routed extends Link {
  readonly course: Course
}

type Links = ReadonlyMap<string, Link>

function hasSameLinks(before: Scene['edges'], links: Links): boolean {
  if (before.size !== links.size) return false
  for (const id of links.keys()) if (!before.has(id)) return false
  return true
}

function withLinks(before: Scene['edges'], links: Links): Scene['edges'] {
  const edges = new Map<string, SceneEdge>()
  let isSame = true
  for (const link of links.values()) {
    const known = before.get(link.id)
    if (!known) continue
    const edge = withLink(known, link)
    if (edge !== known) isSame = false
    edges.set(link.id, edge)
  }
  return isSame ? before : edges
}

function withLink(known: SceneEdge, { state, blocker, dependent }: Link): SceneEdge {
  const isSame = known.state === state && known.blocker === blocker && known.dependent === dependent
  return isSame ? known : { ...known, state, blocker, dependent }
}

function toEdge(
  { id, from, to, blocker, dependent, state, course }: Routed,
  lanes: Lanes,
  grid: Grid,
): SceneEdge {
  const points = drawEdge(course, grid, lanes)
  const box = boxOf(points)
  return { id, from, to, blocker, dependent, state, course, lanes, points, box }
}

/** One for each two nodes with dependencies between them. */
function linksOf({ tasks, folding }: SceneInput, nodes: Scene['nodes']): Links {
  const links = new Map<string, Link>()
  const nodeOf = (id: string) => nodes.get(folding.memberOf.get(id) ?? id)
  for (const { id: dependent, after } of tasks.values()) {
    const target = after.length > 0 ? nodeOf(dependent) : undefined
    if (!target) continue
    for (const blocker of after) {
      const [source, card] = [nodeOf(blocker), tasks.get(blocker)]
      if (source === target || !source || !card) continue
      const [from, to] = [source.id, target.id]
      const id = edgeIdOf(from, to)
      const known = links.get(id)
      const state = edgeStateOf(card)
      if (known) known.state = worse(state, known.state)
      else links.set(id, { id, from, to, source, target, blocker, dependent, state })
    }
  }
  return links
}

const isSameLane = (a: Lanes, b: Lanes): boolean =>
  a.out === b.out && a.in === b.in && a.row === b.row

const SEVERITY: readonly EdgeState[] = ['satisfied', 'waiting', 'upstream-failed']

/** Several dependencies on one edge show the worst. */
const worse = (a: EdgeState, b: EdgeState): EdgeState =>
  SEVERITY.indexOf(a) > SEVERITY.indexOf(b) ? a : b

function edgeStateOf(blocker: TaskCard): EdgeState {
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
  return boxOf(
    [...nodes.values()].flatMap(({ at: { x, y } }) => [x, y, x + NODE_WIDTH, y + NODE_HEIGHT]),
  )
}

export const touches = (a: Box, b: Box): boolean =>
  a.left <= b.right && a.right >= b.left && a.top <= b.bottom && a.bottom >= b.top

export const holds = (outer: Box, inner: Box): boolean =>
  outer.left <= inner.left &&
  outer.top <= inner.top &&
  outer.right >= inner.right &&
  outer.bottom >= inner.bottom

/** `\n` stands in no id. */
export const edgeIdOf = (blocker: string, dependent: string): string => `${blocker}\n${dependent}`

export function edgeOf(id: string): { readonly blocker: string; readonly dependent: string } {
  const [blocker = '', dependent = ''] = id.split('\n')
  return { blocker, dependent }
}

/** Where the cross of a failed edge and its button sit. */
export const middleOfEdge = (edge: SceneEdge): Position => middleOf(edge.points)
