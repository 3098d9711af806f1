/** Points in time, schedules and time zones as people write them. */
import { MAX_INSTANT_MS } from '../base/instant.ts'

const FORM =
  /^(\d{4}|[+-]\d{6})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i

/**
 * Ms since 1970, or null. ISO 8601 with an offset, or without one in the zone of this machine: `2026-03-01T09:00:00+01:00`,
 * `2026-03-01 09:00`, `2026-03-01` (midnight). A day that does not exist is no point in time, nor is one beyond what a date can hold.
 */
export function parseInstant(text: string): number | null {
  const match = FORM.exec(text.trim())
  if (!match) return null
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const ms = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const wall = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second, ms)
  if (!isWallTime(wall, match)) return null
  const at = match[8] === undefined ? localInstant(wall) : wall - offsetMinutes(match[8]) * 60_000
  return Math.abs(at) <= MAX_INSTANT_MS ? at : null
}

/** No field has run over into the next, as 30 February or 25 o'clock would. */
function isWallTime(
  wall: number,
  [, year, month, day, hour, minute, second]: RegExpExecArray,
): boolean {
  if (!(Math.abs(wall) <= MAX_INSTANT_MS)) return false
  const iso = new Date(wall).toISOString()
  return (
    iso.startsWith(`${year}-${month}-${day}`) &&
    iso.slice(-13, -5) === `${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}`
  )
}

/** The same clock time in the zone of this machine. */
function localInstant(wall: number): number {
  const utc = new Date(wall)
  const [year, month, day] = [utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate()]
  const [hour, minute, second] = [utc.getUTCHours(), utc.getUTCMinutes(), utc.getUTCSeconds()]
  return new Date(year, month, day, hour, minute, second, utc.getUTCMilliseconds()).getTime()
}

function offsetMinutes(text: string): number {
  if (text.toUpperCase() === 'Z') return 0
  const digits = text.replace(/\D/g, '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return text.startsWith('-') ? -minutes : minutes
}

/** `clock` for `09:00`, `cron` for five or six fields or a nickname; null when it is neither. */
export function scheduleForm(spec: string): 'clock' | 'cron' | null {
  const text = spec.trim()
  if (/^([01]?\d|2[0-3]):[0-5]\d$/.test(text)) return 'clock'
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/i.test(text)) return 'cron'
  const fields = text.split(/\s+/)
  const isCron = fields.length >= 5 && fields.length <= 6
  return isCron && fields.every((field) => /^[\dA-Za-z*/,#?+-]+$/.test(field)) ? 'cron' : null
}

/** The system knows the time zone. */
export function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}
