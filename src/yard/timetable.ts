/** When a schedule fires, and how many of its times passed without a start: a clock time `09:00` every day, or a cron expression, in a time zone. */
import { Cron } from 'croner'
import { err, ok, orElse, type Result } from '../base/result.ts'
import { scheduleForm } from '../config/times.ts'
import { fail, failure, type Failure } from '../domain/failure.ts'
import type { Schedule, Task } from '../domain/task.ts'
import { MISSED_AFTER_MS } from '../coordinator/schedules.ts'
import type { Yard } from './yard.ts'

/** First instant after `fromMs`, in ms; null when it never fires again. Days on which clocks change follow the zone's own rules. */
export function nextFireAt(
  schedule: Schedule,
  fromMs: number,
  defaultZone: string | null,
): Result<number | null, Failure> {
  const zone = schedule.tz ?? defaultZone
  if (zone !== null && !isZone(zone))
    return fail('bad-request', `there is no time zone "${zone}"`, {
      hint: 'name one like Europe/Berlin or UTC',
    })
  // Croner reads dates, too; but a schedule repeats, and a single moment is `not-before`.
  if (scheduleForm(schedule.spec) === null) return err(unreadable(schedule.spec))
  try {
    const cron = new Cron(cronOf(schedule.spec), {
      paused: true,
      ...(zone === null ? {} : { timezone: zone }),
    })
    return ok(cron.nextRun(new Date(fromMs))?.getTime() ?? null)
  } catch {
    return err(unreadable(schedule.spec))
  }
}

const unreadable = (spec: string): Failure =>
  failure('bad-request', `the schedule "${spec}" cannot be read`, {
    hint: 'give a clock time like "09:00", or a cron expression like "30 7 * * 1-5"',
    facts: { field: 'schedule' },
  })

function cronOf(spec: string): string {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(spec.trim()) ?? []
  return hour === undefined || minute === undefined
    ? spec
    : `${Number(minute)} ${Number(hour)} * * *`
}

function isZone(name: string): boolean {
  return orElse(
    () => new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '',
    false,
  ) // the system knows no such zone
}

/** No more are counted. */
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
