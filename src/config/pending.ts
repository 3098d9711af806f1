/** What the files say now and a running yard does not go by yet. */
import type { ConfigEntry, LoadedConfig } from './load.ts'

export interface PendingEntry extends ConfigEntry {
  /** What is in force, and where that comes from. */
  readonly inForce: Pick<ConfigEntry, 'value' | 'source'>
}

/** By value: one that only moved to another line or file changes nothing. In the order of the schema, names of people's own last. */
export function pendingEntries(inForce: LoadedConfig, now: LoadedConfig): PendingEntry[] {
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
