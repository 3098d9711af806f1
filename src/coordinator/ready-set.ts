/** Which tasks could start now, and when others will: fed with touched tasks, asked for the next to claim. */
import { createPathLengths, type PathLengths } from '../domain/path-lengths.ts'
import { createHeap } from '../domain/heap.ts'
import type { TaskId } from '../domain/ids.ts'
import { endingBlockerOf, type Plan } from '../domain/plan.ts'
import { createReadyQueue, type ReadyQueue } from '../domain/ready-queue.ts'
import { PRIORITIES, type Task } from '../domain/task.ts'
import { createBuckets, type Buckets } from './buckets.ts'
import type { Budgets } from './budgets.ts'
import type { CommittedBatch } from './committed.ts'
import { awakeRoute } from './fallback.ts'
import type { CapCounts } from './cap-counts.ts'
import type { CoordinatorParts, Route } from './ports.ts'

export interface Candidate {
  readonly task: Task
  readonly route: Route
}

export interface ReadySet {
  /** News of a commit: which tasks to look at again. */
  note(batch: CommittedBatch): void
  /** Everything anew: at the start and when the settings have changed. */
  reset(): void
  /** Looks at the noted tasks and at those whose time has come. */
  update(now: number): void
  /** The next task that its caps and breakers let start; it leaves the set. */
  take(now: number, counts: CapCounts): Candidate | null
  /** When the next delayed task is due, ms; null when none is. */
  nextDueAt(): number | null
  readonly size: number
}

type Parts = Pick<CoordinatorParts, 'plan' | 'caps' | 'route' | 'canRun' | 'log'>

export function createReadySet(
  parts: Parts,
  budgets: Pick<Budgets, 'isReached' | 'isOver'>,
): ReadySet {
  const { plan } = parts
  const lengths = createPathLengths(plan)
  const noted = new Set<TaskId>()
  const line = createLine(parts, lengths, budgets)
  return {
    get size() {
      return line.queue.size
    },
    note(batch) {
      for (const id of batch.touched) noted.add(id)
      for (const change of batch.changes) {
        if (change.entity === 'dependency')
          lengths.mark((change.after ?? change.before)?.blocker as TaskId)
        if (change.entity === 'breaker' && change.id.startsWith('respawn:'))
          noted.add(change.id.slice('respawn:'.length) as TaskId)
      }
    },
    reset() {
      line.buckets.forget()
      for (const id of plan.tasks.keys()) {
        if (plan.startable.has(id)) noted.add(id)
        if (plan.dependentsOf(id).size > 0) lengths.mark(id)
      }
    },
    update(now) {
      for (const id of line.fallenDue(now)) noted.add(id)
      const considerNoted = (): void => {
        for (const id of noted) {
          // It reads what is spent, which can fail; then the rest stays noted.
          line.consider(id, now)
          noted.delete(id)
        }
      }
      considerNoted()
      // Lengths only order tasks that compete, so a chain that grows task by task does not pay for itself each time.
      if (lengths.isStale && line.queue.size > 1)
        for (const id of lengths.refresh()) if (line.queue.has(id)) noted.add(id)
      considerNoted()
    },
    take(now, counts) {
      if (counts.total >= parts.caps().maxAgents) return null
      const waiting = line.queue.take(now, (bucket) => line.buckets.isOpen(bucket, counts))
      if (!waiting) return null
      const task = plan.tasks.get(waiting.id)
      const route = line.routeOf(waiting.id)
      return task && route ? { task, route: awakeRoute(plan, route) } : null
    },
    nextDueAt: line.nextDueAt,
  }
}

/** The queue, and beside it those whose time has not come. */
interface Line {
  readonly queue: ReadyQueue
  readonly buckets: Buckets
  /** Puts the task where it belongs now. */
  consider(id: TaskId, now: number): void
  routeOf(id: TaskId): Route | null
  fallenDue(now: number): TaskId[]
  nextDueAt(): number | null
}

function createLine(
  parts: Parts,
  lengths: PathLengths,
  budgets: Pick<Budgets, 'isReached' | 'isOver'>,
): Line {
  const { plan } = parts
  const queue = createReadyQueue()
  const buckets = createBuckets(parts, budgets.isReached)
  const routes = new Map<TaskId, Route>()
  const due = createHeap<{ at: number; id: TaskId }>((a, b) => a.at < b.at)
  /** How a task whose time has come may start; null while it may not. */
  const startingRoute = (task: Task): Route | null => {
    // Looked at again when that agent has ended: the plan touches the dependents then.
    if (endingBlockerOf(plan, task.id) !== null) return null
    const route = parts.route(task)
    if (!route.ok || route.value.isForPeople) return null
    // Looked at again when its budget has been changed.
    return budgets.isOver(task) ? null : route.value
  }
  return {
    queue,
    buckets,
    routeOf: (id) => routes.get(id) ?? null,
    consider(id, now) {
      const task = plan.tasks.get(id)
      queue.drop(id)
      routes.delete(id)
      if (task?.state.kind !== 'open' || !plan.startable.has(id) || plan.agentOf(id)) return
      const dueAt = Math.max(task.state.notBefore ?? 0, task.state.park?.until ?? 0)
      if (dueAt > now) return due.push({ at: dueAt, id })
      const route = startingRoute(task)
      if (!route) return
      routes.set(id, route)
      queue.put(
        {
          id,
          bucket: buckets.of(task, route),
          priority: PRIORITIES.indexOf(task.priority),
          length: lengths.of(id),
          readySince: readySinceOf(plan, task, dueAt),
          order: task.order,
        },
        now,
      )
    },
    fallenDue(now) {
      const ids: TaskId[] = []
      for (let next = due.peek(); next && next.at <= now; next = due.peek()) {
        due.pop()
        ids.push(next.id)
      }
      return ids
    },
    nextDueAt: () => due.peek()?.at ?? null,
  }
}

/** The latest of what it had to wait for; survives a restart because it is read from the plan. */
function readySinceOf(plan: Plan, task: Task, dueAt: number): number {
  let since = Math.max(task.createdAt, dueAt)
  for (const blocker of plan.blockersOf(task.id))
    since = Math.max(since, plan.tasks.get(blocker)?.completedAt ?? 0)
  return since
}
