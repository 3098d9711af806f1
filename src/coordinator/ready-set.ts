/** Which tasks could start now, and when others will: fed with touched tasks, asked for the next to claim. */
import { createPathLengths } from '../domain/critical-path.ts'
import { createHeap } from '../domain/heap.ts'
import type { TaskId } from '../domain/ids.ts'
import { createReadyQueue } from '../domain/ready-queue.ts'
import { PRIORITIES, type Task } from '../domain/task.ts'
import type { CommittedBatch } from './committed.ts'
import type { Tally } from './tally.ts'
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
  take(now: number, tally: Tally): Candidate | null
  /** When the next delayed task is due, ms; null when none is. */
  nextDueAt(): number | null
  readonly size: number
}

type Parts = Pick<CoordinatorParts, 'plan' | 'caps' | 'route' | 'log'>

export function createReadySet(parts: Parts): ReadySet {
  const { plan } = parts
  const queue = createReadyQueue()
  const lengths = createPathLengths(plan)
  const noted = new Set<TaskId>()
  const routes = new Map<string, { route: Route; tags: readonly string[] }>()
  const routed = new Map<TaskId, Route>()
  const due = createHeap<{ at: number; id: TaskId }>((a, b) => a.at < b.at)

  /** Tasks with the same bucket are held back by the same caps and breakers. */
  const bucketOf = (task: Task, route: Route): string => {
    const caps = parts.caps()
    const tags = task.tags.filter((tag) => caps.tags[tag] !== undefined)
    const own = plan.breakers.has(`respawn:${task.id}`) ? task.id : null
    const key = JSON.stringify([
      route.executor,
      route.model,
      route.provider,
      route.exclusive,
      tags,
      own,
    ])
    routes.set(key, { route, tags })
    return key
  }
  const consider = (id: TaskId, now: number): void => {
    const task = plan.tasks.get(id)
    queue.drop(id)
    routed.delete(id)
    if (!task || task.state.kind !== 'open' || !plan.startable.has(id) || plan.agentOf(id)) return
    const dueAt = Math.max(task.state.notBefore ?? 0, task.state.park?.until ?? 0)
    if (dueAt > now) return due.push({ at: dueAt, id })
    const route = parts.route(task)
    if (!route.ok || route.value.isForPeople) return
    routed.set(id, route.value)
    queue.put(
      {
        id,
        bucket: bucketOf(task, route.value),
        priority: PRIORITIES.indexOf(task.priority),
        length: lengths.of(id),
        readySince: readySinceOf(task, dueAt),
        order: task.order,
      },
      now,
    )
  }
  /** The latest of what it had to wait for; survives a restart because it is read from the plan. */
  const readySinceOf = (task: Task, dueAt: number): number => {
    let since = Math.max(task.createdAt, dueAt)
    for (const blocker of plan.blockersOf(task.id))
      since = Math.max(since, plan.tasks.get(blocker)?.completedAt ?? 0)
    return since
  }
  const blockedBy = (route: Route, bucket: string): boolean => {
    const keys = [
      `launch:${route.executor}`,
      ...(route.provider === null ? [] : [`provider:${route.provider}`]),
    ]
    const own = (JSON.parse(bucket) as unknown[])[5]
    if (typeof own === 'string') keys.push(`respawn:${own}`)
    return keys.some((key) => plan.breakers.has(key))
  }

  return {
    get size() {
      return queue.size
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
      routes.clear()
      for (const id of plan.tasks.keys()) {
        if (plan.startable.has(id)) noted.add(id)
        if (plan.dependentsOf(id).size > 0) lengths.mark(id)
      }
    },
    update(now) {
      for (let next = due.peek(); next && next.at <= now; next = due.peek()) {
        due.pop()
        noted.add(next.id)
      }
      for (const id of noted) consider(id, now)
      noted.clear()
      // Lengths only order tasks that compete, so a chain that grows task by task does not pay for itself each time.
      if (lengths.isStale && queue.size > 1)
        for (const id of lengths.refresh()) if (queue.has(id)) consider(id, now)
    },
    take(now, tally) {
      const caps = parts.caps()
      if (tally.total >= caps.maxAgents) return null
      const waiting = queue.take(now, (bucket) => {
        const known = routes.get(bucket)
        return (
          known !== undefined &&
          tally.full(caps, known.route, known.tags) === null &&
          !blockedBy(known.route, bucket)
        )
      })
      if (!waiting) return null
      const task = plan.tasks.get(waiting.id)
      const route = routed.get(waiting.id)
      return task && route ? { task, route } : null
    },
    nextDueAt: () => due.peek()?.at ?? null,
  }
}
