/** Reads JSON events of other programs field by field. A field of another type counts as missing. */
import { isTooDeep } from '../../../domain/bounds.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** Null when the line holds no JSON object, or one that is nested too deeply. */
export function parseEvent(line: string): JsonObject | null {
  if (!line.startsWith('{') || isTooDeep(line)) return null
  try {
    return objectIn(JSON.parse(line))
  } catch {
    return null
  }
}

export const objectIn = (value: unknown): JsonObject | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null

export const objectAt = (from: JsonObject | null, key: string): JsonObject | null =>
  objectIn(from?.[key])

export function objectsAt(from: JsonObject | null, key: string): readonly JsonObject[] {
  const value = from?.[key]
  if (!Array.isArray(value)) return []
  return value.map(objectIn).filter((item) => item !== null)
}

export function textAt(from: JsonObject | null, key: string): string | null {
  const value = from?.[key]
  return typeof value === 'string' ? value : null
}

/** Finite and not negative: counts, durations, prices, instants. */
export function numberAt(from: JsonObject | null, key: string): number | null {
  const value = from?.[key]
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}

/** The texts of a list of content blocks. */
export const joinedText = (from: JsonObject | null, separator = ''): string =>
  objectsAt(from, 'content')
    .map((block) => textAt(block, 'text') ?? '')
    .join(separator)

export const isTrueAt = (from: JsonObject | null, key: string): boolean => from?.[key] === true
