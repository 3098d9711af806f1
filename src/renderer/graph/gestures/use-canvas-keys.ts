/** Keys that walk and move on the canvas. Everything else with a key is a command of the table. */
import { type KeyboardEvent as ReactKeyboardEvent, useCallback, useEffect, useMemo } from 'react'
import type { Position } from '../../../contract/view.ts'
import { useSession } from '../../model/session/session-context.tsx'
import type { Session } from '../../model/session/session.ts'
import { announce } from '../../model/toasts.ts'
import { getShownTime } from '../../model/shown-time.ts'
import { focusTask, getSelection, selectTasks, subjectTasks } from '../../model/selection.ts'
import { bringIntoSight, canvasScene } from '../canvas/camera.ts'
import { tasksOf } from '../scene/hit.ts'
import { moveNodes } from './move-nodes.ts'
import { unfold } from '../canvas/view-state.ts'
import { acrossOf, alongOf, type Direction, GRIDS } from '../layout/grid.ts'
import type { Scene } from '../scene/scene.ts'

/** Canvas units per press; ⇧ makes it five times that. */
const MOVE = 20
/** Presses of a held key are sent together. */
const SEND_AFTER_MS = 80

/** For `onKeyDown` of the canvas element: events of nodes in it come by as well. */
export function useCanvasKeys(): (event: ReactKeyboardEvent | KeyboardEvent) => void {
  const session = useSession()
  const mover = useMemo(() => createMover(session), [session])
  useEffect(() => () => mover.flush(), [mover])
  return useCallback(
    (event) => {
      if (event.defaultPrevented || isTyping(event.target)) return
      const isUsed = event.altKey ? moveBy(event, mover) : onEnter(event) || step(event)
      if (!isUsed) return
      event.preventDefault()
      event.stopPropagation()
    },
    [mover],
  )
}

type Key = ReactKeyboardEvent | KeyboardEvent

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, [role=listbox]') !== null

/** A block opens; a task's own ↵ is a command. */
const onEnter = ({ key }: Key): boolean => {
  const { focusId } = getSelection()
  return key === 'Enter' && focusId !== null && unfold(focusId)
}

/** Arrows choose, with ⇧ they extend, with ⌘ they only go there. */
function step(event: Key): boolean {
  const scene = canvasScene()
  const wanted = stepOfKey(event.key, scene.direction)
  if (wanted === null) return false
  const { focusId, ids } = getSelection()
  const next = walk(scene, focusId, wanted)
  if (next === null) announce(END_OF[wanted] ?? 'There are no tasks.')
  else {
    const node = scene.nodes.get(next)
    const tasks = node ? tasksOf(node) : []
    if (event.metaKey || event.ctrlKey) focusTask(next)
    else if (event.shiftKey) selectTasks([...ids, ...tasks], { focusId: next })
    else selectTasks(tasks, { focusId: next })
    bringIntoSight(next)
  }
  return true
}

const END_OF: Readonly<Record<string, string>> = {
  dependents: 'Nothing waits for it.',
  blockers: 'It waits for nothing.',
  previous: 'The first of its column.',
  next: 'The last of its column.',
}

const DIRECTIONS: Readonly<Record<string, Position>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

function moveBy(event: Key, mover: Mover): boolean {
  const direction = DIRECTIONS[event.key]
  if (!direction || event.metaKey || event.ctrlKey) return false
  const by = event.shiftKey ? MOVE * 5 : MOVE
  if (getShownTime() === null) mover.add({ x: direction.x * by, y: direction.y * by })
  return true
}

interface Mover {
  add(by: Position): void
  flush(): void
}

function createMover(session: Session): Mover {
  let sum = { x: 0, y: 0 }
  let timer: ReturnType<typeof setTimeout> | null = null
  const flush = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    const by = sum
    sum = { x: 0, y: 0 }
    const { nodes, unfolded } = canvasScene()
    const moves = subjectTasks().flatMap((id) => {
      const at = nodes.get(id)?.at
      return at ? [[id, unfolded({ x: at.x + by.x, y: at.y + by.y })] as const] : []
    })
    if (moves.length > 0 && (by.x !== 0 || by.y !== 0))
      void moveNodes(session, Object.fromEntries(moves))
  }
  return {
    add: (by) => {
      sum = { x: sum.x + by.x, y: sum.y + by.y }
      timer ??= setTimeout(flush, SEND_AFTER_MS)
    },
    flush,
  }
}

// Where an arrow key leads on the canvas: along dependencies, and among those that stand side by side. Pure.

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

/** Edges run along the arrows of their direction; null for every other key. */
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
      ? alongEdges(scene, here.id, step)
      : besides(scene, here.id, here.at, step)
  return ids[0] ?? null
}

/** Column by column along the edges. */
function inReadingOrder({ nodes, direction }: Scene): readonly string[] {
  const order = (a: Position, b: Position): number =>
    alongOf(a, direction) - alongOf(b, direction) || acrossOf(a, direction) - acrossOf(b, direction)
  return [...nodes.values()].toSorted((a, b) => order(a.at, b.at)).map(({ id }) => id)
}

/** The level one first, then the nearest. */
function alongEdges(scene: Scene, id: string, step: 'dependents' | 'blockers'): readonly string[] {
  const { nodes, edges, direction } = scene
  const levelOf = (each: string): number => acrossOf(nodes.get(each)?.at ?? ORIGIN, direction)
  const [near, far] = step === 'dependents' ? (['from', 'to'] as const) : (['to', 'from'] as const)
  const here = levelOf(id)
  return [...edges.values()]
    .flatMap((edge) => (edge[near] === id ? [edge[far]] : []))
    .toSorted((a, b) => Math.abs(levelOf(a) - here) - Math.abs(levelOf(b) - here))
}

const ORIGIN = { x: 0, y: 0 }

/** The next one up or down in the same column; where that ends, the next in any near column. */
function besides(
  { nodes, direction }: Scene,
  id: string,
  here: Position,
  step: 'previous' | 'next',
): readonly string[] {
  const sign = step === 'next' ? 1 : -1
  const found: { readonly id: string; readonly far: number }[] = []
  for (const node of nodes.values()) {
    const across = (acrossOf(node.at, direction) - acrossOf(here, direction)) * sign
    const along = Math.abs(alongOf(node.at, direction) - alongOf(here, direction))
    if (node.id === id || across <= 0) continue
    // A node of another column counts as much farther, so that the column comes first.
    found.push({ id: node.id, far: across + (along < GRIDS[direction].length ? 0 : along * 100) })
  }
  return found.toSorted((a, b) => a.far - b.far).map((each) => each.id)
}
