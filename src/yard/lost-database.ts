/** A database that has vanished: noticed before it is taken for an empty yard, and under an owner that lives. */
import { existsSync, statSync, type BigIntStats } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { backupFile, backupNow, newestSoundBackup } from './backups.ts'
import { salvagePlan } from './salvage.ts'
import type { YardParts } from './yard.ts'

/** Null where all is well, a yard that was never opened included. SQLite would make an empty database, and remove the log of the old one. */
export function lostDatabase(paths: YardPaths, dataFolder: string): Failure | null {
  const isKnown = existsSync(join(paths.yard, 'id')) || existsSync(paths.service.ownerDb)
  if (!isKnown || hasDatabase(paths)) return null
  const newest = newestSoundBackup(dataFolder, paths.root)
  return failure('io', `the database of this yard is gone: ${paths.db} ${lostWord(paths.db)}`, {
    hint:
      newest === null
        ? 'there is no backup; `yard init` begins anew, with no tasks'
        : `yard restore ${newest}`,
    facts: { backup: newest },
  })
}

export const hasDatabase = ({ db }: Pick<YardPaths, 'db'>): boolean =>
  (statSync(db, { throwIfNoEntry: false })?.size ?? 0) > 0

const lostWord = (file: string): string => (existsSync(file) ? 'is empty' : 'does not exist')

type Parts = Pick<
  YardParts,
  'options' | 'opened' | 'dataFolder' | 'clock' | 'current' | 'log' | 'dispatcher'
>

/** How often a living owner looks, at least. */
const LOOK_MS = 10_000

/**
 * Looks whether the files of the open database are still those that were opened. Once they are not, nothing that is committed
 * would be found again: what the owner holds is written to a fresh backup, and `onLost` is called, with what to tell a person.
 */
export function watchDatabase(parts: Parts, onLost: (text: string) => void): () => void {
  const { paths } = parts.options
  const files = [paths.db, `${paths.db}-wal`].map(createFileWatch)
  const report = async (what: string): Promise<void> => {
    // What would be committed from now on could only be lost.
    parts.dispatcher.close()
    const made = await backUpLost(parts)
    if (!made.ok) parts.log.error('no backup of it could be made', { why: made.error.message })
    const newest = newestSoundBackup(parts.dataFolder, paths.root)
    const way = newest === null ? 'there is no backup' : `yard restore ${newest}`
    const text = `${what} under its owner, which stops; ${way}`
    parts.log.error('the database is gone', { what, backup: newest })
    onLost(text)
  }
  let cancel = (): void => {}
  const next = (): void => {
    const { pollIntervalMs } = parts.current.config.settings.coordinator
    cancel = parts.clock.after(Math.min(LOOK_MS, pollIntervalMs), () => {
      const what = files.map((look) => look()).find((word) => word !== null)
      if (what) void report(what)
      else next()
    })
  }
  next()
  return () => cancel()
}

/** A copy where the open file is whole (deleted, replaced); of an emptied one the plan in memory is what is left. */
async function backUpLost(parts: Parts): Promise<Result<unknown, Failure>> {
  const copied = await backupNow(parts, { isDoubted: true })
  if (copied.ok) return copied
  const { dataFolder, clock, opened, options } = parts
  const { root } = options.paths
  const at = clock.now()
  const base = newestSoundBackup(dataFolder, root)
  return salvagePlan(opened.plan, { base, file: backupFile(dataFolder, root, at), at })
}

/** Nothing else may open these files in this process; asking for their facts does not. */
function createFileWatch(file: string): () => string | null {
  const look = (): BigIntStats | undefined =>
    statSync(file, { bigint: true, throwIfNoEntry: false })
  let known = look()
  return () => {
    const now = look()
    known ??= now
    if (!known) return null
    if (!now) return `${file} has vanished`
    if (now.ino !== known.ino || now.dev !== known.dev) return `${file} was replaced`
    if (now.size === 0n && known.size > 0n) return `${file} was emptied`
    known = now
    return null
  }
}
