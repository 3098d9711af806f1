/** What lies upstream and downstream of tasks, over the cards that the page has. Pure. */
import type { TaskCard } from '../../contract/view.ts'
import { dagOf, pathBetween as shortestPath, reachable, type Dag } from '../../domain/graph/dag.ts'
import { isNewShape } from './session/yard-view.ts'

export type Tasks = ReadonlyMap<string, TaskCard>

/** Kept per map, for maps of the store are never changed in place, and from map to map while no dependency changes. */
export function dagOfTasks(tasks: Tasks): Dag<string> {
  const dag = cache.get(tasks) ?? dagAsBefore(tasks) ?? dagOf([...tasks.values()])
  cache.set(tasks, dag)
  latest = tasks
  return dag
}
const cache = new WeakMap<Tasks, Dag<string>>()
let latest: Tasks | null = null

const dagAsBefore = (tasks: Tasks): Dag<string> | undefined =>
  latest && isSameGraph(latest, tasks) ? cache.get(latest) : undefined

function isSameGraph(before: Tasks, now: Tasks): boolean {
  if (before.size !== now.size) return false
  const former = before.values()
  for (const card of now.values()) {
    const known = former.next().value
    if (known !== card && (known?.id !== card.id || isNewShape(known, card))) return false
  }
  return true
}

export const dependentsOf = (tasks: Tasks): Dag<string>['dependentsOf'] =>
  dagOfTasks(tasks).dependentsOf

/** Everything that these wait for, themselves left out. */
export const upstreamOf = (tasks: Tasks, ids: Iterable<string>): ReadonlySet<string> =>
  reachable(ids, dagOfTasks(tasks).blockersOf)

/** Everything that waits for these, themselves left out. */
export const downstreamOf = (tasks: Tasks, ids: Iterable<string>): ReadonlySet<string> =>
  reachable(ids, dependentsOf(tasks))

/** The shortest path from one task down to another along dependencies, both included; null when there is none. */
export const pathBetween = (tasks: Tasks, from: string, to: string): readonly string[] | null =>
  shortestPath(from, to, dependentsOf(tasks))

export const isSatisfiedCard = (card: TaskCard): boolean =>
  card.status === 'done' || card.status === 'abandoned'

/** Tasks that could start as soon as this one lets its dependents go on. */
export function wouldBecomeReady(tasks: Tasks, ids: ReadonlySet<string>): readonly string[] {
  const dependents = dependentsOf(tasks)
  const waiting = new Set([...ids].flatMap((id) => dependents(id)))
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

export const isFinishedCard = ({ status }: Pick<TaskCard, 'status'>): boolean =>
  status === 'done' || status === 'failed' || status === 'abandoned'
