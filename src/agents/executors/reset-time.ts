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

/** `try again at 4:13 AM`, `at Jan 5th, 2027 4:05 PM`, `resets 4:14am (Europe/Berlin)`, `resets Jan 5, 3pm (UTC)`. */
function atClock(text: string, at: number): number | null {
  const said =
    /\b(?:at|resets?(?: at)?) (?:([A-Z][a-z]{2})[a-z]* (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?,? (?:at )?)?(\d{1,2})(?::(\d{2}))? ?([ap])\.?m\b\.?(?: \(([A-Za-z_+\-/0-9]+)\))?/i.exec(
      text,
    )
  if (!said) return null
  const [, month, day, year, hour = '', minute = '0', half = '', zone] = said
  const clock = {
    hour: (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0),
    minute: Number(minute),
  }
  const offsetMs = offsetOf(zone, at)
  const there = new Date(at + offsetMs)
  const monthIndex = month === undefined ? there.getUTCMonth() : MONTHS.indexOf(month.toLowerCase())
  if (monthIndex < 0) return null
  const date = day === undefined ? there.getUTCDate() : Number(day)
  const years = year === undefined ? there.getUTCFullYear() : Number(year)
  const instant = Date.UTC(years, monthIndex, date, clock.hour, clock.minute) - offsetMs
  // Printed to the minute and cut, so the true time is up to a minute later.
  const due = instant + MINUTE_MS
  if (due > at) return due
  if (day === undefined) return due + DAY_MS
  return year === undefined
    ? Date.UTC(years + 1, monthIndex, date, clock.hour, clock.minute) - offsetMs
    : null
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
