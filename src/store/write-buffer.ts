/**
 * What a transaction has to write, kept until its commit: a row that several commands change is written once. A command that is refused
 * takes back what it has added here; SQLite has seen nothing of it yet.
 */
import type { EntityChange } from '../domain/plan.ts'
import type { Journal, RowFacts } from './journal.ts'

export interface Entry {
  readonly change: EntityChange
  readonly facts: RowFacts
}

type Entity = EntityChange['entity']

export type WriteBuffer = ReturnType<typeof createWriteBuffer>

export function createWriteBuffer(journal: Journal, write: (change: EntityChange) => void) {
  let entries: Entry[] = []
  return {
    add: (change: EntityChange, facts: RowFacts): void => void entries.push({ change, facts }),
    length: (): number => entries.length,
    /** Forgets what was added after `length` entries. */
    cutTo: (length: number): void => void (entries.length = length),
    /** Throws what SQLite throws; nothing is kept then. */
    flush(): void {
      const all = entries
      entries = []
      for (const change of rowsOf(all)) write(change)
      journal.append(all)
    },
  }
}

/** One change for each row, in the order of the first of each; what is removed ends its row, and what bears its name later is another. */
function rowsOf(entries: readonly Entry[]): EntityChange[] {
  const rows: EntityChange[] = []
  const places = new Map<Entity, Map<string, number>>()
  for (const { change } of entries) {
    const { entity, id } = change
    let known = places.get(entity)
    if (!known) places.set(entity, (known = new Map()))
    const place = known.get(id)
    if (place === undefined || change.after === null) {
      rows.push(change)
      if (change.after === null) known.delete(id)
      else known.set(id, rows.length - 1)
    } else {
      const first = rows[place]
      // Both are of one entity, which a union cannot say.
      if (first) rows[place] = { ...change, before: first.before } as EntityChange
    }
  }
  return rows
}
