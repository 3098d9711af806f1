/** Where an arrow key leads on the canvas: along dependencies, and among those that stand side by side. Pure. */
import type { Position } from '../../../contract/view.ts'
import { NODE_HEIGHT, NODE_WIDTH, type Direction } from '../layout/grid.ts'
import type { Scene } from '../scene/scene.ts'

export type Step = 'dependents' | 'blockers' | 'previous' | 'next' | 'first' | 'last'

const STEPS: Readonly<Record<Direction, Readonly<Record<string, Step>>>> = {
  right: {
    ArrowRight: 'dependents',
    ArrowLeft: 'blockers',
    ArrowUp: 'previous',
    ArrowDown: 'next',
  },
  down: {
    ArrowDown: 'dependents',
    ArrowUp: 'blockers',
    ArrowLeft: 'previous',
    ArrowRight: 'next',
  },
}

/** Tracks run along the arrows of their direction; null for every other key. */
export function stepOfKey(key: string, direction: Direction): Step | null {
  if (key === 'Home') return 'first'
  if (key === 'End') return 'last'
  return STEPS[direction][key] ?? null
}

/** The node to go to; null = there is none that way. Without a place to start from it is the first. */
export function walk(scene: Scene, from: string | null, step: Step): string | null {
  const here = from === null ? undefined : scene.nodes.get(scene.memberOf.get(from) ?? from)
  const order = inReadingOrder(scene)
  if (step === 'last') return order.at(-1) ?? null
  if (step === 'first' || !here) return order[0] ?? null
  const ids =
    step === 'dependents' || step === 'blockers'
      ? alongTracks(scene, here.id, step)
      : besides(scene, here.id, here.at, step)
  return ids[0] ?? null
}

/** Column by column along the tracks. */
function inReadingOrder({ nodes, direction }: Scene): readonly string[] {
  const isRight = direction === 'right'
  return [...nodes.values()]
    .toSorted((a, b) =>
      isRight ? a.at.x - b.at.x || a.at.y - b.at.y : a.at.y - b.at.y || a.at.x - b.at.x,
    )
    .map(({ id }) => id)
}

/** The level one first, then the nearest. */
function alongTracks(scene: Scene, id: string, step: 'dependents' | 'blockers'): readonly string[] {
  const here = scene.nodes.get(id)?.at ?? { x: 0, y: 0 }
  const others: string[] = []
  for (const track of scene.tracks.values()) {
    if (step === 'dependents' && track.from === id) others.push(track.to)
    if (step === 'blockers' && track.to === id) others.push(track.from)
  }
  const across = (other: string): number => {
    const at = scene.nodes.get(other)?.at ?? here
    return scene.direction === 'right' ? Math.abs(at.y - here.y) : Math.abs(at.x - here.x)
  }
  return others.toSorted((a, b) => across(a) - across(b))
}

/** The next one up or down in the same column; where that ends, the next in any near column. */
function besides(
  { nodes, direction }: Scene,
  id: string,
  here: Position,
  step: 'previous' | 'next',
): readonly string[] {
  const isRight = direction === 'right'
  const sign = step === 'next' ? 1 : -1
  const breadth = isRight ? NODE_WIDTH : NODE_HEIGHT
  const found: { readonly id: string; readonly far: number }[] = []
  for (const node of nodes.values()) {
    const across = (isRight ? node.at.y - here.y : node.at.x - here.x) * sign
    const along = Math.abs(isRight ? node.at.x - here.x : node.at.y - here.y)
    if (node.id === id || across <= 0) continue
    // A node of another column counts as much farther, so that the column comes first.
    found.push({ id: node.id, far: across + (along < breadth ? 0 : along * 100) })
  }
  return found.toSorted((a, b) => a.far - b.far).map((each) => each.id)
}
