/** View → nodes and edges for React Flow. What did not change keeps its identity, so that only changed nodes are drawn again. */
import { Position, type Edge, type Node } from '@xyflow/react'
import type { TaskCard } from '../../contract/view.ts'
import { wordOf } from '../ui/status-badge.tsx'
import { NODE_HEIGHT, NODE_WIDTH, xOf, yOf, type Layout, type Place } from './layout.ts'
import { passingRow, takenPlaces } from './route-track.ts'

export type TaskFlowNode = Node<{ readonly card: TaskCard }, 'task'>
export type TrackState = 'satisfied' | 'waiting' | 'upstream-failed'
export type TrackFlowEdge = Edge<
  { readonly state: TrackState; readonly passing: number | null },
  'track'
>

export interface FlowElements {
  readonly nodes: readonly TaskFlowNode[]
  readonly edges: readonly TrackFlowEdge[]
}

export interface FlowInput {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly layout: Layout
  readonly selectedId: string | null
}

/** A mapper with a memory of what it made last. Tasks without a place yet are left out. */
export function createFlowMapper(): (input: FlowInput) => FlowElements {
  let nodes = new Map<string, { node: TaskFlowNode; place: Place }>()
  let edges = new Map<string, TrackFlowEdge>()
  let layout: Layout | null = null
  let taken: ReadonlySet<string> = new Set()

  return (input) => {
    const isSameLayout = input.layout === layout
    if (!isSameLayout) taken = takenPlaces(input.layout)
    layout = input.layout
    const nextNodes: typeof nodes = new Map()
    const nextEdges: typeof edges = new Map()
    for (const card of input.tasks.values()) {
      const place = input.layout.get(card.id)
      if (!place) continue
      const isSelected = card.id === input.selectedId
      const known = nodes.get(card.id)
      nextNodes.set(
        card.id,
        known && isSameNode(known, card, place, isSelected)
          ? known
          : { node: toNode(card, place, isSelected), place },
      )
      for (const blockerId of card.after) {
        const known = isSameLayout ? edges.get(edgeIdOf(blockerId, card.id)) : undefined
        const track = toTrack(input, { blockerId, id: card.id, place, taken, known })
        if (track) nextEdges.set(track.id, track)
      }
    }
    nodes = nextNodes
    edges = nextEdges
    return { nodes: [...nodes.values()].map(({ node }) => node), edges: [...edges.values()] }
  }
}

function isSameNode(
  known: { node: TaskFlowNode; place: Place },
  card: TaskCard,
  place: Place,
  isSelected: boolean,
): boolean {
  return (
    known.node.data.card === card &&
    known.node.selected === isSelected &&
    known.place.column === place.column &&
    known.place.row === place.row
  )
}

/** Sized and with handles, so that React Flow neither measures it nor mounts it while it is out of sight. */
function toNode(card: TaskCard, place: Place, isSelected: boolean): TaskFlowNode {
  const size = { width: NODE_WIDTH, height: NODE_HEIGHT }
  const handle = { y: NODE_HEIGHT / 2 - 5, width: 10, height: 10 }
  return {
    id: card.id,
    type: 'task',
    position: { x: xOf(place), y: yOf(place) },
    ...size,
    measured: size,
    handles: [
      { type: 'target', position: Position.Left, x: 0, ...handle },
      { type: 'source', position: Position.Right, x: NODE_WIDTH - 10, ...handle },
    ],
    data: { card },
    selected: isSelected,
    ariaLabel: labelOf(card),
  }
}

interface TrackInput {
  readonly blockerId: string
  readonly id: string
  readonly place: Place
  readonly taken: ReadonlySet<string>
  /** The track as it was; kept when it still is so. */
  readonly known: TrackFlowEdge | undefined
}

function toTrack(input: FlowInput, wanted: TrackInput): TrackFlowEdge | null {
  const { blockerId, id, place, taken, known } = wanted
  const blocker = input.tasks.get(blockerId)
  const from = input.layout.get(blockerId)
  if (!blocker || !from) return null
  const state = trackStateOf(blocker)
  if (known?.data?.state === state) return known
  return {
    id: edgeIdOf(blockerId, id),
    type: 'track',
    source: blockerId,
    target: id,
    data: { state, passing: passingRow(from, place, taken) },
    focusable: false,
  }
}

const edgeIdOf = (blocker: string, dependent: string): string => `${blocker}>${dependent}`

function trackStateOf(blocker: TaskCard): TrackState {
  if (blocker.status === 'done' || blocker.status === 'abandoned') return 'satisfied'
  return blocker.status === 'failed' ? 'upstream-failed' : 'waiting'
}

/** All that the node shows, as one sentence for a screen reader. */
function labelOf(card: TaskCard): string {
  const state = [wordOf(card.state), card.fact].filter(Boolean).join(', ')
  const who = [card.state === 'in-progress' ? card.agent : null, card.executor, card.model]
  const count = card.after.length
  const waits = count === 0 ? '' : ` After ${count} ${count === 1 ? 'task' : 'tasks'}.`
  const by = who.filter(Boolean).join(', ')
  return `${card.title}. ${state}.${by ? ` ${by}.` : ''}${waits}`
}
