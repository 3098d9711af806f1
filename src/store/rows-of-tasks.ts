/**
 * Which tasks have rows in a table, as far as is known without a read: every launch asks for log lines and artifacts, and most tasks have
 * none. What stood there when the yard was opened is found out piece by piece, as it is asked for; a yard with very much of it always reads.
 */
import type Database from 'better-sqlite3'

/** Rows of the index that one question looks through. */
const PIECE = 1000
/** Ids beyond which it would hold more memory than it saves time. */
const MOST = 50_000

export const knowRowsOfTasks = (db: Database.Database) => ({
  log: knowTasksWith(db, 'log_line'),
  artifact: knowTasksWith(db, 'artifact'),
})
export type RowsOfTasks = ReturnType<typeof knowRowsOfTasks>

function knowTasksWith(db: Database.Database, table: 'log_line' | 'artifact') {
  const next = db
    .prepare(`SELECT task_id FROM ${table} WHERE task_id > ? ORDER BY task_id LIMIT ?`)
    .pluck()
  const known = new Set<string>()
  /** All ids up to this one are known; null = all are. */
  let after: string | null = ''
  const learn = (from: string): void => {
    const ids = next.all(from, PIECE) as string[]
    for (const id of ids) known.add(id)
    after = ids.length < PIECE ? null : (ids.at(-1) ?? null)
  }
  return {
    /** It has one from now on. */
    add: (taskId: string): void => void (known.size < MOST && known.add(taskId)),
    /** Surely none; false where that is not known. */
    hasNone(taskId: string): boolean {
      if (known.size >= MOST) return false
      if (after !== null) learn(after)
      return (after === null || taskId <= after) && !known.has(taskId)
    },
  }
}
