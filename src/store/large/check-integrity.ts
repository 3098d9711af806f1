/** Whether a database is sound, asked over a connection that only reads. Beside a living owner a thread asks, so that its loop goes on. */
import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { errorText } from '../../base/text.ts'

export interface Integrity {
  /** One line each, as SQLite says them; empty = none was found. */
  readonly problems: readonly string[]
  /** The time was enough for all tables. */
  readonly isWhole: boolean
}

export interface IntegrityOrder {
  readonly check: string
  readonly limitMs: number
}

const MOST_PROBLEMS = 10

/** Table by table, for a check that has begun cannot be ended. */
export function checkIntegrity({ check: path, limitMs }: IntegrityOrder): Integrity {
  const endsAt = performance.now() + limitMs
  const problems: string[] = []
  let isWhole = true
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 })
    try {
      const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
      for (const name of names) {
        isWhole = performance.now() < endsAt
        if (!isWhole || problems.length >= MOST_PROBLEMS) break
        problems.push(...problemsOf(db, String(name)))
      }
    } finally {
      db.close()
    }
  } catch (error) {
    problems.push(errorText(error))
  }
  return { problems: problems.slice(0, MOST_PROBLEMS), isWhole }
}

const problemsOf = (db: Database.Database, table: string): string[] =>
  db
    .prepare(`PRAGMA quick_check("${table.replaceAll('"', '""')}")`)
    .pluck()
    .all()
    .map(String)
    .filter((line) => line !== 'ok')

/** `entry`: the file of the worker, `large-write-worker.ts` from source or its built twin. */
export const checkInThread = (entry: string, order: IntegrityOrder): Promise<Integrity> =>
  new Promise((resolve) => {
    const failed = (error: unknown): void =>
      resolve({ problems: [`it could not be checked: ${errorText(error)}`], isWhole: false })
    const worker = new Worker(entry, { workerData: order, name: 'yard-integrity' })
    worker.on('message', resolve)
    worker.on('error', failed)
    worker.on('exit', () => failed('the thread that checks it has ended'))
  })
