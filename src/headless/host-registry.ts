/** The yards that one process holds: each with its own lock, listener, token, log and caps; together they have this machine's places. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { openPlaces } from '../yard/machine/open-place.ts'
import type { Places } from '../yard/machine/places.ts'

export interface HostRegistry {
  readonly places: Places
  /** Folders of the yards that are served, in the order in which they came. */
  yards(): readonly string[]
  /** Until the returned function is called. */
  join(root: string): () => void
  /** After the last yard is closed. */
  close(): void
}

export function createHostRegistry(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  log: Log,
): HostRegistry {
  const places = openPlaces(env, clock, log)
  const roots = new Set<string>()
  return {
    places,
    yards: () => [...roots],
    join(root) {
      roots.add(root)
      return () => void roots.delete(root)
    },
    close: () => places.close(),
  }
}
