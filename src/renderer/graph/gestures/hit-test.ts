/** Which tasks lie in a rectangle of the canvas, whether their nodes are in the page or only painted. Pure. */
import type { Position } from '../../../contract/view.ts'
import { boxOfNode, touches, type Box, type Scene, type SceneNode } from '../scene/scene.ts'

const holdsWhole = (outer: Box, inner: Box): boolean =>
  outer.left <= inner.left &&
  outer.top <= inner.top &&
  outer.right >= inner.right &&
  outer.bottom >= inner.bottom

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
  const fits = inside ? holdsWhole : touches
  return [...scene.nodes.values()].filter((node) => fits(lasso, boxOfNode(node))).flatMap(tasksOf)
}

export const tasksOf = (node: SceneNode): readonly string[] =>
  node.stack ? node.stack.members : [node.id]
