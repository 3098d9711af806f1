/** Keeps files that were not accepted, for a person to look at: few, and none of them large. */
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../../base/log.ts'
import { errorText } from '../../../base/text.ts'
import { replaceFile } from '../../../files/replace-file.ts'
import { MAX_ENVELOPE_BYTES } from '../envelope.ts'
import type { RefusedFile } from './judge-files.ts'

/** The oldest give way. */
export const MAX_QUARANTINED = 200

export function createQuarantine(folder: string, log: Pick<Log, 'warn'>) {
  const listed = (): { readonly path: string; readonly at: number }[] => {
    try {
      return readdirSync(folder)
        .map((name) => join(folder, name))
        .map((path) => ({ path, at: lstatSync(path).mtimeMs }))
        .toSorted((a, b) => a.at - b.at)
    } catch {
      return [] // there is none yet
    }
  }
  /** Asked of the disk once. */
  let names: string[] | null = null
  return {
    /** `machine` has been checked to be a name. One that cannot be kept is refused all the same. */
    keep(machine: string, { id, bytes }: RefusedFile): void {
      const path = join(folder, `${machine}-${id.slice(0, 16)}.json`)
      try {
        names ??= listed().map((each) => each.path)
        if (names.includes(path)) return
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        replaceFile(path, (bytes ?? Buffer.alloc(0)).subarray(0, MAX_ENVELOPE_BYTES))
        names.push(path)
        for (const old of names.splice(0, Math.max(0, names.length - MAX_QUARANTINED)))
          rmSync(old, { force: true })
      } catch (error) {
        log.warn('a refused file was not kept', { machine, why: errorText(error) })
      }
    },
    /** Gives how many. */
    dropOlder(before: number): number {
      const old = listed().filter(({ at }) => at < before)
      for (const { path } of old) rmSync(path, { force: true })
      names = null
      return old.length
    },
  }
}
