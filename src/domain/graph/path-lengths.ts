/** Critical-path length: how many tasks the longest chain from a task to an end of the graph has, itself included. */
import type { Steps } from '../../base/steps.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'

interface PathLengths {
  /** Last computed length; 1 for a task not looked at yet. */
  of(id: TaskId): number
  /** A dependency of this blocker came or went. */
  mark(blocker: TaskId): void
  markAll(): void
  readonly isStale: boolean
  /**
   * Computes the marked region anew, in small steps; gives the tasks whose length changed. Costs that region. What is marked before its end is left
   * for the next time, and puts right what this one made of it.
   */
  refresh(): Steps<TaskId[]>
}

export function createPathLengths(plan: Plan): PathLengths {
  let lengths = new Map<TaskId, number>()
  const marked = new Set<TaskId>()
  let areAllMarked = false
  /** The region of a mark is all above it, which is not looked for where everything is marked. */
  function* refreshAll(): Steps<TaskId[]> {
    const before = lengths
    lengths = new Map()
    areAllMarked = false
    marked.clear()
    for (const id of plan.tasks.keys()) yield* measure(plan, lengths, id)
    const changed = [...before.keys()].filter((id) => !lengths.has(id))
    for (const [id, length] of lengths) {
      if (before.get(id) !== length) changed.push(id)
      yield
    }
    return changed
  }
  return {
    of: (id) => lengths.get(id) ?? 1,
    mark: (blocker) => void marked.add(blocker),
    markAll: () => void (areAllMarked = true),
    get isStale() {
      return areAllMarked || marked.size > 0
    },
    *refresh() {
      if (areAllMarked) return yield* refreshAll()
      const region = new Set(marked)
      marked.clear()
      const before = new Map<TaskId, number>()
      for (const id of region) {
        for (const blocker of plan.blockersOf(id)) region.add(blocker)
        const length = lengths.get(id)
        if (length !== undefined) before.set(id, length)
        lengths.delete(id)
        yield
      }
      for (const id of region) yield* measure(plan, lengths, id)
      const changed: TaskId[] = []
      for (const id of region) {
        if (lengths.get(id) !== before.get(id)) changed.push(id)
        yield
      }
      return changed
    },
  }
}

/** Fills in the length of a task and of all below it that have none yet; a task that nothing waits for is never written. */
function* measure(plan: Plan, lengths: Map<TaskId, number>, start: TaskId): Steps<void> {
  const stack = [start]
  for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
    yield
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
