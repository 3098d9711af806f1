/** Reads of a yard's database without becoming its owner, and without changing a byte of it. */
import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { errorText } from '../base/text.ts'
import { ok, type Result } from '../base/result.ts'
import { fail, type Failure } from '../domain/failure.ts'
import { openJournal, type StoredRow } from './journal.ts'

function readFrom<T>(path: string, read: (db: Database.Database) => T): T {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 })
  try {
    return read(db)
  } finally {
    db.close()
  }
}

/** Rows after `since`, oldest first. */
export function readJournal(path: string, since: number): Result<StoredRow[], Failure> {
  try {
    return ok(readFrom(path, (db) => openJournal(db).read(since, -1)))
  } catch (error) {
    return fail('io', `the journal in ${path} cannot be read: ${errorText(error)}`, {
      hint: 'any command that opens the yard makes its database',
    })
  }
}

/** What waits or lies dead of messages. */
export interface MailFigures {
  readonly dead: number
  /** For other machines. */
  readonly outbox: number
  /** When the oldest of those was sent, ms. */
  readonly oldestAt: number | null
}

/** Null where there is no such database, or an older one. Of one that is damaged its check says so. */
export function readMailFigures(path: string): MailFigures | null {
  if (!existsSync(path)) return null
  try {
    return readFrom(path, (db) => db.prepare(MAIL_FIGURES).get() as MailFigures)
  } catch {
    return null // no database of ours
  }
}

const IN_OUTBOX =
  "FROM delivery WHERE state IN ('waiting','taken') AND json_extract(body, '$.recipientKind') = 'remote'"
const MAIL_FIGURES = `SELECT (SELECT count(*) FROM delivery WHERE state = 'dead') AS dead, (SELECT count(*) ${IN_OUTBOX}) AS outbox, (SELECT min(at) ${IN_OUTBOX}) AS oldestAt`

const TASK_LINE_KINDS = ['exec', 'verify', 'executor', 'repo'] as const

/** What a task would run, and where. */
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
    const rows = readFrom(path, (db) => db.prepare(SELECT_LINES).all() as Row[])
    return rows.flatMap(linesOf)
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
