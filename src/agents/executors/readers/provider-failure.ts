/** Sorts a provider's or CLI's error into a failure class. Called with the content of error events only, never with what an agent wrote. */
import { workFailure, type FailureClass, type WorkFailure } from '../../../domain/failure.ts'
import { clip, oneLine } from '../../../domain/output.ts'
import { jsonIn, type JsonObject } from './reader.ts'

export interface ProviderError {
  /** The CLI's or provider's own code for it, where it gives one. */
  readonly code?: string | null
  readonly status?: number | null
  readonly message: string
  /** From a field of its own, ms. */
  readonly resetAt?: number | null
  /** When the error was reported, ms. */
  readonly at: number
}

const CODES: Readonly<Record<string, FailureClass>> = {
  authentication_failed: 'auth',
  authentication_error: 'auth',
  permission_error: 'auth',
  oauth_org_not_allowed: 'auth',
  invalid_api_key: 'auth',
  billing_error: 'quota',
  insufficient_quota: 'quota',
  usage_limit_reached: 'quota',
  model_not_found: 'bad-model',
  prompt_too_long: 'context-overflow',
  context_length_exceeded: 'context-overflow',
  overloaded: 'overload',
  overloaded_error: 'overload',
  server_error: 'overload',
  api_error: 'overload',
  server_is_overloaded: 'overload',
}

/** In this order: a quota error is a 429 too, and an overflow a 400. */
const PATTERNS: readonly (readonly [RegExp, FailureClass])[] = [
  [
    /context window|context[ _]length|prompt is too long|maximum context|exceeds the maximum number of tokens/i,
    'context-overflow',
  ],
  [
    /quota|usage limit|(session|weekly|monthly|spend|daily|credit)\b.{0,20}\blimit|limit reached\||out of .{0,20}credits|credit balance/i,
    'quota',
  ],
  [
    /not logged in|log ?in again|please run .?\/?(codex )?login|invalid api key|missing environment variable|authenticat|refresh token|unauthori[sz]ed|forbidden/i,
    'auth',
  ],
  [
    /model.{0,80}(not found|does not exist|not supported|may not exist|not available)|model_not_found|unknown model/i,
    'bad-model',
  ],
  [/rate.?limit|too many requests/i, 'rate-limit'],
  [/overloaded|at capacity|high demand|server error|temporarily unavailable/i, 'overload'],
  [
    /stream disconnected|error sending request|connection (error|refused|failed|reset|closed)|unable to connect|ECONN|ENOTFOUND|EAI_AGAIN|timed? ?out|network error|other side closed|unexpected EOF|fetch failed|socket hang up|\bterminated$|^terminated|stream ended without/i,
    'overload',
  ],
]

export function providerFailure(error: ProviderError): WorkFailure {
  const failureClass = classOf(error)
  const canReset =
    failureClass === 'quota' || failureClass === 'rate-limit' || failureClass === 'overload'
  const resetAt = canReset ? (error.resetAt ?? parseResetAt(error.message, error.at)) : null
  const reason = oneLine(error.message) || 'its provider answered with an error'
  return workFailure(failureClass, reason, { resetAt, detail: clip(error.message, 4096) })
}

function classOf({ code = null, status = null, message }: ProviderError): FailureClass {
  const byCode = code === null ? undefined : CODES[code]
  if (byCode !== undefined) return byCode
  // Claude Code says so of a limit on traffic.
  const text = message.replace('(not your usage limit)', '')
  const byText = PATTERNS.find(([pattern]) => pattern.test(text))?.[1]
  // A status decides less than the text of a quota or an overflow, and more than any other text.
  if (byText === 'quota' || byText === 'context-overflow') return byText
  return byStatus(status ?? statusIn(message)) ?? byText ?? 'crash'
}

function byStatus(status: number | null): FailureClass | null {
  if (status === null) return null
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  if (status === 404) return 'bad-model'
  if (status === 413) return 'context-overflow'
  if (status === 429) return 'rate-limit'
  return status >= 500 ? 'overload' : null
}

function statusIn(message: string): number | null {
  const found = /\bstatus:? (?:code )?(\d{3})\b/i.exec(message)?.[1]
  return found === undefined ? null : Number(found)
}

/** Of the JSON body of an error, or of the object in its field `error`. */
export const codeOfBody = (body: JsonObject): string | null =>
  body.text('code') ?? body.text('type')

export function resetOfBody(body: JsonObject): number | null {
  const seconds = body.number('resets_at')
  return seconds === null ? null : seconds * 1000
}

const API_ERROR = /\[API Error: ([\s\S]*)\]/

/**
 * Reads `[API Error: …]`, as Gemini CLI and its forks print a provider's error: its message, or its whole JSON body. A text in another
 * form is the message itself.
 */
export function parseApiError(text: string): {
  readonly status: number | null
  readonly message: string
} {
  const inner = API_ERROR.exec(text)?.[1] ?? text
  const body = jsonIn(inner).object('error')
  const bodyMessage = body.text('message')
  if (bodyMessage !== null) return { status: body.number('code'), message: bodyMessage }
  // Qwen Code: `401 invalid API key`.
  const [, status, message = ''] = /^([45]\d{2}) ([\s\S]+)$/.exec(inner) ?? []
  return status === undefined
    ? { status: null, message: inner }
    : { status: Number(status), message }
}

/** Whether an answer ends in such an error, or in one and a line of advice below it. */
export const endsInApiError = (text: string): boolean =>
  /\[API Error: [\s\S]*\](?:\s*\n[^\n]*)?\s*$/.test(text)

// When a provider will work again, from the words of its error: all the forms that the CLIs were seen to print.

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
export const LONGEST_MS = 35 * DAY_MS
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** `at`: when it was said. The result is later than that, or null where the text names no time. */
export function parseResetAt(text: string, at: number): number | null {
  const found = afterDelay(text, at) ?? atEpoch(text) ?? atClock(text, at)
  return found !== null && found > at && found - at <= LONGEST_MS ? found : null
}

/** `try again in 3 days 4 hours 12 minutes`, `in 2.5s`, `in 1m30s`. */
function afterDelay(text: string, at: number): number | null {
  const said = /\b(?:in|after) ((?:\d+(?:\.\d+)? ?[a-z]+[ ,]*(?:and )?)+)/i.exec(text)?.[1]
  const ms = durationIn(said ?? '')
  return ms > 0 ? at + ms : null
}

/** The sum of all amounts with a unit of time, in ms. */
export function durationIn(text: string): number {
  let ms = 0
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?) ?([a-z]+)/gi)) {
    const length = UNIT_MS[unit.toLowerCase()] ?? UNIT_MS[unit.charAt(0).toLowerCase()]
    const isUnit = /^(ms|s|m|h|d|(sec|second|min|minute|hr|hour|day)s?)$/i.test(unit)
    if (isUnit && length !== undefined) ms += Number(amount) * length
  }
  return ms
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
