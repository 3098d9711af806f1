/** Critical-path length: how many tasks the longest chain from a task to an end of the graph has, itself included. */
import { reachable } from './dag.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'

interface PathLengths {
  /** Last computed length; 1 for a task not looked at yet. */
  of(id: TaskId): number
  /** A dependency of this blocker came or went. */
  mark(blocker: TaskId): void
  readonly isStale: boolean
  /** Computes the marked region anew; gives the tasks whose length changed. Costs that region. */
  refresh(): TaskId[]
}

export function createPathLengths(plan: Plan): PathLengths {
  const lengths = new Map<TaskId, number>()
  const marked = new Set<TaskId>()
  return {
    of: (id) => lengths.get(id) ?? 1,
    mark: (blocker) => void marked.add(blocker),
    get isStale() {
      return marked.size > 0
    },
    refresh() {
      const region = reachable(marked, (id) => plan.blockersOf(id))
      for (const id of marked) region.add(id)
      marked.clear()
      const before = new Map<TaskId, number>()
      for (const id of region) {
        const length = lengths.get(id)
        if (length !== undefined) before.set(id, length)
        lengths.delete(id)
      }
      for (const id of region) measure(plan, lengths, id)
      return [...region].filter((id) => lengths.get(id) !== before.get(id))
    },
  }
}

/** Fills in the length of a task and of all below it that have none yet; a task that nothing waits for is never written. */
function measure(plan: Plan, lengths: Map<TaskId, number>, start: TaskId): void {
  const stack = [start]
  for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
    const height = stack.length
    const longest = lengths.has(id) ? 0 : longestBelow(plan, lengths, id, stack)
    if (stack.length > height) continue
    if (longest > 0) lengths.set(id, longest + 1)
    stack.pop()
  }
}

/** The longest of the dependents' lengths; those that must be measured first are put on the stack. */
function longestBelow(
  plan: Plan,
  lengths: ReadonlyMap<TaskId, number>,
  id: TaskId,
  stack: TaskId[],
): number {
  let longest = 0
  for (const next of plan.dependentsOf(id)) {
    const known = lengths.get(next) ?? (plan.dependentsOf(next).size === 0 ? 1 : 0)
    if (known === 0) stack.push(next)
    else if (known > longest) longest = known
  }
  return longest
}
