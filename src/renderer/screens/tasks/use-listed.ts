/** Which tasks are listed: the same filter as the graph's, from the address. */
import { useDeferredValue, useMemo, useState } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import { useCalmYard } from '../../model/session/session-context.tsx'
import { toFilter, useQuery } from '../../model/filter.ts'
import { useRoute } from '../../model/route.ts'
import { formatSort, heldOrder, parseSort, type Sort, sortCards } from './columns.ts'

type Tasks = ReadonlyMap<string, TaskCard>

/** Above this a walk over all tasks is not done for each piece of news. */
const CALM = { everyMs: 250, fromTasks: 1000 }

/** All tasks, as lists take them: soon, not with every patch. */
export const useListTasks = (): Tasks => useCalmYard((view) => view.tasks, CALM)

/** Null when nothing is filtered away. */
export function useMatches(tasks: Tasks): ReadonlySet<string> | null {
  const query = useDeferredValue(useQuery())
  return useMemo(() => {
    const filter = toFilter(query)
    if (filter === null) return null
    return new Set([...tasks.values()].filter(filter).map(({ id }) => id))
  }, [tasks, query])
}

export const useSort = (): Sort | null => {
  const { sort } = useRoute().filters
  return useMemo(() => parseSort(sort), [sort])
}

export interface OrderedRows {
  readonly ids: readonly string[]
  /** Holds the order while the pointer is over the rows. */
  readonly hold: (isHeld: boolean) => void
}

interface Held {
  readonly wish: string
  readonly ids: readonly string[]
}

export function useOrderedRows(tasks: Tasks, matches: ReadonlySet<string> | null): OrderedRows {
  const sort = useSort()
  const [held, setHeld] = useState<Held | null>(null)
  const wish = `${formatSort(sort)} ${useQuery()}`
  const wanted = useMemo(() => {
    const cards = [...tasks.values()].filter(({ id }) => matches?.has(id) ?? true)
    return sortCards(cards, sort)
  }, [tasks, matches, sort])
  // A person's own wish is carried out at once; what the plan changes waits for the pointer to leave.
  const ids = held?.wish === wish ? heldOrder(held.ids, wanted, tasks) : wanted
  return { ids, hold: (isHeld) => setHeld(isHeld ? { wish, ids } : null) }
}
