/** When a schedule fires: a clock time `09:00` every day, or a cron expression, in a time zone. */
import { Cron } from 'croner'
import { err, ok, type Result } from '../base/result.ts'
import { scheduleForm } from '../config/times.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { Schedule } from '../domain/task.ts'

/** First instant after `fromMs`, in ms; null when it never fires again. Days on which clocks change follow the zone's own rules. */
export function nextFireAt(
  schedule: Schedule,
  fromMs: number,
  defaultZone: string | null,
): Result<number | null, Failure> {
  const zone = schedule.tz ?? defaultZone
  if (zone !== null && !isZone(zone))
    return err(
      failure('bad-request', `there is no time zone "${zone}"`, {
        hint: 'name one like Europe/Berlin or UTC',
      }),
    )
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
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false // the system knows no such zone
  }
}
