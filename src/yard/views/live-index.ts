/** What is shown of all tasks together, kept up to date task by task so that news never costs a walk over the graph. */
import type { Attention, TaskCard } from '../../contract/view.ts'
import type { TaskId } from '../../domain/ids.ts'
import { shownStateOf } from '../../domain/plan.ts'
import type { ShownState, Task } from '../../domain/task.ts'
import { taskAttention } from './attention.ts'
import { toTaskCard, type CardSource } from './task-card.ts'
import { createHeap } from '../../domain/heap.ts'

export interface LiveIndex {
  /** Reads the task from the plan again. */
  refresh(id: TaskId): void
  /** Null when there is no such task (any more). */
  card(id: TaskId): TaskCard | null
  /** Tasks per shown state; states with none are left out. */
  counts(): Partial<Record<ShownState, number>>
  /** Oldest first. */
  attention(): Attention[]
  /** The next instant at which a task becomes something else by itself. */
  nextDueAt(): number | null
  /** Refreshes those whose time has come and names them. */
  takeDue(): TaskId[]
}

/** Knows no task yet: each is to be refreshed once. `sourceNow` gives what cards are made from at that time. */
export function createLiveIndex(sourceNow: () => CardSource): LiveIndex {
  const shown = new Map<TaskId, ShownState>()
  const counts = new Map<ShownState, number>()
  const attention = new Map<TaskId, Attention>()
  const due = createDueTimes()

  const count = (state: ShownState | undefined, by: number): void => {
    if (state) counts.set(state, (counts.get(state) ?? 0) + by)
  }
  const forget = (id: TaskId): void => {
    count(shown.get(id), -1)
    shown.delete(id)
    attention.delete(id)
    due.set(id, null)
  }
  const refresh = (id: TaskId): void => {
    const source = sourceNow()
    const task = source.plan.tasks.get(id)
    if (!task) return forget(id)
    const { now } = source
    const state = shownStateOf(source.plan, task, now)
    if (shown.get(id) !== state) {
      count(shown.get(id), -1)
      count(state, 1)
      shown.set(id, state)
    }
    due.set(id, dueAt(task, now))
    const needs = taskAttention(source, task, state)
    if (needs) attention.set(id, needs)
    else attention.delete(id)
  }
  return {
    refresh,
    card(id) {
      const source = sourceNow()
      const task = source.plan.tasks.get(id)
      return task ? toTaskCard(source, task) : null
    },
    counts: () => Object.fromEntries([...counts].filter(([, n]) => n > 0)),
    attention: () =>
      [...attention.values()].toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since)),
    nextDueAt: () => due.next(),
    takeDue() {
      const ids = due.take(sourceNow().now)
      for (const id of ids) refresh(id)
      return ids
    },
  }
}

/** The first of its times that lies ahead; a later one is set when this one has come. */
function dueAt(task: Task, now: number): number | null {
  if (task.state.kind !== 'open') return null
  const times = [task.state.notBefore, task.state.park?.until ?? null]
  const ahead = times.filter((at): at is number => at !== null && at > now)
  return ahead.length > 0 ? Math.min(...ahead) : null
}

interface DueTimes {
  /** `null` takes it out. */
  set(id: TaskId, at: number | null): void
  /** When the next one is due; null = none. */
  next(): number | null
  /** Takes out all that are due at `now`. */
  take(now: number): TaskId[]
}

interface Entry {
  readonly id: TaskId
  readonly at: number
}

/** Tasks that change by time alone, soonest first. An entry that was replaced is dropped when it comes up. */
function createDueTimes(): DueTimes {
  const wanted = new Map<TaskId, number>()
  const heap = createHeap<Entry>((a, b) => a.at < b.at)
  const peek = (): Entry | null => {
    for (let entry = heap.peek(); entry; entry = heap.peek()) {
      if (wanted.get(entry.id) === entry.at) return entry
      heap.pop()
    }
    return null
  }
  return {
    set(id, at) {
      if (wanted.get(id) === (at ?? undefined)) return
      if (at === null) wanted.delete(id)
      else {
        wanted.set(id, at)
        heap.push({ id, at })
      }
    },
    next: () => peek()?.at ?? null,
    take(now) {
      const due: TaskId[] = []
      for (let entry = peek(); entry && entry.at <= now; entry = peek()) {
        heap.pop()
        wanted.delete(entry.id)
        due.push(entry.id)
      }
      return due
    },
  }
}
