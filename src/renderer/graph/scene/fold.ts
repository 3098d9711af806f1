/**
 * Folding: what stands on the canvas as one block. Finished tasks that hang together, and groups by tag. A block keeps the
 * place of its rightmost member; nothing is laid out anew. Failed and waiting tasks are never hidden. Pure.
 */
import type { Position, TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { STATES_IN_ORDER } from '../../components/status-badge.tsx'
import { topologicalOrder } from '../../../domain/graph/dag.ts'
import { dagOfTasks, dependentsOf } from '../../model/reach.ts'
import {
  alongOf,
  cornerOf as cornerOfPlace,
  cornersOf,
  cellsUnder,
  GRIDS,
  positionAt,
  type Direction,
  type GridPosition,
} from '../layout/grid.ts'

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

export function foldTasks(tasks: Tasks, options: FoldOptions, standing: Standing): Folding {
  if (!options.foldFinished && options.foldedTags.size === 0) return UNFOLDED
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
  for (const tag of options.foldedTags) add(foldable(tasks, tag), tag)
  if (options.foldFinished) for (const set of finishedSets(tasks, standing)) add(set, null)
  return { stacks, memberOf }
}

const isShownAlways = ({ state }: TaskCard): boolean => state === 'failed' || state === 'waiting'

const foldable = (tasks: Tasks, tag: string): TaskCard[] =>
  [...tasks.values()].filter((card) => card.tags.includes(tag) && !isShownAlways(card))

const isFinished = ({ status }: TaskCard): boolean => status === 'done' || status === 'abandoned'

/**
 * Connected sets of tasks that are finished together with all that they waited for. What is finished behind unfinished work
 * stays in sight, and so does what stands beside or behind a dependent that is not folded: no edge runs back from a block.
 */
function finishedSets(tasks: Tasks, standing: Standing): TaskCard[][] {
  const settled = settledTasks(tasks)
  const dependents = dependentsOf(tasks)
  return connected(settled).flatMap((set) => {
    const open = set.flatMap(({ id }) => dependents(id).filter((each) => !settled.has(each)))
    const border = Math.min(...open.map((id) => standsAt(id, standing)))
    const before = set.filter(({ id }) => standsAt(id, standing) < border)
    return connected(new Map(before.map((card) => [card.id, card])))
  })
}

function connected(cards: Tasks): TaskCard[][] {
  const setOf = new Map<string, TaskCard[]>()
  for (const card of cards.values()) setOf.set(card.id, [card])
  for (const card of cards.values()) for (const id of card.after) merge(setOf, id, card.id)
  return [...new Set(setOf.values())]
}

/** How far along the edges it stands. */
function standsAt(id: string, { cornerOf, direction }: Standing): number {
  const corner = cornerOf(id)
  return corner ? alongOf(corner, direction) : Infinity
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
    (best, card) => (standsAt(card.id, standing) > standsAt(best.id, standing) ? card : best),
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
  let before: Placing | null = null
  let hidden = ''
  let closing = AS_IS
  return (now) => {
    const nowHidden = [...now.folding.memberOf.keys()].join('\n')
    const isSame =
      hidden === nowHidden && before?.layout === now.layout && before.direction === now.direction
    if (!isSame) closing = closeEmptied(now)
    before = now
    hidden = nowHidden
    return closing
  }
}

/**
 * Rows and columns that only hidden tasks stood in are closed. A row that lost a task joins the one above it where no column has a card
 * in both: what was scattered leaves no rows of one card. Columns never join, for edges run along them.
 */
function closeEmptied(now: Placing): Closing {
  const { stacks, memberOf } = now.folding
  if (memberOf.size === 0) return AS_IS
  const grid = GRIDS[now.direction]
  const cornerOf = cornersOf(now)
  const cellsOf = (id: string): readonly GridPosition[] => {
    const corner = cornerOf(id)
    return corner ? cellsUnder(positionAt(corner, grid)) : []
  }
  const shown = [...now.tasks.keys()].filter((id) => !memberOf.has(id))
  const left = [...shown, ...[...stacks.values()].map(({ at }) => at)].flatMap(cellsOf)
  const lost = [...memberOf.keys()].flatMap(cellsOf)
  const columns = ascending(
    cutsOfEmptied(linesOf(left, 'column', 'row'), linesOf(lost, 'column', 'row')),
  )
  const [cards, hidden] = [linesOf(left, 'row', 'column'), linesOf(lost, 'row', 'column')]
  const rows = ascending([...cutsOfEmptied(cards, hidden), ...cutsOfThinned(cards, hidden)])
  return {
    folded(at) {
      const { column, row } = positionAt(at, grid)
      return cornerOfPlace({ column: closed(column, columns), row: closed(row, rows) }, grid)
    },
    unfolded(at) {
      const place = positionAt(at, grid)
      const column = opened(place.column, columns)
      // Of rows that have joined it is the one with a card in that column, else the last.
      let row = opened(place.row, rows)
      const isHere = (each: number): boolean => cards.get(Math.floor(each))?.has(column) ?? false
      for (let each = row; closed(each, rows) >= place.row; each -= 1)
        if (isHere(each) && closed(each, rows) === place.row) row = each
      return cornerOfPlace({ column, row }, grid)
    },
  }
}

/** What stands in each row or column: the columns or rows of its cards. A cut is a line that moves up by one, with all below it. */
type Lines = ReadonlyMap<number, ReadonlySet<number>>

const linesOf = (
  cells: readonly GridPosition[],
  line: keyof GridPosition,
  across: keyof GridPosition,
): Lines =>
  new Map(
    [...Map.groupBy(cells, (cell) => cell[line])].map(([at, all]) => [
      at,
      new Set(all.map((cell) => cell[across])),
    ]),
  )

/** Of two gaps of the layout around closed lines one is left. */
function cutsOfEmptied(left: Lines, lost: Lines): readonly number[] {
  const cuts: number[] = []
  let [before, isAfterGap] = [-Infinity, true]
  for (const at of ascending([...new Set([...left.keys(), ...lost.keys()])])) {
    const isBelowGap = at > before + 1
    if (isBelowGap && isAfterGap && before > -Infinity) cuts.push(at)
    const isEmptied = !left.has(at)
    if (isEmptied) cuts.push(at + 1)
    isAfterGap = isEmptied && (isAfterGap || isBelowGap)
    before = at
  }
  return cuts
}

/** Rows that join the one above them, where no gap of the layout lies between. */
function cutsOfThinned(left: Lines, lost: Lines): readonly number[] {
  const cuts: number[] = []
  let above = { at: -Infinity, cards: new Set<number>(), isThinned: false }
  for (const at of ascending([...left.keys()])) {
    const cards = new Set(left.get(at))
    const isThinned = above.isThinned || lost.has(at)
    let next = above.at + 1
    while (next < at && lost.has(next)) next += 1
    if (next === at && isThinned && ![...cards].some((each) => above.cards.has(each))) {
      cuts.push(at)
      above = { at, cards: new Set([...above.cards, ...cards]), isThinned }
    } else above = { at, cards, isThinned: lost.has(at) }
  }
  return cuts
}

const ascending = (numbers: readonly number[]): readonly number[] =>
  numbers.toSorted((a, b) => a - b)

/** It is asked for each node: the cuts at or above it are found by halving. */
function closed(at: number, cuts: readonly number[]): number {
  let [low, high] = [0, cuts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cuts[middle] ?? Infinity) <= at) low = middle + 1
    else high = middle
  }
  return at - low
}

/** The last line that is shown there. */
const opened = (at: number, cuts: readonly number[]): number =>
  at + cuts.findLastIndex((cut, nth) => cut <= at + nth + 1) + 1

/** The first tag that all of them have. */
export const commonTag = (cards: readonly TaskCard[]): string | null =>
  cards[0]?.tags.find((tag) => cards.every((card) => card.tags.includes(tag))) ?? null
