/** What is asked of a yard without becoming its owner. */
import { existsSync } from 'node:fs'
import { err, ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import type { JournalRow } from '../contract/view.ts'
import type { Failure } from '../domain/failure.ts'
import { takeOwnerLock } from '../store/owner-lock.ts'
import { readJournal } from '../store/read-only.ts'
import { lostDatabase } from './backup/lost-database.ts'
import { toJournalRow } from './handlers/service-handlers.ts'

/** Whether any process owns it, asked of its lock. Never in a process that may own it itself. */
export function isOwned(paths: Pick<YardPaths, 'service'>): boolean {
  const owned = askOwnerLock(paths)
  return owned.ok && owned.value
}

/** The same, with why its lock tells nothing. */
export function askOwnerLock({ service }: Pick<YardPaths, 'service'>): Result<boolean, Failure> {
  if (!existsSync(service.ownerDb)) return ok(false)
  const lock = takeOwnerLock(service.ownerDb)
  if (!lock.ok) return lock.error.kind === 'locked' ? ok(true) : lock
  lock.value.release()
  return ok(false)
}

/** The journal as clients read it. Settles nothing and takes no lock. A yard that was never opened has no rows. */
export function readJournalOf(
  { paths, dataFolder }: { readonly paths: YardPaths; readonly dataFolder: string },
  since: number | null,
): Result<readonly JournalRow[], Failure> {
  const lost = lostDatabase(paths, dataFolder)
  if (lost) return err(lost)
  if (!existsSync(paths.db)) return ok([])
  const read = readJournal(paths.db, since ?? Number.MAX_SAFE_INTEGER)
  return read.ok ? ok(read.value.map(toJournalRow)) : read
}
