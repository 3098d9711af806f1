/** A schedule in plain words: `09:00` and cron lines of the common forms. What has no short words is shown as it stands. */
import { capital } from '../../ui/format.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' })
const MONTHS = Array.from({ length: 12 }, (_, month) => monthName.format(Date.UTC(2026, month)))
const andList = new Intl.ListFormat('en-GB')

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': 'Every year on 1 January at 00:00',
  '@annually': 'Every year on 1 January at 00:00',
  '@monthly': 'Every month on the 1st at 00:00',
  '@weekly': 'Every Sunday at 00:00',
  '@daily': 'Every day at 00:00',
  '@midnight': 'Every day at 00:00',
  '@hourly': 'Every hour',
}

/** Null when it has no short words. */
export function scheduleText(spec: string): string | null {
  const text = spec.trim()
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text)
  if (clock) return `Every day at ${clockOf(clock[1] ?? '', clock[2] ?? '')}`
  if (text.startsWith('@')) return NICKNAMES[text.toLowerCase()] ?? null
  const fields = text.split(/\s+/)
  // Six fields begin with seconds; a schedule that uses them has no short words.
  if (fields.length === 6 && fields[0] === '0') fields.shift()
  return fields.length === 5 ? cronWords(fields) : null
}

function cronWords(fields: readonly string[]) {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const when = daysOf(anyOf(day), month === '*' ? null : month, anyOf(weekday))
  const often = timesOf(minute, hour)
  if (when === null || often === null) return null
  if (often.isTime) return `${capital(when === '' ? 'every day' : when)} at ${often.text}`
  return capital([often.text, when].filter(Boolean).join(', '))
}

/** Null = any. */
const anyOf = (field: string): string | null => (field === '*' || field === '?' ? null : field)

interface Times {
  readonly text: string
  /** Times of the day, not steps through it. */
  readonly isTime: boolean
}

const STEP = /^\*\/(\d+)$/

function timesOf(minute: string, hour: string): Times | null {
  const minutes = minute === '*' ? '1' : STEP.exec(minute)?.[1]
  if (minutes !== undefined) return everyMinutes(Number(minutes), hour)
  const [at, ...others] = numbersOf(minute, 59) ?? []
  return at === undefined || others.length > 0 ? null : atMinute(at, hour)
}

function atMinute(minute: number, hour: string): Times | null {
  const past = minute === 0 ? '' : ` at ${minute} past`
  const hours = hour === '*' ? '1' : STEP.exec(hour)?.[1]
  if (hours !== undefined) return steps(`every ${hours === '1' ? 'hour' : `${hours} hours`}${past}`)
  const list = numbersOf(hour, 23)
  return list && { text: andList.format(list.map((each) => clockOf(each, minute))), isTime: true }
}

function everyMinutes(count: number, hour: string): Times | null {
  const often = count === 1 ? 'every minute' : `every ${count} minutes`
  if (hour === '*') return steps(often)
  const range = /^(\d+)-(\d+)$/.exec(hour)
  return range
    ? steps(`${often} from ${clockOf(range[1] ?? '', 0)} to ${clockOf(range[2] ?? '', 59)}`)
    : null
}

const steps = (text: string): Times => ({ text, isTime: false })

/** Null stands for any. The answer: empty = every day; null = no short words. */
function daysOf(day: string | null, month: string | null, weekday: string | null): string | null {
  // With both, either one matches, which is no short sentence.
  if (day !== null && weekday !== null) return null
  const months = month === null ? '' : monthsOf(month)
  if (months === null) return null
  if (weekday !== null) return joined(weekdaysOf(weekday), months === '' ? '' : `in ${months}`)
  if (day !== null) return datesOf(day, months)
  return months === '' ? '' : `every day in ${months}`
}

function datesOf(day: string, months: string): string | null {
  const dates = numbersOf(day, 31)
  const named = day.toUpperCase() === 'L' ? 'last day' : dates && andList.format(dates.map(ordinal))
  if (named === null) return null
  return months === '' ? `every month on the ${named}` : `every year on the ${named} of ${months}`
}

const joined = (first: string | null, rest: string): string | null =>
  first === null ? null : [first, rest].filter(Boolean).join(' ')

function weekdaysOf(field: string): string | null {
  const days = numbersOf(named(field, DAYS, 0), 7)?.map((each) => each % 7)
  if (!days) return null
  const set = [...new Set(days)]
  const key = set.toSorted((a, b) => a - b).join()
  if (key === '1,2,3,4,5') return 'every weekday'
  if (key === '0,6') return 'every Saturday and Sunday'
  if (set.length === 7) return ''
  return `every ${andList.format(set.map((each) => DAYS[each] ?? ''))}`
}

function monthsOf(field: string): string | null {
  const months = numbersOf(named(field, MONTHS, 1), 12)
  return months && andList.format(months.map((each) => MONTHS[each - 1] ?? ''))
}

/** `mon-fri` → `1-5` */
const named = (field: string, names: readonly string[], first: number): string =>
  field.toLowerCase().replace(/[a-z]{3}/g, (name) => {
    const place = names.findIndex((each) => each.toLowerCase().startsWith(name))
    return place === -1 ? name : String(place + first)
  })

/** `1,3-5` → 1 3 4 5. Null for anything else. */
function numbersOf(field: string, most: number): readonly number[] | null {
  const numbers: number[] = []
  for (const part of field.split(',')) {
    const [, from, to = from] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(part) ?? []
    if (from === undefined || Number(to) > most || Number(to) < Number(from)) return null
    for (let each = Number(from); each <= Number(to); each++) numbers.push(each)
  }
  return numbers
}

const clockOf = (hour: string | number, minute: string | number): string =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`

function ordinal(day: number): string {
  const end = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }
  return `${day}${end[ordinals.select(day)]}`
}
const ordinals = new Intl.PluralRules('en', { type: 'ordinal' })
