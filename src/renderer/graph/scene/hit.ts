/** What lies under a point of the canvas, or in a rectangle of it, whether it is in the page or only painted. Pure. */
import type { Position } from '../../../contract/view.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import { distanceTo } from './route-edge.ts'
import {
  boxOfNode,
  holds,
  touches,
  type Box,
  type Scene,
  type SceneNode,
  type SceneEdge,
} from './scene.ts'

/** The topmost node there. */
export function nodeAt(scene: Scene, { x, y }: Position): string | null {
  const point: Box = { left: x, top: y, right: x, bottom: y }
  let found: string | null = null
  for (const node of scene.nodes.values()) if (touches(boxOfNode(node), point)) found = node.id
  return found
}

/** Tasks that the rectangle between two corners touches, or holds whole. A block stands for all its members. */
export function tasksWithin(
  scene: Scene,
  [a, b]: readonly [Position, Position],
  { inside }: { readonly inside: boolean },
): readonly string[] {
  const lasso: Box = {
    left: Math.min(a.x, b.x),
    top: Math.min(a.y, b.y),
    right: Math.max(a.x, b.x),
    bottom: Math.max(a.y, b.y),
  }
  const fits = inside ? holds : touches
  return [...scene.nodes.values()].filter((node) => fits(lasso, boxOfNode(node))).flatMap(tasksOf)
}

export const tasksOf = (node: SceneNode): readonly string[] =>
  node.stack ? node.stack.members : [node.id]

/** Between two nodes, canvas units. */
const AIR = 16
const STEP = { x: (NODE_WIDTH + AIR) / 2, y: (NODE_HEIGHT + AIR) / 2 }
const MOST_STEPS = 40

/** The corner nearest to the wanted one where a node covers no other. */
export function freeSpot(scene: Scene, wanted: Position): Position {
  const boxes = [...scene.nodes.values()].map(boxOfNode)
  const isFree = ({ x, y }: Position): boolean => {
    const [left, top] = [x - AIR, y - AIR]
    const [right, bottom] = [x + NODE_WIDTH + AIR, y + NODE_HEIGHT + AIR]
    return !boxes.some((box) => touches(box, { left, top, right, bottom }))
  }
  for (let away = 0; away <= MOST_STEPS; away++) {
    const found = ring(away)
      .map(({ x, y }) => ({ x: wanted.x + x * STEP.x, y: wanted.y + y * STEP.y }))
      .find(isFree)
    if (found) return found
  }
  return wanted
}

/** Steps that are so far away, the nearest on the screen first. */
function ring(away: number): readonly Position[] {
  if (away === 0) return [{ x: 0, y: 0 }]
  const steps: Position[] = []
  for (let x = -away; x <= away; x++)
    for (let y = -away; y <= away; y++)
      if (Math.max(Math.abs(x), Math.abs(y)) === away) steps.push({ x, y })
  const far = ({ x, y }: Position): number => Math.hypot(x * STEP.x, y * STEP.y)
  return steps.toSorted((a, b) => far(a) - far(b))
}

/** The nearest edge that is no further than `reach` canvas units. */
export function edgeAt(scene: Scene, point: Position, reach: number): SceneEdge | null {
  let least = reach
  let found: SceneEdge | null = null
  for (const edge of scene.edges.values()) {
    const { left, top, right, bottom } = edge.box
    if (point.x < left - reach || point.x > right + reach) continue
    if (point.y < top - reach || point.y > bottom + reach) continue
    const distance = distanceTo(edge.points, point)
    if (distance <= least) {
      least = distance
      found = edge
    }
  }
  return found
}
