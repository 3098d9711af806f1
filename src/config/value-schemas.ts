/** The kinds of values that keys of a config file hold, each with the words that refuse anything else. */
import { z } from 'zod'
import { type DurationUnit, formatDuration, parseDuration } from '../domain/format.ts'
import { isZone } from './times.ts'

const UNIT_WORDS: Record<DurationUnit, string> = {
  ms: 'milliseconds',
  s: 'seconds',
  m: 'minutes',
  h: 'hours',
  d: 'days',
}

/** An integer within bounds. */
export function whole(min: number, max: number) {
  const expected = `must be a whole number from ${min} to ${max}`
  return z.number(expected).int(expected).min(min, expected).max(max, expected)
}

/** A number within bounds. */
export function amount(min: number, max: number) {
  const expected = `must be a number from ${min} to ${max}`
  return z.number(expected).min(min, expected).max(max, expected)
}

/** Tokens of input and output together; not set = no cap. */
export const tokens = () => whole(1, 1_000_000_000_000).optional()

/** A number in `unit`, or a string with a unit of its own. Bounds in ms. */
export function duration(unit: DurationUnit, minMs: number, maxMs: number) {
  const expected = `must be a number of ${UNIT_WORDS[unit]} or a string with a unit ("90s"), from ${boundText(minMs)} to ${boundText(maxMs)}`
  return z
    .union([z.number(), z.string()], expected)
    .refine((value) => {
      const ms = durationMs(value, unit)
      return ms !== null && ms >= minMs && ms <= maxMs
    }, expected)
    .meta({ unit })
}

const boundText = (ms: number): string => {
  const text = formatDuration(ms)
  const [, count = text, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? []
  const word = { m: 'minute', h: 'hour', d: 'day' }[unit]
  return word === undefined ? `${count} ${unit}` : `${count} ${word}${count === '1' ? '' : 's'}`
}

export const durationMs = (value: number | string, unit: DurationUnit): number | null =>
  parseDuration(String(value), unit)

/** A text that is not empty. */
export const nonEmptyText = (max: number) =>
  z
    .string('must be a text')
    .min(1, 'must not be empty')
    .max(max, `is longer than ${max} characters`)
export const flag = () => z.boolean('must be true or false')

/** One of these values, each with its label for people. */
export const oneOf = <const T extends string>(values: readonly T[], labels: Record<T, string>) =>
  z
    .enum(values, `must be one of ${values.map((value) => `"${value}"`).join(', ')}`)
    .meta({ enumDescriptions: values.map((value) => labels[value]) })

/** US dollars; `some`: more than none. */
export function dollars(min: 'none' | 'some') {
  const expected = `must be a number of US dollars${min === 'some' ? ', more than 0' : ''}`
  const number = z.number(expected).max(10_000_000, 'is more than ten million')
  return (min === 'some' ? number.positive(expected) : number.min(0, expected)).optional()
}

/** What a key is called, what it does, and how it is edited where that does not follow from its type. */
export const about = (
  title: string,
  description: string,
  control?: 'list' | 'executor' | 'model',
) => ({ title, description, ...(control && { control }) })

export const zone = nonEmptyText(100).refine(isZone, 'must be a time zone such as "Europe/Berlin"')

/** Names of executors and models: safe in a dotted key, an argument and a table. */
export const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$/,
    'a name is 1 to 100 letters, digits and . _ : / @ - and starts with a letter or digit',
  )

/** A tag as the key of a table. */
export const tagName = nonEmptyText(100).refine(
  (tag) => tag !== '__proto__',
  'cannot be a tag here',
)
