/** The configuration as forms need it: each entry with the label, the note and the control of its key. */
import type { Result } from '../base/result.ts'
import { describeKey, parseKey, type KeyDescription } from './keys.ts'
import type { Source } from './layer.ts'

export interface ConfigEntry {
  readonly key: string
  /** Durations as a number in the unit of the key; null when not set. */
  readonly value: unknown
  readonly source: Source
  /** The file that says so, and the line where it is found; null for what no file says. */
  readonly file: string | null
  readonly line: number | null
}

/** What the files say now and a running yard does not go by yet. */
export interface PendingEntry extends ConfigEntry {
  /** What is in force, and where that comes from. */
  readonly inForce: Pick<ConfigEntry, 'value' | 'source'>
}

interface Entries {
  list(): ConfigEntry[]
  get(key: string): Result<ConfigEntry, unknown>
}

/** By value: an entry that only moved to another line or file is not pending. In the order of the schema, freely named keys last. */
export function pendingEntries(inForce: Entries, now: Entries): PendingEntry[] {
  const keys = new Set([...inForce.list(), ...now.list()].map(({ key }) => key))
  return [...keys].flatMap((key) => {
    const [before, after] = [inForce.get(key), now.get(key)]
    if (!before.ok || !after.ok || isSame(before.value.value, after.value.value)) return []
    const { value, source } = before.value
    return [{ ...after.value, inForce: { value, source } }]
  })
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

type FormEntry = ConfigEntry & KeyDescription

/** The entries that are in force, then the keys that only the files name yet, with the value that holds without them. */
export function formEntries(
  inForce: readonly ConfigEntry[],
  pending: readonly PendingEntry[] = [],
): FormEntry[] {
  const known = new Set(inForce.map(({ key }) => key))
  const added = pending
    .filter(({ key }) => !known.has(key))
    .map((entry) => ({ ...entry.inForce, key: entry.key, file: null, line: null }))
  return [...inForce, ...added].map((entry) => ({
    ...entry,
    ...describeKey(parseKey(entry.key) ?? [entry.key]),
  }))
}
