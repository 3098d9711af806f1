/**
 * Bounds of the instants, counts and JSON values that come in from outside. Beyond them dates cannot be formatted, sums lose
 * digits and recursive readers run out of stack.
 */
import { MAX_INSTANT_MS } from '../base/instant.ts'
import { MAX_DURATION_MS, wholeText } from './format.ts'

/** Tokens, bytes and the like: the sum of a thousand of them is still exact. */
export const MAX_COUNT = 1_000_000_000_000
export const MAX_JSON_DEPTH = 64
const MAX_JSON_NODES = 10_000

export const TOO_LONG = `must be at most 100 years (${MAX_DURATION_MS} ms)`
export const TOO_FAR = `must be within ${MAX_INSTANT_MS} ms of 1970`
export const TOO_MANY = `must be at most ${wholeText(MAX_COUNT)}`
export const UNSTORABLE_TEXT = 'holds a NUL or half a surrogate pair'

/** A count as a sum can take it: not negative, finite, at most `MAX_COUNT`. Null for what is no number. */
export const clipCount = (count: number | null): number | null =>
  count === null || Number.isNaN(count) ? null : Math.min(Math.max(count, 0), MAX_COUNT)

/** The database, files and argument lists can hold it. */
export const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** As it can be stored: without its NULs, halves of a surrogate pair replaced. */
export const storableText = (text: string): string => text.replaceAll('\0', '').toWellFormed()

/** What is wrong with a JSON value from outside; null when it is within the bounds. Does not recurse. */
export function jsonIssue(value: unknown): string | null {
  let level: unknown[] = [value]
  let nodes = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_JSON_DEPTH) return `is nested deeper than ${MAX_JSON_DEPTH} levels`
    nodes += level.length
    if (nodes > MAX_JSON_NODES) return `has more than ${wholeText(MAX_JSON_NODES)} values`
    if (!level.every(isJson)) return 'holds what JSON cannot say'
    level = level.flatMap(childrenOf)
  }
  return null
}

/** RPC carries dates, maps and large integers, too. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'bigint' && typeof value !== 'symbol' && typeof value !== 'function'
  const kind: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || kind === Object.prototype || kind === null
}

const childrenOf = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : []

/** Cut off where it goes beyond the bounds, each cut marked by `…`. What an earlier program stored may do so. */
export function clipJson(value: unknown): unknown {
  if (jsonIssue(value) === null) return value
  // The value itself, and a mark on each level.
  let left = MAX_JSON_NODES - 1 - MAX_JSON_DEPTH
  const clip = (part: unknown, depth: number): unknown => {
    if (typeof part !== 'object' || part === null) return part
    if (depth >= MAX_JSON_DEPTH) return '…'
    const kept: [string, unknown][] = []
    for (const [key, child] of Object.entries(part)) {
      left -= 1
      if (left < 0) {
        kept.push(['…', '…'])
        break
      }
      kept.push([key, clip(child, depth + 1)])
    }
    return Array.isArray(part) ? kept.map(([, child]) => child) : Object.fromEntries(kept)
  }
  return clip(value, 0)
}

/** Whether JSON text is nested deeper than any request may be, found without parsing it. */
export function isTooDeep(text: string): boolean {
  let depth = 0
  let isInText = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at)
    if (isInText) {
      if (sign === BACKSLASH) at += 1
      else if (sign === QUOTE) isInText = false
    } else if (sign === QUOTE) isInText = true
    else if (sign === OPEN_LIST || sign === OPEN_RECORD) {
      depth += 1
      if (depth > MAX_REQUEST_DEPTH) return true
    } else if (sign === CLOSE_LIST || sign === CLOSE_RECORD) depth -= 1
  }
  return false
}

/** A value within its bounds, and the request around it. */
const MAX_REQUEST_DEPTH = MAX_JSON_DEPTH + 8
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_RECORD = 0x7b
const CLOSE_RECORD = 0x7d
