/** Values of options, checked while the words are read, so that a wrong one ends with exit code 2 before anything is touched. */
import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../domain/duration.ts'

/** The same form as in domain/ids.ts, which is not loaded here because it takes longer than `yard list` may. */
const ID_FORM = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/

export function taskId(text: string): string {
  if (!ID_FORM.test(text))
    throw new InvalidArgumentError(
      `${quoted(text)} is no id: 1 to 100 letters, digits, dots, dashes or underscores, not a dot or dash first`,
    )
  return text
}

export function agentId(text: string): string {
  if (!/^agent-[1-9][0-9]{0,14}$/.test(text))
    throw new InvalidArgumentError(`${quoted(text)} is no agent; they are named like agent-7`)
  return text
}

/** `a,b` and repeated options alike; an empty text is none. */
export function idList(text: string, before: readonly string[] | undefined): readonly string[] {
  const ids = text.trim() === '' ? [] : text.split(',').map((part) => taskId(part.trim()))
  return [...(before ?? []), ...ids]
}

export const each = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  text,
]

export const someIds = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  taskId(text),
]

/** US dollars, zero or more. */
export function dollars(text: string): number {
  const usd = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
  if (Number.isNaN(usd))
    throw new InvalidArgumentError(`${quoted(text)} is no number of US dollars, such as 2.50`)
  return usd
}

/** US dollars, more than none. */
export function budget(text: string): number {
  const usd = dollars(text)
  if (usd <= 0) throw new InvalidArgumentError('it must be more than nothing')
  return usd
}

/** Milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms === null)
    throw new InvalidArgumentError(
      `${quoted(text)} is no duration: write a number with ms, s, m, h or d, such as 30m`,
    )
  return ms
}

/** Milliseconds, more than none. */
export function timeout(text: string): number {
  const ms = duration(text)
  if (ms <= 0) throw new InvalidArgumentError('it must be more than nothing')
  return ms
}

/** Milliseconds; a bare number is seconds, as in the config file. */
export function interval(text: string): number {
  const ms = parseDuration(text, 's')
  if (ms === null || ms <= 0)
    throw new InvalidArgumentError(
      `${quoted(text)} is no interval: write seconds, or a number with ms, s, m, h or d`,
    )
  return ms
}

export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`${quoted(text)} is not a whole number from ${min} to ${max}`)
    return value
  }
}

/** Lets an empty text through as it is: it takes an earlier word back. */
export const orEmpty =
  <T>(parse: (text: string) => T) =>
  (text: string): T | '' =>
    text === '' ? '' : parse(text)

export const quoted = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text)
