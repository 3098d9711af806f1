/** Nodes of the scene → nodes for React Flow. What did not change keeps its identity, so that only changed nodes are drawn again. */
import { Position } from '@xyflow/react'
import type { Light } from '../scene/dimming.ts'
import { NODE_HEIGHT, NODE_WIDTH, type Direction } from '../layout/grid.ts'
import type { Scene, SceneNode } from '../scene/scene.ts'
import type { FlowNode } from './task-node.tsx'

/** How one node is shown, beside what it is. */
export interface Shown {
  readonly light: Light
  readonly isSelected: boolean
  readonly isFocused: boolean
  /** At an end of the edge that is hovered or chosen. */
  readonly isEnd: boolean
  readonly isOnLine: boolean
  readonly isDraggable: boolean
}

export interface FlowNodesInput {
  readonly scene: Scene
  readonly ids: readonly string[]
  readonly shownOf: (id: string) => Shown
  readonly nameOf: (node: SceneNode, shown: Shown) => string
}

/** The id of the element, for `aria-activedescendant`. */
export const elementIdOf = (id: string): string => `task-node-${id}`

interface Known {
  readonly source: SceneNode
  readonly shown: Shown
  readonly name: string
  readonly node: FlowNode
}

export function createNodeMapper(): (input: FlowNodesInput) => FlowNode[] {
  let known = new Map<string, Known>()
  let direction: Direction = 'right'
  return ({ scene, ids, shownOf, nameOf }) => {
    if (scene.direction !== direction) known = new Map()
    direction = scene.direction
    const next = new Map<string, Known>()
    for (const id of ids) {
      const source = scene.nodes.get(id)
      if (!source) continue
      const shown = shownOf(id)
      const name = nameOf(source, shown)
      const before = known.get(id)
      const isSame =
        before?.source === source && before.name === name && isSameShown(before.shown, shown)
      const node = isSame ? before.node : toNode(source, shown, { name, direction })
      next.set(id, { source, shown, name, node })
    }
    known = next
    return [...next.values()].map(({ node }) => node)
  }
}

const isSameShown = (a: Shown, b: Shown): boolean =>
  (Object.keys(a) as (keyof Shown)[]).every((key) => a[key] === b[key])

/** Sized and with handles, so that React Flow neither measures it nor mounts it for that. */
function toNode(
  source: SceneNode,
  shown: Shown,
  { name, direction }: { readonly name: string; readonly direction: Direction },
): FlowNode {
  const size = { width: NODE_WIDTH, height: NODE_HEIGHT }
  const { light, isSelected, isFocused, isEnd, isOnLine, isDraggable } = shown
  const classes = [`light-${light}`, isFocused && 'is-focused', isEnd && 'is-end']
  return {
    id: source.id,
    type: source.stack ? 'stack' : 'task',
    position: source.at,
    ...size,
    measured: size,
    handles: handlesOf(direction),
    data: source.stack
      ? { stack: source.stack, direction }
      : { card: source.card, direction, isOnLine },
    selected: isSelected,
    draggable: isDraggable,
    className: classes.filter(Boolean).join(' '),
    ariaLabel: name,
    ariaRole: 'group',
    domAttributes: attributesOf(source),
  }
}

/** React Flow takes an id as well, its type does not. */
const attributesOf = (source: SceneNode): NonNullable<FlowNode['domAttributes']> => {
  const id = { id: elementIdOf(source.id) }
  return { ...id, 'aria-roledescription': source.stack ? 'folded tasks' : 'task' }
}

const SIZE = 10

function handlesOf(direction: Direction): NonNullable<FlowNode['handles']> {
  const size = { width: SIZE, height: SIZE }
  const [x, y] = [(NODE_WIDTH - SIZE) / 2, (NODE_HEIGHT - SIZE) / 2]
  if (direction === 'right')
    return [
      { type: 'target', position: Position.Left, x: 0, y, ...size },
      { type: 'source', position: Position.Right, x: NODE_WIDTH - SIZE, y, ...size },
    ]
  return [
    { type: 'target', position: Position.Top, x, y: 0, ...size },
    { type: 'source', position: Position.Bottom, x, y: NODE_HEIGHT - SIZE, ...size },
  ]
}
