/** Repeating tasks: their next time, and what becomes of runs that were missed while nobody was there. */
import type { Command } from '../domain/command.ts'
import type { Plan } from '../domain/plan.ts'
import type { Task } from '../domain/task.ts'
import type { CoordinatorParts } from './ports.ts'

type Parts = Pick<CoordinatorParts, 'nextFireAt' | 'caps' | 'clock'>

/** A run that is so much late was missed; less is only a busy yard. */
export const MISSED_AFTER_MS = 60_000

/** The next time of a repeating task after this run. With `all`, runs that were missed follow one by one. */
export function nextRun(task: Task, parts: Parts): number | null {
  if (!task.schedule) return null
  const now = parts.clock.now()
  const planned = task.scheduledFor ?? now
  // A run that was started before its time leaves that time as it was; one that was missed may have to be made up for.
  const from = planned > now ? planned - 1 : parts.caps().missed === 'all' ? planned : now
  return parts.nextFireAt(task.schedule, from)
}

/** With `skip`, runs whose time has passed are left out; with `once` and `all` they are due as they stand. */
export function missedRuns(plan: Plan, parts: Parts): Command[] {
  if (parts.caps().missed !== 'skip') return []
  const now = parts.clock.now()
  const commands: Command[] = []
  for (const task of plan.tasks.values()) {
    if (!task.schedule || task.state.kind !== 'open' || task.scheduledFor === null) continue
    if (task.state.notBefore !== task.scheduledFor || task.scheduledFor > now - MISSED_AFTER_MS)
      continue
    commands.push({
      type: 'schedule.skip',
      id: task.id,
      nextFireAt: parts.nextFireAt(task.schedule, now),
    })
  }
  return commands
}
