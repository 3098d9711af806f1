/** When a provider will work again, from the words of its error: all the forms that the CLIs were seen to print. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** No provider's window is longer; anything beyond was misread. */
const LONGEST_MS = 35 * DAY_MS
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** `at`: when it was said. The result is later than that, or null where the text names no time. */
export function parseResetAt(text: string, at: number): number | null {
  const found = afterDelay(text, at) ?? atEpoch(text) ?? atClock(text, at)
  return found !== null && found > at && found - at <= LONGEST_MS ? found : null
}

/** `try again in 3 days 4 hours 12 minutes`, `in 2.5s`, `in 1m30s`. */
function afterDelay(text: string, at: number): number | null {
  const said = /\b(?:in|after) ((?:\d+(?:\.\d+)? ?[a-z]+[ ,]*(?:and )?)+)/i.exec(text)?.[1]
  if (said === undefined) return null
  let ms = 0
  for (const [, amount = '', unit = ''] of said.matchAll(/(\d+(?:\.\d+)?) ?([a-z]+)/gi)) {
    const length = UNIT_MS[unit.toLowerCase()] ?? UNIT_MS[unit.charAt(0).toLowerCase()]
    const isUnit = /^(ms|s|m|h|d|(sec|second|min|minute|hr|hour|day)s?)$/i.test(unit)
    if (isUnit && length !== undefined) ms += Number(amount) * length
  }
  return ms > 0 ? at + ms : null
}

/** `limit reached|1795234494`, `resets_at 1795234494`: seconds since 1970. */
function atEpoch(text: string): number | null {
  const seconds = /\b(1[6-9]\d{8}|2\d{9})\b/.exec(text)?.[1]
  return seconds === undefined ? null : Number(seconds) * 1000
}

const CLOCK =
  /\b(?:at|resets?(?: at)?) (?:(?<month>[A-Z][a-z]{2})[a-z]* (?<day>\d{1,2})(?:st|nd|rd|th)?,?(?: (?<year>\d{4}))?,? (?:at )?)?(?<hour>\d{1,2})(?::(?<minute>\d{2}))? ?(?<half>[ap])\.?m\b\.?(?: \((?<zone>[A-Za-z_+\-/0-9]+)\))?/i

/** `try again at 4:13 AM`, `at Jan 5th, 2027 4:05 PM`, `resets 4:14am (Europe/Berlin)`, `resets Jan 5, 3pm (UTC)`. */
function atClock(text: string, at: number): number | null {
  const said = CLOCK.exec(text)?.groups
  if (!said) return null
  const offsetMs = offsetOf(said.zone, at)
  const there = new Date(at + offsetMs)
  const month =
    said.month === undefined ? there.getUTCMonth() : MONTHS.indexOf(said.month.toLowerCase())
  const day = said.day === undefined ? there.getUTCDate() : Number(said.day)
  const timeMs = timeOfDayMs(said)
  // Printed to the minute and cut, so the true time is up to a minute later.
  const inYear = (year: number): number =>
    Date.UTC(year, month, day) + timeMs + MINUTE_MS - offsetMs
  if (month < 0) return null
  if (said.year !== undefined) return inYear(Number(said.year))
  const thisYear = inYear(there.getUTCFullYear())
  if (thisYear > at) return thisYear
  return said.day === undefined ? thisYear + DAY_MS : inYear(there.getUTCFullYear() + 1)
}

function timeOfDayMs(said: Readonly<Record<string, string | undefined>>): number {
  const hour = (Number(said.hour) % 12) + (said.half?.toLowerCase() === 'p' ? 12 : 0)
  return (hour * 60 + Number(said.minute ?? 0)) * MINUTE_MS
}

/** How far a zone is ahead of UTC at an instant; this machine's own zone when none, or an unknown one, is named. */
function offsetOf(zone: string | undefined, at: number): number {
  const local = -new Date(at).getTimezoneOffset() * MINUTE_MS
  if (zone === undefined) return local
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      timeZoneName: 'longOffset',
    }).formatToParts(at)
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS
  } catch {
    return local
  }
}
