/** How many times of a repeating task passed without a start. */
import { MISSED_AFTER_MS } from '../coordinator/schedules.ts'
import type { Task } from '../domain/task.ts'
import type { Yard } from './yard.ts'

/** Beyond these nobody counts. */
export const MOST_MISSED = 100

/**
 * Of the run that is due or under way: times that passed more than a minute before it began, or before now where it has not;
 * `MOST_MISSED` at most. 0 between runs: what was made up for is over.
 */
export function missedTimes(
  yard: Pick<Yard, 'plan' | 'now' | 'nextFireAt'>,
  task: Pick<Task, 'id' | 'schedule' | 'state' | 'scheduledFor'>,
): number {
  const { schedule, scheduledFor } = task
  const until = lastMissable(yard, task)
  if (schedule === null || scheduledFor === null || until === null) return 0
  let count = 0
  for (let at: number | null = scheduledFor; at !== null && at < until && count < MOST_MISSED;) {
    count += 1
    const next = yard.nextFireAt(schedule, at)
    at = next.ok ? next.value : null
  }
  return count
}

/** ms; null where it waits for nothing planned. */
function lastMissable(
  yard: Pick<Yard, 'plan' | 'now'>,
  { id, state, scheduledFor }: Pick<Task, 'id' | 'state' | 'scheduledFor'>,
): number | null {
  if (state.kind === 'open')
    return state.notBefore === scheduledFor ? yard.now() - MISSED_AFTER_MS : null
  const claimedAt = state.kind === 'in-progress' ? yard.plan.agentOf(id)?.claimedAt : undefined
  return claimedAt === undefined ? null : claimedAt - MISSED_AFTER_MS
}
