/** Would these dependencies close a cycle? */
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'

export interface Edge {
  readonly blocker: TaskId
  readonly dependent: TaskId
}

/**
 * The tasks along a cycle that the new edges would close, first = last; null when there is none. The plan itself has none.
 * Costs the region that can be reached from the new edges, not the whole graph.
 */
export function findCycle(
  plan: Plan,
  edges: readonly Edge[],
  removed: ReadonlySet<string> = new Set(),
): TaskId[] | null {
  const added = new Map<TaskId, TaskId[]>()
  for (const { blocker, dependent } of edges) {
    if (blocker === dependent) return [blocker, blocker]
    const list = added.get(blocker)
    if (list) list.push(dependent)
    else added.set(blocker, [dependent])
  }
  const next = (id: TaskId): Iterator<TaskId> => following(plan, added, removed, id)
  const finished = new Set<TaskId>()
  const onPath = new Set<TaskId>()
  for (const { blocker } of edges) {
    const cycle = walk(blocker, next, finished, onPath)
    if (cycle) return cycle
  }
  return null
}

function* following(
  plan: Plan,
  added: Map<TaskId, TaskId[]>,
  removed: ReadonlySet<string>,
  id: TaskId,
): Generator<TaskId> {
  for (const dependent of plan.dependentsOf(id))
    if (!removed.has(`${id}>${dependent}`)) yield dependent
  yield* added.get(id) ?? []
}

/** Depth first with its own stack: graphs are deeper than a call stack. */
function walk(
  start: TaskId,
  next: (id: TaskId) => Iterator<TaskId>,
  finished: Set<TaskId>,
  onPath: Set<TaskId>,
): TaskId[] | null {
  if (finished.has(start)) return null
  const stack: { id: TaskId; rest: Iterator<TaskId> }[] = [{ id: start, rest: next(start) }]
  onPath.add(start)
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const step = top.rest.next()
    if (step.done) {
      onPath.delete(top.id)
      finished.add(top.id)
      stack.pop()
    } else if (onPath.has(step.value)) {
      const path = stack.map((s) => s.id)
      return [...path.slice(path.indexOf(step.value)), step.value]
    } else if (!finished.has(step.value)) {
      onPath.add(step.value)
      stack.push({ id: step.value, rest: next(step.value) })
    }
  }
  return null
}
