/** Puts a backup in the place of a yard's database. What was there is laid aside, never deleted. */
import Database from 'better-sqlite3'
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { errorText } from '../base/text.ts'
import { err, ok, type Result } from '../base/result.ts'
import { fail, type Failure } from '../domain/failure.ts'
import { MIGRATIONS } from './migrations.ts'
import { takeOwnerLock } from './owner-lock.ts'
import { highestAgentNumber } from './read.ts'

const NEWEST = MIGRATIONS.at(-1)?.number ?? 0

/** What a backup knows, as far as it matters to what has happened since. */
export interface Backup {
  readonly lastAgentNumber: number
  readonly openTasks: ReadonlySet<string>
}

/**
 * Needs the yard to have no owner. `ready` is asked once the yard is held and the backup is known to be one; its failure leaves all
 * as it was. Gives where the replaced database was laid.
 */
export async function restoreDatabase(
  place: { readonly db: string; readonly ownerDb: string; readonly at: number },
  file: string,
  ready: (backup: Backup) => Promise<Failure | null> = async () => null,
): Promise<Result<string | null, Failure>> {
  const lock = takeOwnerLock(place.ownerDb)
  if (!lock.ok) return lock
  try {
    const backup = readBackup(file)
    if (!backup.ok)
      return fail('io', `${file} is no sound backup: ${backup.error}`, {
        hint: 'choose another: yard restore FILE',
      })
    const unready = await ready(backup.value)
    return unready ? err(unready) : ok(replace(place, file))
  } catch (error) {
    return fail('io', `the backup could not be put in place: ${errorText(error)}`, {
      hint: 'is there space, and is .yard writable?',
    })
  } finally {
    lock.value.release()
  }
}

/** Each step is on the disk before the next: a power loss leaves the old database or the new one, never half of one. */
function replace(
  { db, at }: { readonly db: string; readonly at: number },
  file: string,
): string | null {
  const aside = existsSync(db) ? `${db}.before-restore-${at}` : null
  const next = `${db}.restoring`
  copyFileSync(file, next)
  flush(next, 'r+')
  if (aside !== null) layAside(db, aside)
  // A log whose database has vanished would be read as part of the new one.
  else layLogAside(db, `${db}.before-restore-${at}`)
  // A log of the old database must never be taken for one of the new.
  for (const suffix of ['-wal', '-shm']) rmSync(db + suffix, { force: true })
  renameSync(next, db)
  if (process.platform !== 'win32') flush(dirname(db), 'r')
  return aside
}

const TABLES = ['task', 'agent', 'dependency', 'journal', 'command', 'meta', 'migration']

export const isSoundBackup = (file: string): boolean => readBackup(file).ok

/** A failure is told in words that follow "it is no sound backup". */
function readBackup(file: string): Result<Backup, string> {
  if (!existsSync(file)) return err('it does not exist')
  if (statSync(file).size === 0) return err('it is empty')
  try {
    // A connection that may only read leaves its `-wal` and `-shm` beside the file.
    const db = new Database(file, { fileMustExist: true })
    try {
      db.pragma('query_only = ON')
      const check = db.pragma('quick_check', { simple: true })
      if (check !== 'ok') return err(`it is damaged (${String(check).split('\n', 2).join(' ')})`)
      const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
      if (TABLES.some((table) => !names.includes(table)))
        return err('it is a database of something else, not of a yard')
      const version = Number(db.pragma('user_version', { simple: true }))
      if (version > NEWEST)
        return err(`a newer Yardmaster made it (schema ${version}; this one knows ${NEWEST})`)
      const open = db.prepare("SELECT id FROM task WHERE state NOT IN ('done', 'abandoned')")
      return ok({
        lastAgentNumber: highestAgentNumber(db),
        openTasks: new Set(open.pluck().all().map(String)),
      })
    } finally {
      db.close()
    }
  } catch (error) {
    return err(errorText(error))
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
    layLogAside(db, aside)
  }
}

function layLogAside(db: string, aside: string): void {
  for (const suffix of ['-wal', '-shm'])
    if (existsSync(db + suffix)) renameSync(db + suffix, aside + suffix)
}

function flush(path: string, flags: 'r' | 'r+'): void {
  const open = openSync(path, flags)
  try {
    fsyncSync(open)
  } finally {
    closeSync(open)
  }
}
