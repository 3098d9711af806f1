/** What `page.settings` answers for these entries. */
import { type ConfigEntry, formEntries, type PendingEntry } from '../../src/config/keys.ts'

export const settingsOf = (
  entries: readonly ConfigEntry[],
  {
    entries: pending,
    problem,
  }: {
    readonly entries: readonly PendingEntry[]
    readonly problem: string | null
  } = { entries: [], problem: null },
) => ({ entries: formEntries(entries, pending), pending: [...pending], problem })
