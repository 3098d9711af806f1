/**
 * Folding: what stands on the canvas as one block. Finished tasks that hang together, and groups by tag. A block keeps the
 * place of its rightmost member; nothing is laid out anew. Failed and waiting tasks are never hidden. Pure.
 */
import type { Position, TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/task.ts'
import { STATES_IN_ORDER } from '../../components/status-badge.tsx'
import { topologicalOrder } from '../../../domain/graph/dag.ts'
import { dagOfTasks, dependentsOf } from '../../model/reach.ts'
import {
  cornerOf as cornerOfPlace,
  cornersOf,
  GRIDS,
  placeAt,
  type Direction,
} from '../layout/grid.ts'
import { cellsUnder } from '../layout/place-rows.ts'

export interface FoldOptions {
  readonly foldFinished: boolean
  readonly foldedTags: ReadonlySet<string>
}

/** Several tasks as one block. */
export interface Stack {
  /** `fold:` and the id of its first member. */
  readonly id: string
  readonly title: string
  /** `5 done`, `3 of 8 done` */
  readonly fact: string
  readonly state: ShownState
  readonly members: readonly string[]
  /** The member whose place it takes. */
  readonly at: string
  /** The tag that it was folded by; null = finished work. */
  readonly tag: string | null
}

export interface Folding {
  readonly stacks: ReadonlyMap<string, Stack>
  /** Task → the block that hides it. */
  readonly memberOf: ReadonlyMap<string, string>
}

type Tasks = ReadonlyMap<string, TaskCard>

export const UNFOLDED: Folding = { stacks: new Map(), memberOf: new Map() }

/** Where a task stands; undefined while it is not on the canvas yet: it stays out then. */
export interface Standing {
  readonly cornerOf: (id: string) => Position | undefined
  readonly direction: Direction
}

export function foldTasks(tasks: Tasks, wish: FoldOptions, standing: Standing): Folding {
  if (!wish.foldFinished && wish.foldedTags.size === 0) return UNFOLDED
  const stacks = new Map<string, Stack>()
  const memberOf = new Map<string, string>()
  const add = (cards: readonly TaskCard[], tag: string | null): void => {
    const placed = cards.filter(({ id }) => standing.cornerOf(id) && !memberOf.has(id))
    const [first] = placed
    if (!first || placed.length < 2) return
    const stack = toStack(placed, tag, furthest(placed, standing))
    stacks.set(stack.id, stack)
    for (const { id } of placed) memberOf.set(id, stack.id)
  }
  for (const tag of wish.foldedTags) add(foldable(tasks, tag), tag)
  if (wish.foldFinished) for (const set of finishedSets(tasks, standing)) add(set, null)
  return { stacks, memberOf }
}

const isShownAlways = ({ state }: TaskCard): boolean => state === 'failed' || state === 'waiting'

const foldable = (tasks: Tasks, tag: string): TaskCard[] =>
  [...tasks.values()].filter((card) => card.tags.includes(tag) && !isShownAlways(card))

const isFinished = ({ status }: TaskCard): boolean => status === 'done' || status === 'abandoned'

/**
 * Connected sets of tasks that are finished together with all that they waited for. What is finished behind unfinished work
 * stays in sight, and so does what stands beside or behind a dependent that is not folded: no track runs back from a block.
 */
function finishedSets(tasks: Tasks, standing: Standing): TaskCard[][] {
  const settled = settledTasks(tasks)
  const dependents = dependentsOf(tasks)
  return connected(settled).flatMap((set) => {
    const open = set.flatMap(({ id }) => dependents(id).filter((each) => !settled.has(each)))
    const border = Math.min(...open.map((id) => alongOf(id, standing)))
    const before = set.filter(({ id }) => alongOf(id, standing) < border)
    return connected(new Map(before.map((card) => [card.id, card])))
  })
}

function connected(cards: Tasks): TaskCard[][] {
  const setOf = new Map<string, TaskCard[]>()
  for (const card of cards.values()) setOf.set(card.id, [card])
  for (const card of cards.values()) for (const id of card.after) merge(setOf, id, card.id)
  return [...new Set(setOf.values())]
}

/** How far along the tracks it stands. */
function alongOf(id: string, { cornerOf, direction }: Standing): number {
  const corner = cornerOf(id)
  if (!corner) return Infinity
  return direction === 'right' ? corner.x : corner.y
}

/** Makes one set of two, the smaller into the larger. */
function merge(setOf: Map<string, TaskCard[]>, a: string, b: string): void {
  const [one, other] = [setOf.get(a), setOf.get(b)]
  if (!one || !other || one === other) return
  const [larger, smaller] = one.length >= other.length ? [one, other] : [other, one]
  for (const card of smaller) {
    larger.push(card)
    setOf.set(card.id, larger)
  }
}

function settledTasks(tasks: Tasks): ReadonlyMap<string, TaskCard> {
  const settled = new Map<string, TaskCard>()
  const { blockersOf } = dagOfTasks(tasks)
  for (const id of topologicalOrder(dagOfTasks(tasks))) {
    const card = tasks.get(id)
    if (card && isFinished(card) && blockersOf(id).every((each) => settled.has(each)))
      settled.set(id, card)
  }
  return settled
}

function furthest(cards: readonly TaskCard[], standing: Standing): TaskCard {
  const [first] = cards
  if (!first) throw new Error('invariant: a block without members')
  return cards.reduce(
    (best, card) => (alongOf(card.id, standing) > alongOf(best.id, standing) ? card : best),
    first,
  )
}

function toStack(cards: readonly TaskCard[], tag: string | null, at: TaskCard): Stack {
  const done = cards.filter(({ status }) => status === 'done').length
  const common = tag ?? commonTag(cards)
  return {
    id: `fold:${cards[0]?.id ?? ''}`,
    title: common ?? `${at.title} and what came before`,
    fact:
      tag === null ? finishedFact(done, cards.length - done) : `${done} of ${cards.length} done`,
    state: STATES_IN_ORDER.find((state) => cards.some((card) => card.state === state)) ?? 'blocked',
    members: cards.map(({ id }) => id),
    at: at.id,
    tag,
  }
}

const finishedFact = (done: number, abandoned: number): string =>
  [done > 0 && `${done} done`, abandoned > 0 && `${abandoned} abandoned`].filter(Boolean).join(', ')

/** How places of the layout and places of the canvas belong together while folding has emptied rows and columns. */
export interface Closing {
  /** From the layout to the canvas, and back. */
  folded(at: Position): Position
  unfolded(at: Position): Position
}

const AS_IS: Closing = { folded: (at) => at, unfolded: (at) => at }

type Placing = Parameters<typeof cornersOf>[0] & {
  readonly tasks: Tasks
  readonly folding: Folding
}

/** Found anew when other tasks are folded or laid out, and not when one is moved by hand: what stands beside it stays. */
export function createCloser(): (now: Placing) => Closing {
  let before: { readonly now: Placing; readonly hidden: string; readonly closing: Closing } | null =
    null
  return (now) => {
    const hidden = [...now.folding.memberOf.keys()].join('\n')
    const isSame =
      before !== null &&
      before.hidden === hidden &&
      before.now.layout === now.layout &&
      before.now.direction === now.direction
    const closing =
      isSame && before
        ? before.closing
        : closeEmptied(now.tasks.keys(), now.folding, {
            cornerOf: cornersOf(now),
            direction: now.direction,
          })
    before = { now, hidden, closing }
    return closing
  }
}

/** Rows and columns that only hidden tasks stood in are closed. */
function closeEmptied(
  ids: Iterable<string>,
  { stacks, memberOf }: Folding,
  { cornerOf, direction }: Standing,
): Closing {
  if (memberOf.size === 0) return AS_IS
  const grid = GRIDS[direction]
  const before: Cells = { column: new Set(), row: new Set() }
  const after: Cells = { column: new Set(), row: new Set() }
  const take = (cells: Cells, id: string): void => {
    const corner = cornerOf(id)
    for (const { column, row } of corner ? cellsUnder(placeAt(corner, grid)) : []) {
      cells.column.add(column)
      cells.row.add(row)
    }
  }
  for (const id of ids) take(memberOf.has(id) ? before : after, id)
  for (const { at } of stacks.values()) take(after, at)
  const columns = emptied(before.column, after.column)
  const rows = emptied(before.row, after.row)
  return {
    folded(at) {
      const { column, row } = placeAt(at, grid)
      return cornerOfPlace({ column: closed(column, columns), row: closed(row, rows) }, grid)
    },
    unfolded(at) {
      const { column, row } = placeAt(at, grid)
      return cornerOfPlace({ column: opened(column, columns), row: opened(row, rows) }, grid)
    },
  }
}

interface Cells {
  readonly column: Set<number>
  readonly row: Set<number>
}

const emptied = (before: ReadonlySet<number>, after: ReadonlySet<number>): readonly number[] =>
  [...before].filter((each) => !after.has(each)).toSorted((a, b) => a - b)

const closed = (at: number, empty: readonly number[]): number =>
  at - empty.filter((each) => each < at).length

const opened = (at: number, empty: readonly number[]): number =>
  empty.reduce((open, each) => (each <= open ? open + 1 : open), at)

/** The first tag that all of them have. */
export const commonTag = (cards: readonly TaskCard[]): string | null =>
  cards[0]?.tags.find((tag) => cards.every((card) => card.tags.includes(tag))) ?? null
