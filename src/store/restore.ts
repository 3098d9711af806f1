/** Puts a backup in the place of a yard's database. What was there is laid aside, never deleted. */
import Database from 'better-sqlite3'
import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { err, ok, type Result } from '../base/result.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { messageOf, takeOwnerLock } from './owner-lock.ts'

/** Needs the yard to have no owner. Gives where the replaced database was laid. */
export function restoreDatabase(
  place: { readonly db: string; readonly ownerDb: string; readonly at: number },
  file: string,
): Result<string | null, Failure> {
  const lock = takeOwnerLock(place.ownerDb)
  if (!lock.ok) return lock
  try {
    const fault = faultOf(file)
    if (fault !== null)
      return err(
        failure('io', `${file} is no sound backup: ${fault}`, {
          hint: 'choose another: yard restore FILE',
        }),
      )
    const aside = existsSync(place.db) ? `${place.db}.before-restore-${place.at}` : null
    const next = `${place.db}.restoring`
    copyFileSync(file, next)
    flush(next)
    if (aside !== null) layAside(place.db, aside)
    renameSync(next, place.db)
    return ok(aside)
  } catch (error) {
    return err(
      failure('io', `the backup could not be put in place: ${messageOf(error)}`, {
        hint: 'is there space, and is .yard writable?',
      }),
    )
  } finally {
    lock.value.release()
  }
}

function faultOf(file: string): string | null {
  if (!existsSync(file)) return 'it does not exist'
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true })
    try {
      const check = db.pragma('quick_check', { simple: true })
      return check === 'ok' ? null : String(check)
    } finally {
      db.close()
    }
  } catch (error) {
    return messageOf(error)
  }
}

/**
 * Copies what is there whole, its write-ahead log included, and folds that log in, so that at every moment one sound
 * database stands in place. One that cannot be read is moved as it is.
 */
function layAside(db: string, aside: string): void {
  try {
    const old = new Database(db)
    try {
      old.prepare('VACUUM INTO ?').run(aside)
      old.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      old.close()
    }
  } catch {
    renameSync(db, aside)
    for (const suffix of ['-wal', '-shm'])
      if (existsSync(db + suffix)) renameSync(db + suffix, aside + suffix)
  }
}

function flush(file: string): void {
  const open = openSync(file, 'r+')
  try {
    fsyncSync(open)
  } finally {
    closeSync(open)
  }
}
