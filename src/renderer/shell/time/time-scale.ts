/** Where instants stand on the strip, the steps of the head, and both in words. All instants in ms, all places in px. Pure. */
import { clock, exactClock, weekdayDate } from '../../ui/format.ts'

export interface TimeScale {
  readonly from: number
  /** The present, as last heard. */
  readonly now: number
  /** End of the forecast; null = nothing can be foretold. */
  readonly end: number | null
  readonly width: number
}

const EDGE = 4
/** Room on the right that belongs to what is to come. */
const AHEAD = 0.22

/** px of the present: at the right end, or before the forecast. The future has a scale of its own. */
export const xOfNow = ({ width, end }: TimeScale): number =>
  Math.max(EDGE, Math.round(width * (end === null ? 1 : 1 - AHEAD)) - EDGE)

export function xOf(scale: TimeScale, at: number): number {
  const { from, now, end, width } = scale
  const xNow = xOfNow(scale)
  if (at <= now)
    return EDGE + ((xNow - EDGE) * (Math.max(at, from) - from)) / Math.max(1, now - from)
  if (end === null) return xNow
  return xNow + ((width - EDGE - xNow) * (at - now)) / Math.max(1, (end - now) * 1.15)
}

/** Null = the present, or right of it. */
export function atOf(scale: TimeScale, x: number): number | null {
  const xNow = xOfNow(scale)
  if (x >= xNow - 2) return null
  const share = Math.max(0, x - EDGE) / Math.max(1, xNow - EDGE)
  return Math.round(scale.from + share * (scale.now - scale.from))
}

const STEPS_MS = [
  1000, 5000, 15_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000,
  86_400_000, 604_800_000,
]

/** Round instants for labels, at least `apart` px from each other, in the zone of the page. */
export function ticks(scale: TimeScale, apart: number): readonly number[] {
  const span = scale.now - scale.from
  const most = Math.max(1, Math.floor(xOfNow(scale) / apart))
  const step = STEPS_MS.find((each) => span / each <= most)
  if (step === undefined || span <= 0) return []
  const shift = new Date(scale.from).getTimezoneOffset() * 60_000
  const found: number[] = []
  const first = Math.ceil((scale.from - shift) / step) * step + shift
  for (let at = first; at <= scale.now; at += step) found.push(at)
  return found
}

/** A word on the strip: from its instant on, or up to its right end. */
export interface Label {
  readonly text: string
  /** px of its left end */
  readonly left: number
  /** It is one of the marks of the past, not the present or what is foretold. */
  readonly isMark: boolean
}

const LABELS_APART = 10

/** Words that do not touch: the present first, then the end of the forecast, then as many instants as there is room for. */
export function positionLabels(
  scale: TimeScale,
  { clock, present: word }: { readonly clock: (at: number) => string; readonly present: string },
  widthOf: (text: string) => number,
): readonly Label[] {
  const { now, end, width } = scale
  const upTo = (text: string, right: number): Label => ({
    text,
    isMark: false,
    left: Math.max(0, right - widthOf(text)),
  })
  const present = upTo(`${word} ${clock(now)}`, xOf(scale, now))
  const placed = [present]
  const take = (label: Label): void => {
    if (label.left + widthOf(label.text) > width) return
    if (!placed.some((other) => touches(label, other, widthOf))) placed.push(label)
  }
  if (end !== null) take(upTo(`about ${clock(end)}`, width))
  const room = Math.max(1, widthOf(clock(scale.from)) + LABELS_APART)
  for (const at of ticks(scale, room)) take({ text: clock(at), left: xOf(scale, at), isMark: true })
  return placed
}

const touches = (a: Label, b: Label, widthOf: (text: string) => number): boolean =>
  a.left < b.left + widthOf(b.text) + LABELS_APART &&
  b.left < a.left + widthOf(a.text) + LABELS_APART

/** So many bars on from `at`, or back; null = the present. */
export function stepHead(
  at: number | null,
  by: number,
  { from, to, bars }: Recorded,
): number | null {
  const bar = Math.max(1, Math.round((to - from) / Math.max(1, bars.length)))
  const next = Math.max(from, (at ?? to) + by * bar)
  return next >= to ? null : next
}

interface Recorded {
  readonly from: number
  /** The present: the replay ends there. */
  readonly to: number
  readonly bars: readonly { readonly at: number; readonly events: number }[]
}

const REPLAY = { leastMs: 500, mostMs: 30_000, steps: 40 }

/**
 * Where a replay goes from `at`: on by half a minute, or less where the span is short. Where nothing happened until then, to just
 * after the next events. null = the present: nothing more happened.
 */
export function nextOfReplay({ from, to, bars }: Recorded, at: number): number | null {
  const span = Math.max(1, to - from)
  const step = Math.min(REPLAY.mostMs, Math.max(REPLAY.leastMs, span / REPLAY.steps))
  const barMs = span / Math.max(1, bars.length)
  // The bar that `at` stands in is shown to its end.
  const next = bars.find((bar) => bar.events > 0 && bar.at + barMs > at)
  if (!next) return null
  const wanted = next.at > at + step ? next.at + barMs : at + step
  return wanted >= to ? null : Math.round(wanted)
}

/** The failure after or before; null = there is none that way. `at` null = the present. */
export function nextFailure(
  failures: readonly number[],
  at: number | null,
  by: 1 | -1,
): number | null {
  if (by > 0) return at === null ? null : (failures.find((each) => each > at) ?? null)
  return failures.findLast((each) => at === null || each < at) ?? null
}

const HOUR = 3_600_000

/** `14:02`, with seconds where minutes would not tell it apart, and the day where it is another one. */
export function clockText(at: number, { now, spanMs }: { now: number; spanMs: number }): string {
  const text = (spanMs < HOUR ? exactClock : clock).format(at)
  const isToday = new Date(at).toDateString() === new Date(now).toDateString()
  return isToday ? text : `${weekdayDate.format(at)} ${text}`
}

/** `12 min ago`, `3 h ago`, `2 days ago` */
export function agoText(ms: number): string {
  if (ms < 60_000) return `${Math.max(1, Math.round(ms / 1000))} s ago`
  if (ms < HOUR) return `${Math.round(ms / 60_000)} min ago`
  if (ms < 48 * HOUR) return `${Math.round(ms / HOUR)} h ago`
  return `${Math.round(ms / (24 * HOUR))} days ago`
}
