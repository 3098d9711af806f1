/** Numbers and points in time as the window shows them: days by the locale, hours from 00 to 23. Unknown is empty, never a zero. */
import { isClipped } from '../../base/instant.ts'
import { dollarsText } from '../../domain/format.ts'

const HOURS = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const EXACT = { ...HOURS, second: '2-digit' } as const
const DATE = { day: 'numeric', month: 'short' } as const
const YEAR = { ...DATE, year: 'numeric' } as const

const formatOf = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(undefined, options)

/** `14:02` */
export const clock = formatOf(HOURS)
/** `14:02:09`: for lines of a log, and where minutes do not tell instants apart. */
export const exactClock = formatOf(EXACT)
export const weekdayClock = formatOf({ ...HOURS, weekday: 'short' })
export const dateClock = formatOf({ ...HOURS, ...DATE })
export const exactDateClock = formatOf({ ...EXACT, ...DATE })
export const yearClock = formatOf({ ...HOURS, ...YEAR })
export const exactYearClock = formatOf({ ...EXACT, ...YEAR })
export const date = formatOf(DATE)
export const weekdayDate = formatOf({ ...DATE, weekday: 'short' })
export const weekdayNumber = formatOf({ weekday: 'short', day: 'numeric' })

/** Throws for a zone that this browser does not know. */
export const clockIn = (timeZone: string): Intl.DateTimeFormat => formatOf({ ...HOURS, timeZone })

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

const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat()

/** `418k`, `1.2M` */
export const tokensText = (tokens: number | null): string =>
  tokens === null ? '' : compact.format(tokens).replace('K', 'k')

/** `$2.31`, below a dollar up to four figures: `$0.0574` */
export const moneyText = (usd: number | null): string => (usd === null ? '' : dollarsText(usd))

export const countText = (count: number): string => whole.format(count)

/** `1 task`, `3 tasks` */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`

/** `1 needs you`, `3 need you` */
export const needYouText = (count: number): string =>
  `${countText(count)} ${count === 1 ? 'needs' : 'need'} you`

/** Begins with a capital, as what stands by itself in the window does. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
