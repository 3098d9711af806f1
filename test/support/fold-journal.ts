import type { StoredRow } from '../../src/store/journal.ts'

/** Rebuilds entities from rows: what the tables were after the last of them. Keyed by entity, then id. */
export function fold(rows: Iterable<StoredRow>): Map<string, Map<string, Record<string, unknown>>> {
  const world = new Map<string, Map<string, Record<string, unknown>>>()
  for (const row of rows) {
    let table = world.get(row.entity)
    if (!table) world.set(row.entity, (table = new Map()))
    if (row.gone) {
      table.delete(row.id)
      continue
    }
    const entity = { ...table.get(row.id), ...row.set }
    for (const key of row.unset) delete entity[key]
    table.set(row.id, entity)
  }
  return world
}
