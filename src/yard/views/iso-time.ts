/** Instants as people and scripts read them: ISO 8601 with the offset of this machine, and short clock times for facts. */
import { clipInstant, isClipped, utcIso } from '../../base/instant.ts'

/** `2026-03-01T09:00:00.000+01:00`. Never throws: an instant beyond what a date can hold is the last one that it can. */
export function isoTime(atMs: number): string {
  const at = clipInstant(atMs)
  const offset = -new Date(at).getTimezoneOffset()
  const shifted = at + offset * 60_000
  if (isClipped(shifted)) return utcIso(at)
  const local = utcIso(shifted).slice(0, -1)
  const minutes = Math.abs(offset)
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

export const isoOrNull = (atMs: number | null): string | null =>
  atMs === null ? null : isoTime(atMs)

/** `22:00` today, `tomorrow 22:00`, `24 Nov 22:00`, and with the year when it is another one; marked where it was clipped. */
export function clockTime(atMs: number, nowMs: number): string {
  const { day, clock } = dayAndClock(atMs, nowMs)
  return day === null ? clock : `${day} ${clock}`
}

/** The same in a sentence: `at 22:00`, `tomorrow at 22:00`, `on 24 Nov at 22:00`. */
export function atTime(atMs: number, nowMs: number): string {
  const { day, clock } = dayAndClock(atMs, nowMs)
  if (day === null) return `at ${clock}`
  return `${day === TOMORROW ? day : `on ${day}`} at ${clock}`
}

const TOMORROW = 'tomorrow'

/** `day` is null today. */
function dayAndClock(atMs: number, nowMs: number): { day: string | null; clock: string } {
  const at = new Date(clipInstant(atMs))
  const now = new Date(nowMs)
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`
  if (at.toDateString() === now.toDateString()) return { day: null, clock }
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1)
  if (at.toDateString() === tomorrow.toDateString()) return { day: TOMORROW, clock }
  const day = `${at.getDate()} ${MONTHS[at.getMonth()] ?? ''}`
  if (at.getFullYear() === now.getFullYear()) return { day, clock }
  const mark = isClipped(atMs) ? ' (clipped)' : ''
  return { day: `${day} ${at.getFullYear()}`, clock: `${clock}${mark}` }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (n: number): string => String(n).padStart(2, '0')
