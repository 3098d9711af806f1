/** What is shown of all tasks together, kept up to date task by task so that news never costs a walk over the graph. */
import type { Attention, TaskCard } from '../../contract/view.ts'
import type { TaskId } from '../../domain/ids.ts'
import { shownStateOf, type Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import type { ShownState, Task } from '../../domain/task.ts'
import type { Cost } from '../spending.ts'
import { taskAttention } from './attention.ts'
import { createDueTimes } from './due-times.ts'
import { toTaskCard } from './task-card.ts'
import type { FactSource } from './task-fact.ts'

export interface IndexSource {
  readonly plan: Plan
  readonly now: () => number
  readonly settings: () => Settings
  readonly costOf: (id: TaskId) => Cost
  readonly isToLand: (task: Task) => boolean
  readonly hostProblem?: NonNullable<FactSource['hostProblem']>
  readonly isTrusted?: () => boolean
}

export interface LiveIndex {
  /** Takes in what the plan holds of a task now. */
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

/** Knows no task yet: each is to be refreshed once. */
export function createLiveIndex(source: IndexSource): LiveIndex {
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
    const task = source.plan.tasks.get(id)
    if (!task) return forget(id)
    const now = source.now()
    const state = shownStateOf(source.plan, task, now)
    if (shown.get(id) !== state) {
      count(shown.get(id), -1)
      count(state, 1)
      shown.set(id, state)
    }
    due.set(id, dueAt(task, now))
    const needs = taskAttention({ ...source, settings: source.settings(), now }, task, state)
    if (needs) attention.set(id, needs)
    else attention.delete(id)
  }
  return {
    refresh,
    card(id) {
      const task = source.plan.tasks.get(id)
      if (!task) return null
      return toTaskCard({ ...source, settings: source.settings(), now: source.now() }, task)
    },
    counts: () => Object.fromEntries([...counts].filter(([, n]) => n > 0)),
    attention: () =>
      [...attention.values()].toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since)),
    nextDueAt: () => due.next(),
    takeDue() {
      const ids = due.take(source.now())
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
