/** What lies under a point of the canvas, painted or not. Pure. */
import type { Position } from '../../../contract/view.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import { distanceTo } from './route-track.ts'
import type { Scene, SceneTrack } from './scene.ts'

/** The topmost node there. */
export function nodeAt(scene: Scene, { x, y }: Position): string | null {
  let found: string | null = null
  for (const { id, at } of scene.nodes.values())
    if (x >= at.x && x <= at.x + NODE_WIDTH && y >= at.y && y <= at.y + NODE_HEIGHT) found = id
  return found
}

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
