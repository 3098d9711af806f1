/** What `page.settings` answers for these entries. */
import { formEntries, type ConfigEntry, type PendingEntry } from '../../src/config/settings-form.ts'

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
