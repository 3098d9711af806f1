/** Careful reading of events that another program wrote: whatever is not there, or is something else, is simply absent. */
import { isTooDeep } from '../../domain/bounds.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** The object in a line of JSON, or null when it holds none, or one that is nested deeper than what is shown may be. */
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

export const isTrueAt = (from: JsonObject | null, key: string): boolean => from?.[key] === true
