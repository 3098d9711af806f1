/** The places of all tasks, laid out anew in a worker whenever the structure changes, and only then. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Position, TaskCard } from '../../../contract/view.ts'
import { type Direction, GRIDS, type Layout, placeAt } from './grid.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { createLayouter, type Layouter } from './layouter.ts'
import { z } from 'zod'

export interface LaidOut {
  readonly layout: Layout
  /** From 0 to 1 while a huge graph is laid out; null else. */
  readonly share: number | null
  /** Ends the layout under way; what is shown stays, new tasks have no place until the next one. */
  cancel(): void
  /** A full layout: known places are forgotten. */
  tidy(): void
}

const NOTHING: Layout = new Map()

interface Shown {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly structure: number
  /** Places chosen by hand, and the direction in which they are so. */
  readonly positions: ReadonlyMap<string, Position>
  readonly direction: Direction
}

export function useLayout({ tasks, structure, positions, direction }: Shown): LaidOut {
  const [layout, setLayout] = useState(NOTHING)
  const [share, setShare] = useState<number | null>(null)
  const layouter = useRef<Layouter | null>(null)
  const yard = useYard((view) => view.summary?.folder ?? '')
  const latest = useRef({ tasks, structure, positions, direction })
  useEffect(() => {
    latest.current = { tasks, structure, positions, direction }
  })
  useEffect(() => {
    const current = createLayouter({
      former: readKeptLayout(yard),
      onLayout(next) {
        setLayout(next)
        if (latest.current.structure >= 0) keepLayout(yard, next) // not of a moment of the past
      },
      onProgress: setShare,
    })
    layouter.current = current
    return () => current.close()
  }, [yard])
  const request = useCallback((shape: number, anew: boolean) => {
    const cards = [...latest.current.tasks.values()]
    const wanted = cards.map(({ id, after }) => ({ id, after }))
    // A full layout gives back what was moved by hand.
    const grid = GRIDS[latest.current.direction]
    const byHand = anew
      ? NOTHING
      : new Map([...latest.current.positions].map(([id, at]) => [id, placeAt(at, grid)]))
    layouter.current?.request({ structure: shape, tasks: wanted, anew, byHand })
  }, [])
  useEffect(() => request(structure, false), [structure, request])
  const cancel = useCallback(() => layouter.current?.cancel(), [])
  const tidy = useCallback(() => request(latest.current.structure, true), [request])
  return { layout, share, cancel, tidy }
}

// Where the tasks of a yard stood last, kept in this browser: a graph that grew bit by bit looks the same after a reload.

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
