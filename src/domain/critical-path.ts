/** Critical-path length: how many tasks the longest chain from a task to an end of the graph has, itself included. */
import type { TaskId } from './ids.ts'
import type { Plan } from './plan.ts'

export interface PathLengths {
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
      const region = upstream(plan, marked)
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

function upstream(plan: Plan, from: ReadonlySet<TaskId>): Set<TaskId> {
  const region = new Set(from)
  const queue = [...from]
  for (let id = queue.pop(); id !== undefined; id = queue.pop())
    for (const blocker of plan.blockersOf(id))
      if (!region.has(blocker)) {
        region.add(blocker)
        queue.push(blocker)
      }
  return region
}

/** The region so ordered that every task comes after those that wait for it. */
function lastFirst(plan: Plan, region: ReadonlySet<TaskId>): TaskId[] {
  const open = new Map<TaskId, number>()
  const order: TaskId[] = []
  for (const id of region) {
    let count = 0
    for (const next of plan.dependentsOf(id)) if (region.has(next)) count += 1
    open.set(id, count)
    if (count === 0) order.push(id)
  }
  for (let i = 0; i < order.length; i += 1)
    for (const blocker of plan.blockersOf(order[i] as TaskId)) {
      const left = open.get(blocker)
      if (left === undefined) continue
      open.set(blocker, left - 1)
      if (left === 1) order.push(blocker)
    }
  return order
}

/** The tasks of the longest chain of unfinished work, first to last; empty when nothing is left to do. */
export function criticalPath(plan: Plan, isLeft: (id: TaskId) => boolean): TaskId[] {
  const left = new Set([...plan.tasks.keys()].filter(isLeft))
  const best = new Map<TaskId, Step>()
  let start: TaskId | null = null
  for (const id of lastFirst(plan, left)) {
    const own = longestStep(plan, id, best)
    best.set(id, own)
    if (start === null || own.length > (best.get(start)?.length ?? 0)) start = id
  }
  const path: TaskId[] = []
  for (let id = start; id !== null; id = best.get(id)?.next ?? null) path.push(id)
  return path
}

interface Step {
  readonly length: number
  readonly next: TaskId | null
}

/** `best` holds every dependent that is left, for they come first. */
function longestStep(plan: Plan, id: TaskId, best: ReadonlyMap<TaskId, Step>): Step {
  let own: Step = { length: 1, next: null }
  for (const next of plan.dependentsOf(id)) {
    const length = (best.get(next)?.length ?? 0) + 1
    if (length > own.length) own = { length, next }
  }
  return own
}
