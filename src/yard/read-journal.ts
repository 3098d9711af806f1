/** The journal of a yard without an owner, as clients read it. */
import { existsSync } from 'node:fs'
import { ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import type { JournalRow } from '../contract/view.ts'
import type { Failure } from '../domain/failure.ts'
import { readJournal } from '../store/journal-reader.ts'
import { toJournalRow } from './handlers/service-handlers.ts'

/** Settles nothing and takes no lock. A yard that was never opened has no rows. */
export function readJournalOf(
  paths: YardPaths,
  since: number | null,
): Result<readonly JournalRow[], Failure> {
  if (!existsSync(paths.db)) return ok([])
  const read = readJournal(paths.db, since)
  return read.ok ? ok(read.value.rows.map(toJournalRow)) : read
}
