/** Where a person put nodes. Beside the entities and not in the journal: it goes with its task, and changes nothing that runs. */
import type Database from 'better-sqlite3'

export interface StoredPosition {
  readonly x: number
  readonly y: number
}

export interface PositionTable {
  all(): Map<string, StoredPosition>
  /** Inside a transaction of the writer. Null takes one out. Throws for a task that is not there. */
  set(taskId: string, position: StoredPosition | null): void
}

export function preparePositions(db: Database.Database): PositionTable {
  const select = db.prepare('SELECT task_id, x, y FROM position')
  const put = db.prepare(
    'INSERT INTO position (task_id, x, y) VALUES (?, ?, ?) ON CONFLICT (task_id) DO UPDATE SET x = excluded.x, y = excluded.y',
  )
  const remove = db.prepare('DELETE FROM position WHERE task_id = ?')
  return {
    all() {
      const rows = select.all() as { task_id: string; x: number; y: number }[]
      return new Map(rows.map(({ task_id, x, y }) => [task_id, { x, y }]))
    },
    set(taskId, position) {
      if (position) put.run(taskId, position.x, position.y)
      else remove.run(taskId)
    },
  }
}
