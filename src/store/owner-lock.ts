/**
 * The one owner of a yard: an exclusive SQLite lock on `owner.db` for the life of the process. The operating system
 * releases it on any death, so no stale file can block or double an owner.
 * Nothing else in this process may open, copy or stat-by-open that file: on POSIX, closing any descriptor of it drops the lock.
 */
import Database from 'better-sqlite3'
import { errorCode, errorText } from '../base/text.ts'
import { ok, type Result } from '../base/result.ts'
import { fail, type Failure } from '../domain/failure.ts'

/** A connection that nothing refers to is closed by the garbage collector, and its lock goes with it: those that hold one are kept here. */
const holders = new Set<Database.Database>()

export function takeOwnerLock(path: string): Result<{ release(): void }, Failure> {
  let db: Database.Database
  try {
    db = new Database(path, { timeout: 0 })
  } catch (error) {
    return fail('io', `the owner lock ${path} cannot be opened: ${errorText(error)}`, {
      hint: 'is the folder writable?',
    })
  }
  try {
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
    holders.add(db)
    return ok({
      release() {
        holders.delete(db)
        db.close()
      },
    })
  } catch (error) {
    db.close()
    if (errorCode(error).startsWith('SQLITE_BUSY'))
      return fail('locked', 'another process owns this yard', {
        hint: 'yard service status shows it',
      })
    return fail('io', `the owner lock ${path} cannot be taken: ${errorText(error)}`, {
      hint: 'is the folder writable and the disk not full?',
    })
  }
}
