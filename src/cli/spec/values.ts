/** Parsers of the values of arguments and options: a wrong value ends with exit code 2 before anything is touched. */
import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../../domain/format.ts'
import { gateText, parseGate } from '../../domain/judging/score.ts'
import { isAgentId, isTaskId } from '../../domain/ids.ts'

const wrong = (text: string, why: string) => new InvalidArgumentError(`${quoted(text)} is ${why}`)

export function taskId(text: string): string {
  if (isTaskId(text)) return text
  throw wrong(
    text,
    'no id: 1 to 100 letters, digits, dots, dashes or underscores, not a dot or dash first',
  )
}

export function agentId(text: string): string {
  if (isAgentId(text)) return text
  throw wrong(text, 'no agent; they are named like agent-7')
}

/** `a,b`; an empty text is none. */
export const idList = (text: string): readonly string[] =>
  text.trim() === '' ? [] : text.split(',').map((part) => taskId(part.trim()))

/** US dollars, zero or more. */
export function dollars(text: string): number {
  const usd = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
  if (Number.isNaN(usd)) throw wrong(text, 'no number of US dollars, such as 2.50')
  return usd
}

/** US dollars, more than none. */
export const budget = (text: string): number => moreThanNone(dollars(text))

/** Milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms !== null) return ms
  throw wrong(text, 'no duration: write a number with ms, s, m, h or d, such as 30m')
}

/** Milliseconds, more than none. */
export const timeout = (text: string): number => moreThanNone(duration(text))

function moreThanNone(value: number): number {
  if (value > 0) return value
  throw new InvalidArgumentError('it must be more than nothing')
}

/** Milliseconds; a bare number is seconds, as in the config file. */
export function interval(text: string): number {
  const ms = parseDuration(text, 's')
  if (ms !== null && ms > 0) return ms
  throw wrong(text, 'no interval: write seconds, or a number with ms, s, m, h or d')
}

const RETRY_AFTER = { min: 1000, max: 3_600_000 }

/** Milliseconds, as `messages.retry_after` takes them; a bare number is seconds. */
export function retryAfter(text: string): number {
  const ms = interval(text)
  if (ms >= RETRY_AFTER.min && ms <= RETRY_AFTER.max) return ms
  throw wrong(text, 'not from 1 s to 1 h')
}

/** As its text is kept: `0.70` is `0.7`. */
export function gate(text: string): string {
  const read = parseGate(text)
  if (read) return gateText(read)
  throw wrong(text, 'no gate: write off, score, person, or a number above 0 and at most 1')
}

export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`${quoted(text)} is not a whole number from ${min} to ${max}`)
    return value
  }
}

/** Lets an empty text through as it is: it resets an earlier setting. */
export const orEmpty =
  <T>(parse: (text: string) => T) =>
  (text: string): T | '' =>
    text === '' ? '' : parse(text)

export const quoted = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text)

/** Without the fields that were not given: an optional field of a request may be missing, not undefined. */
export const definedFields = <T extends object>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

// Values of the domain that options offer: its schemas take long to load, and a test holds the two equal.

export const PRIORITIES = ['critical', 'high', 'normal', 'low', 'idle'] as const
export const CONTEXTS = ['clean', 'task', 'graph', 'full'] as const
export const MODES = ['full', 'light', 'bare'] as const
export const MESSAGE_KINDS = ['message', 'question', 'delegation', 'review'] as const
export const MESSAGE_PRIORITIES = ['low', 'normal', 'urgent'] as const
/** Stored statuses, then derived states. */
export const STATUSES: readonly string[] = [
  ...['open', 'in-progress', 'waiting', 'pending-eval', 'done', 'failed', 'abandoned'],
  ...['paused', 'blocked', 'delayed', 'parked', 'ready'],
]
