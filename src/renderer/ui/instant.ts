/** Points in time as the window shows them. Unknown is empty, never a zero. */
import { isClipped } from '../../base/instant.ts'
import { clock, dateClock, exactClock, exactDateClock, exactYearClock, yearClock } from './clock.ts'

const isToday = (at: number): boolean => new Date(at).toDateString() === new Date().toDateString()

const INSTANT = { clock, date: dateClock, year: yearClock }
const LOGGED = { clock: exactClock, date: exactDateClock, year: exactYearClock }

/** The clock today, else the day with it, and the year where it is another; marked where it was clipped to what a date can hold. */
export const instantText = (iso: string): string => textOf(iso, false, INSTANT)

/** The words of a log, which is read from line to line, with seconds: the clock alone only while every line is of today. */
export function instantTextIn(all: readonly string[]): (iso: string) => string {
  const isDated = all.some((iso) => !isToday(Date.parse(iso)))
  return (iso) => textOf(iso, isDated, LOGGED)
}

function textOf(iso: string, isDated: boolean, format: typeof INSTANT): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return ''
  if (isClipped(at)) return `${new Date(at).getFullYear()} (clipped)`
  if (!isDated && isToday(at)) return format.clock.format(at)
  const isThisYear = new Date(at).getFullYear() === new Date().getFullYear()
  return (isThisYear ? format.date : format.year).format(at)
}
