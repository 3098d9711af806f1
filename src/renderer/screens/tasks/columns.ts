/** The columns of the table: what each says, how it is sorted, and which ones a person sees how wide. Pure. */
import type { TaskCard } from '../../../contract/view.ts'
import { PRIORITIES } from '../../../domain/graph/priority.ts'
import { durationText } from '../../../domain/format.ts'
import { STATES_IN_ORDER } from '../../components/status-badge.tsx'
import { cardMoneyText } from '../../components/usage-text.ts'
import { factOf, labelOfState, taskTookMs } from '../../model/task-state.ts'
import { gateTip, gateWord, shownScore } from '../../model/scores.ts'
import { capital, instantText } from '../../ui/format.ts'

/** What a column sorts by; null = not known, which comes last either way. */
type SortKey = number | string | null

export interface Column {
  readonly id: string
  readonly title: string
  /** px */
  readonly width: number
  /** Numbers stand at the right. */
  readonly isNumber: boolean
  readonly keyOf: (card: TaskCard, now: number) => SortKey
  /** What is not known is empty. */
  readonly textOf: (card: TaskCard) => string
  /** Where the text is short for something. */
  readonly tipOf: ((card: TaskCard) => string) | undefined
}

const states: readonly string[] = STATES_IN_ORDER
const priorities: readonly string[] = PRIORITIES
const text = (value: string | null): string | null => value || null
const time = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso))

/** Id, title, width, sort key, text where it is not the sort key, tip where the text is short for something. */
type ColumnRow = readonly [
  string,
  string,
  number,
  Column['keyOf'],
  Column['textOf']?,
  Column['tipOf']?,
]

const NUMBERS = new Set(['tries', 'score', 'cost', 'time'])

function toColumn([id, title, width, keyOf, textOf, tipOf]: ColumnRow): Column {
  const keyText = (card: TaskCard): string => String(keyOf(card, 0) ?? '')
  return { id, title, width, keyOf, textOf: textOf ?? keyText, tipOf, isNumber: NUMBERS.has(id) }
}

export const routeOf = ({ executor, model }: TaskCard): string =>
  [executor, model].filter(Boolean).join(', ')

const ROWS: readonly ColumnRow[] = [
  ['state', 'State', 128, ({ state }) => states.indexOf(state), (card) => labelOfState(card.state)],
  ['title', 'Title', 240, ({ title }) => title],
  ['fact', 'Why', 176, (card) => text(whyOf(card)), whyOf],
  ['route', 'Executor, model', 142, (card) => text(routeOf(card))],
  ['priority', 'Priority', 76, rankOf, ({ priority }) => capital(priority)],
  ['tries', 'Tries', 64, ({ attempts }) => attempts || null, triesText],
  ['score', 'Score', 64, ({ score }) => score ?? null, ({ score }) => shownScore(score)],
  ['gate', 'Gate', 60, gateKey, ({ gate }) => gateWord(gate), ({ gate }) => gateTip(gate)],
  ['cost', 'Cost', 92, ({ costUsd }) => costUsd, cardMoneyText],
  ['time', 'Time', 88, tookMs, tookText],
  ['updated', 'Updated', 100, (card) => time(updatedAt(card)), updatedText, updatedAt],
  ['tags', 'Tags', 140, ({ tags }) => text(tags.join(', '))],
  ['agent', 'Agent', 96, ({ agent }) => text(agent)],
  ['added', 'Added', 116, (card) => time(card.createdAt), addedText, (card) => card.createdAt],
  ['id', 'Id', 180, ({ id }) => id],
]
export const COLUMNS: readonly Column[] = ROWS.map(toColumn)

/** How long it took and what it was scored have columns of their own. */
function whyOf(card: TaskCard): string {
  const { code } = card.reason ?? {}
  return code === 'took' || code === 'scored' ? '' : capital(factOf(card) ?? '')
}

function rankOf({ priority }: TaskCard): number {
  return priorities.indexOf(priority)
}

function updatedText(card: TaskCard): string {
  return instantText(updatedAt(card))
}

/** From the mildest to a person. */
function gateKey({ gate }: TaskCard): number | null {
  if (gate === undefined) return null
  return gate.mode === 'gated' ? 1 + (gate.threshold ?? 0) : gate.mode === 'person' ? 3 : 1
}

function addedText({ createdAt }: TaskCard): string {
  return instantText(createdAt)
}

/** `2 of 3`; empty before the first. */
function triesText({ attempts, attemptsAllowed }: TaskCard): string {
  if (attempts === 0) return ''
  return attemptsAllowed === null ? `${attempts}` : `${attempts} of ${attemptsAllowed}`
}

/** Of one that has ended. */
function tookText(card: TaskCard): string {
  const took = card.completedAt === null ? null : tookMs(card, 0)
  return took === null ? '' : durationText(took)
}

const EXTRA_IDS = ['tags', 'agent', 'added', 'id']
const DEFAULT_IDS = COLUMNS.map(({ id }) => id).filter((id) => !EXTRA_IDS.includes(id))
const LEAST_WIDTH = 56
const MOST_WIDTH = 900

/** ms that its tries worked, or from the first start to `now` while it runs; null before it started. */
export function tookMs(
  card: Pick<TaskCard, 'startedAt' | 'completedAt' | 'status' | 'workedMs'>,
  now: number,
): number | null {
  const { startedAt, completedAt, status } = card
  if (startedAt === null) return null
  if (completedAt !== null) return taskTookMs(card)
  return status === 'in-progress' ? Math.max(0, now - Date.parse(startedAt)) : null
}

/** The last of added, started and ended. */
function updatedAt(card: TaskCard): string {
  const times = [card.createdAt, card.startedAt, card.completedAt].map((each) => time(each) ?? 0)
  return new Date(Math.max(...times)).toISOString()
}

/** The columns as kept: `title:340`, or `title` at its own width. Unknown ones are left out; none at all = the usual ones. */
export function readColumns(kept: readonly string[] | null): readonly Column[] {
  const read = (kept ?? DEFAULT_IDS).flatMap((word) => {
    const [id, width] = word.split(':')
    const found = COLUMNS.find((each) => each.id === id)
    return found ? [{ ...found, width: clampWidth(Number(width ?? found.width)) }] : []
  })
  const shown = [...new Map(read.map((each) => [each.id, each])).values()]
  return shown.length > 0 ? shown : readColumns(DEFAULT_IDS)
}

export const writeColumns = (columns: readonly Column[]): string[] =>
  columns.map(({ id, width }) => `${id}:${width}`)

export const clampWidth = (width: number): number =>
  Number.isFinite(width) ? Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Math.round(width))) : 120

/** Shows or hides one. The last one stays. A new one comes where it stands by default. */
export function toggleColumn(shown: readonly Column[], id: string): readonly Column[] {
  const rest = shown.filter((each) => each.id !== id)
  if (rest.length < shown.length) return rest.length === 0 ? shown : rest
  const order = COLUMNS.map((each) => each.id)
  const added = COLUMNS.find((each) => each.id === id)
  if (!added) return shown
  const place = rest.findIndex((each) => order.indexOf(each.id) > order.indexOf(id))
  return place < 0 ? [...rest, added] : rest.toSpliced(place, 0, added)
}

export function moveColumn(shown: readonly Column[], id: string, by: 1 | -1): readonly Column[] {
  const from = shown.findIndex((each) => each.id === id)
  const moved = shown[from]
  const to = from + by
  if (!moved || to < 0 || to >= shown.length) return shown
  return shown.toSpliced(from, 1).toSpliced(to, 0, moved)
}

/** Order of the table: the same cards and the same sort give the same order. */
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
