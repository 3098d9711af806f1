/** Taking tasks out of the graph, and what becomes of those that wait for them. */
import type { Command } from '../command.ts'
import { reachable, topologicalOrder } from '../graph/dag.ts'
import type { Event } from '../event.ts'
import { failure } from '../failure.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import {
  decided,
  refused,
  unknownTask,
  withTask,
  type Circumstances,
  type Decided,
} from './decision.ts'

type Of<T extends Command['type']> = Extract<Command, { readonly type: T }>

export function decideRemove(plan: Plan, command: Of<'task.remove'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    if (task.generation > 0) return inUse(task.id, 'an agent has worked on it')
    const dependents = plan.dependentsOf(task.id).size
    if (dependents > 0)
      return inUse(task.id, `${dependents} task${dependents === 1 ? ' waits' : 's wait'} for it`)
    return decided([task.id], { type: 'task.removed', at: now.at, id: task.id })
  })
}

const inUse = (id: TaskId, why: string): Decided =>
  refused(
    failure('in-use', `task ${id} cannot be removed: ${why}`, {
      hint: `yard abandon ${id} lets it rest instead`,
      facts: { id },
    }),
  )

/** All or none of them. */
export function decideRemoveAll(
  plan: Plan,
  { ids, dependents }: Of<'tasks.remove'>,
  now: Circumstances,
): Decided {
  const gone = new Set(ids)
  if (dependents === 'remove')
    for (const id of reachable(ids, (each) => plan.dependentsOf(each))) gone.add(id)
  for (const id of gone) {
    const task = plan.tasks.get(id)
    if (!task) return refused(unknownTask(plan, id))
    if (task.generation > 0) return inUse(id, 'an agent has worked on it')
  }
  return decided(
    [...gone],
    ...(dependents === 'join' ? joinEvents(plan, gone, now.at) : releaseEvents(plan, gone, now.at)),
    ...dependentsFirst(plan, gone).map((id): Event => ({ type: 'task.removed', at: now.at, id })),
  )
}

const dependentsFirst = (plan: Plan, gone: ReadonlySet<TaskId>): TaskId[] =>
  topologicalOrder({
    keys: [...gone],
    blockersOf: (id) => [...plan.blockersOf(id)].filter((each) => gone.has(each)),
    dependentsOf: (id) => [...plan.dependentsOf(id)].filter((each) => gone.has(each)),
  }).toReversed()

/** Nothing outside waits for these any more. */
function releaseEvents(plan: Plan, gone: ReadonlySet<TaskId>, at: number): Event[] {
  return waitingFor(plan, gone).flatMap(([dependent, blockers]) =>
    blockers.map((blocker): Event => ({ type: 'dependency.removed', at, blocker, dependent })),
  )
}

/** What waited for these waits for what they waited for; one that has begun waits for nothing new. */
export function joinEvents(plan: Plan, gone: ReadonlySet<TaskId>, at: number): Event[] {
  const added = waitingFor(plan, gone).flatMap(([dependent, blockers]) => {
    if (plan.tasks.get(dependent)?.state.kind !== 'open') return []
    const beyond = new Set<TaskId>()
    const inside = reachable(blockers, (id) => [...plan.blockersOf(id)].filter((b) => gone.has(b)))
    for (const id of [...blockers, ...inside])
      for (const blocker of plan.blockersOf(id)) if (!gone.has(blocker)) beyond.add(blocker)
    return [...beyond]
      .filter((blocker) => !plan.blockersOf(dependent).has(blocker))
      .map((blocker): Event => ({ type: 'dependency.added', at, blocker, dependent }))
  })
  return [...releaseEvents(plan, gone, at), ...added]
}

/** Tasks outside that wait for some of these, with those. */
function waitingFor(plan: Plan, gone: ReadonlySet<TaskId>): [TaskId, TaskId[]][] {
  const waiting = new Map<TaskId, TaskId[]>()
  for (const blocker of gone)
    for (const dependent of plan.dependentsOf(blocker))
      if (!gone.has(dependent)) waiting.set(dependent, [...(waiting.get(dependent) ?? []), blocker])
  return [...waiting]
}
