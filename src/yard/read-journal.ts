/** The journal of a yard without an owner, as clients read it. */
import { existsSync } from 'node:fs'
import { err, ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import type { JournalRow } from '../contract/view.ts'
import type { Failure } from '../domain/failure.ts'
import { readJournal } from '../store/read-only.ts'
import { lostDatabase } from './backup/lost-database.ts'
import { toJournalRow } from './handlers/service-handlers.ts'

/** Settles nothing and takes no lock. A yard that was never opened has no rows. */
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
