/** The shell lines that unfinished tasks of a yard would run, read without becoming its owner. */
import Database from 'better-sqlite3'
import { existsSync } from 'node:fs'

export interface TaskLine {
  readonly task: string
  readonly kind: 'exec' | 'verify'
  readonly line: string
}

/** Empty when the database is not there or cannot be read: then nothing can be run from it either. */
export function readTaskLines(path: string): TaskLine[] {
  if (!existsSync(path)) return []
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 })
    try {
      const rows = db
        .prepare(
          "SELECT id, json_extract(body, '$.exec') AS exec, json_extract(body, '$.verify') AS verify FROM task WHERE state NOT IN ('done', 'abandoned') ORDER BY rowid",
        )
        .all() as { id: string; exec: string | null; verify: string | null }[]
      return rows.flatMap(({ id, exec, verify }): TaskLine[] => [
        ...(exec === null ? [] : [{ task: id, kind: 'exec' as const, line: exec }]),
        ...(verify === null ? [] : [{ task: id, kind: 'verify' as const, line: verify }]),
      ])
    } finally {
      db.close()
    }
  } catch {
    return [] // no database of ours
  }
}
