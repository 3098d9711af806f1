/** Brings a database to the newest schema. A copy is laid aside before the first step; a newer database is refused. */
import { renameSync, rmSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { ok, type Result } from '../base/result.ts'
import { fail, type Failure } from '../domain/failure.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'

interface MigrateOptions {
  readonly at: number
  /** Where the copy goes when an existing database is about to change; null for one in memory. */
  readonly copyPath: ((fromVersion: number) => string) | null
  readonly migrations?: readonly Migration[]
}

export function migrate(db: Database.Database, options: MigrateOptions): Result<void, Failure> {
  const migrations = options.migrations ?? MIGRATIONS
  const newest = migrations.at(-1)?.number ?? 0
  const version = Number(db.pragma('user_version', { simple: true }))
  db.exec(
    'CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, title TEXT NOT NULL, at INTEGER NOT NULL) STRICT',
  )
  const recorded = Number(
    db.prepare('SELECT coalesce(max(number), 0) FROM migration').pluck().get(),
  )
  if (version !== recorded)
    return fail(
      'io',
      `the database is in disorder: its version says ${version}, its migrations say ${recorded}`,
      { hint: 'yard restore brings back the newest backup' },
    )
  if (version > newest)
    return fail(
      'too-new',
      `the database was made by a newer Yardmaster (schema ${version}; this one knows ${newest})`,
      { hint: 'install the newer version, or yard restore an older backup' },
    )
  if (version === newest) return ok(undefined)
  if (version > 0 && options.copyPath) layAside(db, options.copyPath(version))
  for (const step of migrations) if (step.number > version) apply(db, step, options.at)
  return ok(undefined)
}

/** By rename, so that a crash leaves no half copy; one from an earlier try is replaced, for `VACUUM INTO` overwrites nothing. */
function layAside(db: Database.Database, path: string): void {
  const part = `${path}.part`
  rmSync(part, { force: true })
  db.prepare('VACUUM INTO ?').run(part)
  renameSync(part, path)
}

/** The row goes in first: a second process that tries the same step fails on it and changes nothing. */
function apply(db: Database.Database, step: Migration, at: number): void {
  db.transaction(() => {
    db.prepare('INSERT INTO migration (number, title, at) VALUES (?, ?, ?)').run(
      step.number,
      step.title,
      at,
    )
    db.exec(step.sql)
    db.pragma(`user_version = ${step.number}`)
  }).immediate()
}
