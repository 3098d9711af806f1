/** Where what is to come stands on the line of time: one entry per task and kind, packed so that none covers another. */
import type { AgendaItem } from '../../../contract/page.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { clock, clockIn, dateClock, weekdayClock } from '../../ui/format.ts'

export const SPANS = [
  ['24h', '24 h'],
  ['7d', '7 d'],
] as const
export type Span = (typeof SPANS)[number][0]
export const SPAN_MS: Readonly<Record<Span, number>> = {
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
}

/** Everything that one task, provider or breaker will do in the span by itself. */
export interface Entry {
  readonly key: string
  readonly first: AgendaItem
  /** ms, oldest first; more than one for a schedule. */
  readonly times: readonly number[]
  /** ms that its task will probably take from each of them; 0 = that is not known, or nothing starts. */
  readonly lastsMs: number
}

/** `lastsOf`: how long a start of this task will probably take, ms; null = that would be a guess. */
export function entriesOf(
  items: readonly AgendaItem[],
  lastsOf: (task: string) => number | null = () => null,
): readonly Entry[] {
  const groups = Map.groupBy(items, (item) => `${item.kind} ${item.task ?? item.title}`)
  return [...groups].flatMap(([key, group]) => {
    const [first] = group
    if (!first) return []
    const starts = first.kind === 'wake' || first.kind === 'breaker' ? null : first.task
    const lastsMs = (starts !== null && lastsOf(starts)) || 0
    return [{ key, first, times: group.map(({ at }) => Date.parse(at)), lastsMs }]
  })
}

export interface Placed {
  readonly entry: Entry
  /** Share of the width, 0 to 1, of its first time. */
  readonly at: number
  /** Later times, as shares. */
  readonly ticks: readonly number[]
  /** Share of the width that each of its runs takes; 0 = not known. */
  readonly width: number
  /** Its label stands left of its time: there is no room at the right. */
  readonly isLeft: boolean
}

/** Overlapping ones are stacked: each goes to the first row where its label and its times have room. `labelShare`: width of a label, 0 to 1. */
export function packRows(
  entries: readonly Entry[],
  span: { readonly from: number; readonly ms: number },
  labelShare: number,
): readonly (readonly Placed[])[] {
  const rows: { placed: Placed[]; end: number }[] = []
  const sorted = entries.toSorted((a, b) => (a.times[0] ?? 0) - (b.times[0] ?? 0))
  for (const entry of sorted) {
    const [at = 0, ...ticks] = entry.times.map((each) => shareOf(each, span))
    const isLeft = at + labelShare > 1
    const begin = isLeft ? Math.max(0, at - labelShare) : at
    const width = entry.lastsMs / span.ms
    const end = Math.max(isLeft ? at : at + labelShare, (ticks.at(-1) ?? at) + width) + GAP
    const placed = { entry, at, ticks, width, isLeft }
    const row = rows.find((each) => each.end <= begin)
    if (row) {
      row.placed.push(placed)
      row.end = end
    } else rows.push({ placed: [placed], end })
  }
  return rows.map(({ placed }) => placed)
}
const GAP = 0.004

export const shareOf = (
  atMs: number,
  { from, ms }: { readonly from: number; readonly ms: number },
): number => Math.min(1, Math.max(0, (atMs - from) / ms))

/** Round times of the axis within the span, in this browser's zone: every three hours, or every midnight. */
export function axisOf(from: number, span: Span): readonly number[] {
  const marks: number[] = []
  const date = new Date(from)
  date.setMinutes(0, 0, 0)
  if (span === '7d') date.setHours(0)
  for (;;) {
    if (span === '7d') date.setDate(date.getDate() + 1)
    else date.setHours(date.getHours() + 1)
    // A label at the very end would hang over it.
    if (date.getTime() >= from + SPAN_MS[span] * 0.95) return marks
    if (span === '7d' || date.getHours() % 3 === 0) marks.push(date.getTime())
  }
}

/** What kind of event it is, in a word, and the state whose colours it wears. */
export const KINDS: Readonly<
  Record<AgendaItem['kind'], readonly [word: string, state: ShownState]>
> = {
  schedule: ['Schedule', 'ready'],
  delay: ['Delay', 'delayed'],
  'back-off': ['Retry', 'failed'],
  wake: ['Wakes', 'parked'],
  breaker: ['Held back until', 'blocked'],
}

/** `14:40` today, `Tue 09:00` within a week, then the date. */
export function timeText(iso: string, nowMs: number): string {
  const at = Date.parse(iso)
  if (new Date(at).toDateString() === new Date(nowMs).toDateString()) return clock.format(at)
  return (Math.abs(at - nowMs) < 6 * 86_400_000 ? weekdayClock : dateClock).format(at)
}

/** The clock in the schedule's own zone, where that is another one: `09:00 Tokyo`. Empty where it is the same. */
export function zoneTime(iso: string, zone: string): string {
  try {
    const there = clockIn(zone)
    const at = Date.parse(iso)
    return there.format(at) === clock.format(at) ? '' : `${there.format(at)} ${positionOf(zone)}`
  } catch {
    return '' // this browser knows no such zone
  }
}

/** `Europe/Berlin` → `Berlin` */
export const positionOf = (zone: string): string =>
  (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')

/** A time that passed a minute ago and did not start: the yard was off, or no slot is free. */
export const isOverdue = (iso: string | null, nowMs: number): boolean =>
  iso !== null && Date.parse(iso) < nowMs - 60_000

/** `2 missed, started once`: what became of the times of one task that passed while nothing ran. Null = none did. */
export function missedCount(
  { missed, state }: { readonly missed: number; readonly state: ShownState },
  policy: unknown,
): string | null {
  if (missed === 0) return null
  const count = missed >= MOST_MISSED ? `${MOST_MISSED} or more missed` : `${missed} missed`
  const isBegun = state === 'in-progress'
  if (policy === 'all') return `${count}, made up for one by one`
  return isBegun ? `${count}, started once` : `${count}, starts when it can`
}
/** More are not counted. */
const MOST_MISSED = 100

/** What becomes of times that passed while nothing ran. */
export function missedText(policy: unknown): string | null {
  switch (policy) {
    case 'once':
      return 'Times missed while off: started once'
    case 'skip':
      return 'Times missed while off: left out'
    case 'all':
      return 'Times missed while off: all made up for, one by one'
    default:
      return null
  }
}
