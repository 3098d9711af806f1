/** What lies upstream and downstream of tasks, over the cards that the page has. Pure. */
import type { TaskCard } from '../../contract/view.ts'

export type Tasks = ReadonlyMap<string, TaskCard>

/** Dependents of each task, in the order of the cards. Kept per map: maps of the store are never changed in place. */
export function dependentsOf(tasks: Tasks): ReadonlyMap<string, readonly string[]> {
  let known = cache.get(tasks)
  if (!known) {
    const made = new Map<string, string[]>()
    for (const card of tasks.values())
      for (const blocker of card.after) {
        const list = made.get(blocker)
        if (list) list.push(card.id)
        else made.set(blocker, [card.id])
      }
    known = made
    cache.set(tasks, known)
  }
  return known
}
const cache = new WeakMap<Tasks, ReadonlyMap<string, readonly string[]>>()

/** Everything that these wait for, themselves left out. */
export const upstreamOf = (tasks: Tasks, ids: Iterable<string>): ReadonlySet<string> =>
  closure(ids, (id) => tasks.get(id)?.after ?? [])

/** Everything that waits for these, themselves left out. */
export function downstreamOf(tasks: Tasks, ids: Iterable<string>): ReadonlySet<string> {
  const dependents = dependentsOf(tasks)
  return closure(ids, (id) => dependents.get(id) ?? [])
}

function closure(ids: Iterable<string>, next: (id: string) => readonly string[]): Set<string> {
  const start = new Set(ids)
  const found = new Set<string>()
  const queue = [...start]
  for (const id of queue)
    for (const each of next(id))
      if (!found.has(each)) {
        found.add(each)
        queue.push(each)
      }
  for (const id of start) found.delete(id)
  return found
}

/** The way from one task down to another along dependencies, both ends included; null when there is none. */
export function pathBetween(tasks: Tasks, from: string, to: string): readonly string[] | null {
  const dependents = dependentsOf(tasks)
  const cameFrom = new Map<string, string | null>([[from, null]])
  const queue = [from]
  for (const id of queue) {
    if (id === to) return wayBack(cameFrom, to)
    for (const next of dependents.get(id) ?? [])
      if (!cameFrom.has(next)) {
        cameFrom.set(next, id)
        queue.push(next)
      }
  }
  return null
}

function wayBack(cameFrom: ReadonlyMap<string, string | null>, to: string): readonly string[] {
  const path: string[] = []
  for (let id: string | null = to; id !== null; id = cameFrom.get(id) ?? null) path.unshift(id)
  return path
}

export const isSatisfiedCard = (card: TaskCard): boolean =>
  card.status === 'done' || card.status === 'abandoned'

/** Tasks that could start as soon as this one lets its dependents go on. */
export function wouldBecomeReady(tasks: Tasks, ids: ReadonlySet<string>): readonly string[] {
  const dependents = dependentsOf(tasks)
  const waiting = new Set([...ids].flatMap((id) => dependents.get(id) ?? []))
  return [...waiting].filter((id) => {
    const card = tasks.get(id)
    return (
      card?.status === 'open' &&
      card.state !== 'paused' &&
      card.after.every((blocker) => {
        const other = tasks.get(blocker)
        return ids.has(blocker) || other === undefined || isSatisfiedCard(other)
      })
    )
  })
}
