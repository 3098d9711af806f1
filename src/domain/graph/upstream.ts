/** What above a task holds it back although its dependencies are met. */
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'

/**
 * A blocker that was settled while an agent of it lived, which is still being ended: its dependents count as ready and must
 * not start before, for it may still write, and its commit is not known. Costs the in-degree.
 */
export function endingBlockerOf(plan: Plan, id: TaskId): TaskId | null {
  if (plan.agents.size === 0) return null
  for (const blocker of plan.blockersOf(id)) {
    const agent = plan.agentOf(blocker)
    if (agent && plan.tasks.get(blocker)?.state.kind !== 'in-progress') return blocker
  }
  return null
}

/**
 * The merge task that must settle a conflict below this task first: its result holds the same clash, and merges by itself once
 * that is done. Null when none can still do so. Costs what lies upstream.
 */
export function mergeAbove(plan: Plan, id: TaskId): TaskId | null {
  const above = new Set<TaskId>(plan.blockersOf(id))
  for (const blocker of above) {
    const merge = openMergeOf(plan, plan.tasks.get(blocker))
    if (merge !== null) return merge
    for (const next of plan.blockersOf(blocker)) above.add(next)
  }
  return null
}

function openMergeOf(plan: Plan, task: Task | undefined): TaskId | null {
  const landing = task?.landing
  if (landing?.state !== 'conflict' || landing.mergeTask === null) return null
  const { kind = 'done' } = plan.tasks.get(landing.mergeTask)?.state ?? {}
  return kind === 'open' || kind === 'in-progress' || kind === 'waiting' ? landing.mergeTask : null
}
