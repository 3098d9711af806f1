/** Where the tasks of a yard stood last, kept in this browser: a graph that grew bit by bit looks the same after a reload. */
import { z } from 'zod'
import type { Layout } from './grid.ts'

const PREFIX = 'yardmaster.layout:'
/** Larger graphs are laid out anew: a browser keeps some five million characters of all pages of a host. */
const MOST = 10_000
const keptSchema = z.array(z.tuple([z.string(), z.number().int(), z.number().int()]))

/** Empty when nothing was kept or it cannot be read. */
export function readKeptLayout(yard: string): Layout {
  try {
    const kept = keptSchema.parse(JSON.parse(localStorage.getItem(PREFIX + yard) ?? '[]'))
    return new Map(kept.map(([id, column, row]) => [id, { column, row }]))
  } catch {
    return new Map()
  }
}

export function keepLayout(yard: string, layout: Layout): void {
  const key = PREFIX + yard
  try {
    if (layout.size > MOST) return localStorage.removeItem(key)
    const rows = [...layout].map(([id, { column, row }]) => [id, column, row])
    localStorage.setItem(key, JSON.stringify(rows))
  } catch {
    // A full or forbidden storage: the next visit lays out anew.
  }
}
