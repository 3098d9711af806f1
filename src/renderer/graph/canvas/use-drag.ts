/** Dragging nodes: all that are selected go with the one under the hand, also those that are not in the page. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Node } from '@xyflow/react'
import type { Position } from '../../../contract/view.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { getSelection } from '../../model/selection.ts'
import { getShownTime } from '../../model/shown-time.ts'
import { moveNodes } from '../gestures/move-nodes.ts'
import { canvasScene } from './camera.ts'

/** After that the nodes go back to where the yard has them: the move was refused or lost. */
const PATIENCE_MS = 3000

export type Drag = ReturnType<typeof useDrag>

export function useDrag() {
  const session = useSession()
  /** Where nodes are while they are dragged, and until the yard says so too; null at rest. */
  const [dragged, setDragged] = useState<ReadonlyMap<string, Position> | null>(null)
  const start = useRef<ReadonlyMap<string, Position>>(new Map())
  const isHeld = useRef(false)
  const positions = useYard((view) => view.positions)
  useEffect(() => {
    if (dragged !== null && !isHeld.current && isThere(positions, dragged)) setDragged(null)
  }, [positions, dragged])
  useEffect(() => {
    if (dragged === null || isHeld.current) return
    const timer = setTimeout(() => setDragged(null), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [dragged])

  const onNodeDragStart = useCallback((_event: unknown, node: Node) => {
    isHeld.current = true
    start.current = startingPlaces(node.id)
  }, [])
  const onNodeDrag = useCallback(
    (_event: unknown, node: Node) => setDragged(movedBy(start.current, node)),
    [],
  )
  const onNodeDragStop = useCallback(
    (_event: unknown, node: Node) => {
      isHeld.current = false
      const moved = [...movedBy(start.current, node)]
      const { unfolded } = canvasScene()
      const hasMoved = moved.some(([id, at]) => {
        const from = start.current.get(id)
        return !from || !isSame(unfolded(from), at)
      })
      setDragged(hasMoved ? rounded(moved) : null)
      if (hasMoved && !getShownTime()) void moveNodes(session, Object.fromEntries(moved))
    },
    [session],
  )
  return { dragged, onNodeDragStart, onNodeDrag, onNodeDragStop }
}

/** Of the node and, when it is one of several selected, of all of them. A block moves by the member whose place it has. */
function startingPlaces(id: string): ReadonlyMap<string, Position> {
  const { nodes } = canvasScene()
  const { ids } = getSelection()
  const moving = ids.has(id) ? new Set([id, ...ids]) : new Set([id])
  const places = new Map<string, Position>()
  for (const each of moving) {
    const node = nodes.get(each)
    if (node) places.set(node.stack?.at ?? each, node.at)
  }
  return places
}

function movedBy(start: ReadonlyMap<string, Position>, node: Node): Map<string, Position> {
  const own = canvasScene().nodes.get(node.id)?.stack?.at ?? node.id
  const from = start.get(own)
  if (!from) return new Map()
  const [dx, dy] = [node.position.x - from.x, node.position.y - from.y]
  const { unfolded } = canvasScene()
  return new Map(
    [...start].map(([id, { x, y }]) => [id, unfolded({ x: x + dx, y: y + dy })] as const),
  )
}

const rounded = (moved: readonly (readonly [string, Position])[]): Map<string, Position> =>
  new Map(moved.map(([id, at]) => [id, { x: Math.round(at.x), y: Math.round(at.y) }] as const))

const isSame = (a: Position | undefined, b: Position): boolean => a?.x === b.x && a.y === b.y

const isThere = (
  positions: ReadonlyMap<string, Position>,
  wanted: ReadonlyMap<string, Position>,
): boolean => [...wanted].every(([id, at]) => isSame(positions.get(id), at))
