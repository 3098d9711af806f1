/** What the tasks of a yard would run and where, read without becoming its owner. */
import Database from 'better-sqlite3'
import { existsSync } from 'node:fs'

const TASK_LINE_KINDS = ['exec', 'verify', 'executor', 'repo'] as const

export interface TaskLine {
  readonly task: string
  /** `executor` only where it is an address to post to; `repo` is a folder beside the yard's own. */
  readonly kind: (typeof TASK_LINE_KINDS)[number]
  readonly line: string
}

/**
 * Of every task, whatever its state: a finished one is verified again when its result lands, and runs again when it is opened.
 * Empty when the database is not there or cannot be read: then nothing can be run from it either.
 */
export function readTaskLines(path: string): TaskLine[] {
  if (!existsSync(path)) return []
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 })
    try {
      const rows = db.prepare(SELECT_LINES).all() as Row[]
      return rows.flatMap(linesOf)
    } finally {
      db.close()
    }
  } catch {
    return [] // no database of ours
  }
}

const SELECT_LINES = `SELECT id, ${TASK_LINE_KINDS.map((k) => `json_extract(body, '$.${k}') AS ${k}`).join(', ')} FROM task ORDER BY rowid`

type Row = Readonly<Record<TaskLine['kind'], unknown>> & { readonly id: string }

const linesOf = (row: Row): TaskLine[] =>
  TASK_LINE_KINDS.flatMap((kind): TaskLine[] => {
    const line = row[kind]
    if (typeof line !== 'string' || (kind === 'executor' && !line.includes('://'))) return []
    return [{ task: row.id, kind, line }]
  })
