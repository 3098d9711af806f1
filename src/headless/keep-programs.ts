/** A packed app clears away the programs of unused versions; a host that runs from such a folder says that it is in use. */
import { utimesSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { PROGRAMS_FOLDER } from '../config/paths.ts'

const EVERY_MS = 24 * 3_600_000

/** `entry`: the host's own program, `…/programs/VERSION/out/main/…`; any other place is let be. Returns what ends it. */
export function keepPrograms(entry: string, clock: Pick<Clock, 'now' | 'after'>): () => void {
  const folder = resolve(entry, '..', '..', '..')
  if (basename(dirname(folder)) !== PROGRAMS_FOLDER) return () => {}
  let cancel = (): void => {}
  const touch = (): void => {
    const seconds = clock.now() / 1000
    try {
      utimesSync(folder, seconds, seconds)
    } catch {
      // gone, or not ours: there is nothing to keep
    }
    cancel = clock.after(EVERY_MS, touch)
  }
  touch()
  return () => cancel()
}
