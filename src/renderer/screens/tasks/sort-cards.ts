/** Order of the table: the same cards and the same wish give the same order. */
import type { TaskCard } from '../../../contract/view.ts'
import { COLUMNS } from './columns.ts'

export interface Sort {
  readonly column: string
  readonly isDown: boolean
}

/** `cost`, or `-cost` for the largest first. Null for anything else: the order of creation. */
export function parseSort(text: string | undefined): Sort | null {
  const isDown = text?.startsWith('-') ?? false
  const column = isDown ? text?.slice(1) : text
  return COLUMNS.some((each) => each.id === column) ? { column: column ?? '', isDown } : null
}

export const formatSort = (sort: Sort | null): string =>
  sort === null ? '' : `${sort.isDown ? '-' : ''}${sort.column}`

/** Pressing a head: up, then down, then as they were made. */
export function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, isDown: false }
  return sort.isDown ? null : { column, isDown: true }
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Ids in order. Equal ones keep the order in which they came; what is not known comes last either way. */
export function sortCards(
  cards: readonly TaskCard[],
  sort: Sort | null,
  now = Date.now(),
): string[] {
  const column = COLUMNS.find((each) => each.id === sort?.column)
  if (!column || sort === null) return cards.map(({ id }) => id)
  const sign = sort.isDown ? -1 : 1
  const keyed = cards.map((card) => ({ id: card.id, key: column.keyOf(card, now) }))
  return keyed
    .toSorted((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null)
      return sign * compare(a.key, b.key)
    })
    .map(({ id }) => id)
}

const compare = (a: number | string, b: number | string): number =>
  typeof a === 'string' && typeof b === 'string' ? collator.compare(a, b) : Number(a) - Number(b)

/** While the pointer is over the rows nothing moves: known rows stay where they are, new ones come at the end, gone ones leave. */
export function heldOrder(
  before: readonly string[],
  wanted: readonly string[],
  tasks: ReadonlyMap<string, unknown>,
): readonly string[] {
  const kept = before.filter((id) => tasks.has(id))
  const known = new Set(kept)
  const added = wanted.filter((id) => !known.has(id))
  return added.length === 0 && kept.length === before.length ? before : [...kept, ...added]
}
