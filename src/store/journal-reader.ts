/** Reads the journal of a yard without an owner, without becoming its owner and without changing a byte of it. */
import Database from 'better-sqlite3'
import { errorText } from '../base/text.ts'
import { err, ok, type Result } from '../base/result.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { openJournal } from './journal.ts'
import type { StoredRow } from './store.ts'

interface JournalReading {
  /** Last sequence number. */
  readonly seq: number
  readonly rows: readonly StoredRow[]
}

/** Rows after `since`, oldest first; with `since` null none, only where the journal stands. */
export function readJournal(path: string, since: number | null): Result<JournalReading, Failure> {
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 })
    try {
      const journal = openJournal(db)
      return ok({ seq: journal.seq, rows: since === null ? [] : journal.read(since, -1) })
    } finally {
      db.close()
    }
  } catch (error) {
    return err(
      failure('io', `the journal in ${path} cannot be read: ${errorText(error)}`, {
        hint: 'any command that opens the yard makes its database',
      }),
    )
  }
}
