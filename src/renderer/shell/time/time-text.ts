/** Instants and spans in the words of the strip. */
import { clock, exactClock, weekdayDate } from '../../ui/format.ts'

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
