/** What lies under a point of the canvas, or in a rectangle of it, whether it is in the page or only painted. Pure. */
import type { Position } from '../../../contract/view.ts'
import { distanceTo } from './route-track.ts'
import {
  boxOfNode,
  holds,
  touches,
  type Box,
  type Scene,
  type SceneNode,
  type SceneTrack,
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

/** The nearest track that is no further than `reach` canvas units. */
export function trackAt(scene: Scene, point: Position, reach: number): SceneTrack | null {
  let least = reach
  let found: SceneTrack | null = null
  for (const track of scene.tracks.values()) {
    const { left, top, right, bottom } = track.box
    if (point.x < left - reach || point.x > right + reach) continue
    if (point.y < top - reach || point.y > bottom + reach) continue
    const distance = distanceTo(track.points, point)
    if (distance <= least) {
      least = distance
      found = track
    }
  }
  return found
}
