/** Formats of instants, one of each for the whole window: days by the locale, hours from 00 to 23 as the host's texts and schedules have them. */

const HOURS = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const EXACT = { ...HOURS, second: '2-digit' } as const
const DATE = { day: 'numeric', month: 'short' } as const
const YEAR = { ...DATE, year: 'numeric' } as const

const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(undefined, options)

/** `14:02` */
export const clock = format(HOURS)
/** `14:02:09`: for lines of a log, and where minutes do not tell instants apart. */
export const exactClock = format(EXACT)
export const weekdayClock = format({ ...HOURS, weekday: 'short' })
export const dateClock = format({ ...HOURS, ...DATE })
export const exactDateClock = format({ ...EXACT, ...DATE })
export const yearClock = format({ ...HOURS, ...YEAR })
export const exactYearClock = format({ ...EXACT, ...YEAR })
export const date = format(DATE)
export const weekdayDate = format({ ...DATE, weekday: 'short' })
export const weekdayNumber = format({ weekday: 'short', day: 'numeric' })

/** Throws for a zone that this browser does not know. */
export const clockIn = (timeZone: string): Intl.DateTimeFormat => format({ ...HOURS, timeZone })
