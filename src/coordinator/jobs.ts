/**
 * Jobs: a message to a member at each due time. What was fired is read from the stored runs, so that no time is fired twice and none is
 * forgotten by a restart; the start of each job's schedule is kept beside them, so that no time before it counts.
 */
import type { Result } from '../base/result.ts'
import type { Command, Reply } from '../domain/command.ts'
import type { Failure } from '../domain/failure.ts'
import { type AgentId, isAgentId } from '../domain/ids.ts'
import { endedRun, jobMessage, jobMessageId, openRun } from '../domain/messages/fire-job.ts'
import type { JobRun } from '../domain/messages/job.ts'
import { type Delivery, isOpenDelivery } from '../domain/messages/message.ts'
import type { JobSettings } from '../domain/settings.ts'
import type { JobTimes } from '../store/mail/mail-reads.ts'
import { KEPT_RUNS } from '../store/mail/mail-tables.ts'
import type { CommittedBatch } from './dispatch.ts'
import type { CoordinatorParts, JobPort, JobStart } from './ports.ts'
import { MISSED_AFTER_MS } from './schedules.ts'

/** With `missed = "all"`, as many are made up for. */
const MOST_MISSED = 100

/** A restart takes so long: what fell due meanwhile was not missed. */
const RESTART_MS = 5000

/** A disk that is full has room again some time. */
const REWRITE_MS = 15_000

type Send = (command: Command) => Promise<Result<Reply, Failure>>

/** A job that is not paused. */
interface Timed {
  readonly job: JobSettings
  /** Times up to this one are done with, ms. */
  readonly from: number
  /** The first time after it, ms; null = there is none. */
  readonly nextAt: number | null
}

export function createJobs(parts: CoordinatorParts, send: Send, wake: () => void) {
  const { clock, jobs: port, startsAgents } = parts
  const runs = createRunWatch(parts)
  /** Null = to be read anew. */
  let timed: Map<string, Timed> | null = null
  /** Jobs whose runs are being committed. */
  const firing = new Set<string>()
  let starts: Readonly<Record<string, JobStart>> | null = null
  /** When the starts could not be written last, ms; null = what is known is written. */
  let unwrittenSince: number | null = null
  /** Times up to this one passed while nothing ran here, ms. */
  let missedUntil = -Infinity

  const timedFrom = (job: JobSettings, from: number): Timed => ({
    job,
    from,
    nextAt: parts.nextFireAt(job.schedule, from),
  })
  const writeStarts = (known: JobPort, now: number): void => {
    if (starts === null || unwrittenSince === null) return
    if (Math.abs(now - unwrittenSince) < REWRITE_MS) return
    unwrittenSince = known.starts.write(starts) ? null : now
  }
  const readAll = (known: JobPort, now: number): Map<string, Timed> => {
    const settings = known.all()
    const before = (starts ??= known.starts.read())
    starts = startsOf(settings, before, now)
    if (JSON.stringify(starts) !== JSON.stringify(before)) unwrittenSince = -Infinity
    writeStarts(known, now)
    const all = new Map<string, Timed>()
    for (const [name, job] of Object.entries(settings)) {
      const since = starts[name]?.since ?? null
      if (since !== null) all.set(name, timedFrom(job, lastTimeOf(known.timesOf(name), since, now)))
    }
    return all
  }
  const commandAt = (known: JobPort, name: string, job: JobSettings, due: Due): Command => {
    const { at: scheduledFor, trigger, isSkipped } = due
    const fired = { name, job, number: known.takeNumber(name), at: clock.now() }
    const cause = { trigger, scheduledFor }
    const ended = (...how: ['skipped' | 'failed', string]): Command => ({
      type: 'job.fire',
      run: endedRun(fired, cause, ...how),
    })
    if (isSkipped) return ended('skipped', 'nothing ran at that time')
    const id = jobMessageId(name, scheduledFor)
    const sending = known.sendingTo(job.member, jobMessage(fired, id))
    if (sending === null) return ended('failed', `there is no member ${job.member}`)
    return { type: 'job.fire', run: openRun(fired, cause, id), sending }
  }
  /** Reads the store, which can fail: nothing has begun then. */
  const dueCommands = (known: JobPort, name: string, entry: Timed, now: number): Command[] => {
    const { job, from } = entry
    const missedBefore = Math.max(now - MISSED_AFTER_MS, missedUntil)
    const next = (after: number): number | null => parts.nextFireAt(job.schedule, after)
    // A clock that was set back passes times that were fired before.
    const due = dueTimes({ from, now, missedBefore, missed: job.missed, next }).filter(
      ({ at }) => !known.hasRun(name, at, jobMessageId(name, at)),
    )
    return due.map((each) => commandAt(known, name, job, each))
  }
  const fire = async (name: string, commands: readonly Command[], now: number): Promise<void> => {
    firing.add(name)
    const replies = await Promise.all(commands.map(send))
    firing.delete(name)
    // What cannot be saved is due until it can be.
    const isUnsaved = replies.some((reply) => !reply.ok && reply.error.kind === 'read-only')
    const latest = timed?.get(name)
    if (!isUnsaved && latest) timed?.set(name, timedFrom(latest.job, Math.max(latest.from, now)))
    wake()
  }
  return {
    /** The settings, or more than was noted, may have changed. */
    reset(): void {
      timed = null
      runs.reset()
    },
    /** Times of what is new in the settings count from now on, also where this process ends before its next round. */
    noteStarts(): void {
      if (port) timed = readAll(port, clock.now())
    },
    note: runs.note,
    /** Until now this process did not run, or the machine slept, or the clock was set. */
    onAbsence(now: number): void {
      missedUntil = now - RESTART_MS
      timed = null
    },
    update(now: number): void {
      if (!port) return
      for (const command of runs.settled(port)) void send(command)
      timed ??= readAll(port, now)
      writeStarts(port, now)
      if (!startsAgents) return
      for (const [name, entry] of timed)
        if (!firing.has(name) && entry.nextAt !== null && entry.nextAt <= now)
          void fire(name, dueCommands(port, name, entry, now), now)
    },
    /** ms; null without one. */
    nextDueAt(): number | null {
      let first: number | null = null
      if (startsAgents)
        for (const [name, { nextAt }] of timed ?? [])
          if (nextAt !== null && !firing.has(name)) first = Math.min(first ?? nextAt, nextAt)
      return first
    },
  }
}

/** A job that is new, was paused, or has another schedule now, counts from now on. */
function startsOf(
  jobs: Readonly<Record<string, JobSettings>>,
  before: Readonly<Record<string, JobStart>>,
  now: number,
): Record<string, JobStart> {
  const entries = Object.entries(jobs).map(([name, job]): [string, JobStart] => {
    const schedule = JSON.stringify([job.schedule.spec, job.schedule.tz])
    const known = Object.hasOwn(before, name) ? before[name] : undefined
    const since = known?.schedule === schedule ? known.since : null
    return [name, { schedule, since: job.isPaused ? null : (since ?? now) }]
  })
  return Object.fromEntries(entries)
}

/**
 * Where all that are kept were started by hand, no time since the oldest of them was fired. Never in the future: a clock that was
 * wrong may have said so.
 */
function lastTimeOf({ last, oldestAt, count }: JobTimes, since: number, now: number): number {
  const firedUntil = last ?? (count < KEPT_RUNS ? null : oldestAt)
  return Math.min(now, Math.max(since, firedUntil ?? since))
}

interface Due {
  readonly at: number
  readonly trigger: 'schedule' | 'missed'
  readonly isSkipped: boolean
}

interface Passed {
  readonly from: number
  readonly now: number
  readonly missedBefore: number
  readonly missed: JobSettings['missed']
  readonly next: (after: number) => number | null
}

/** What is to be fired of the times after `from` up to `now`, oldest first. */
function dueTimes({ from, now, missedBefore, missed, next }: Passed): Due[] {
  const newest = (after: number, until: number, most: number): number[] =>
    newestTimes(next, { after, until, most })
  const fired = (at: number): Due => ({
    at,
    trigger: at <= missedBefore ? 'missed' : 'schedule',
    isSkipped: false,
  })
  switch (missed) {
    case 'all':
      return newest(from, now, MOST_MISSED).map(fired)
    case 'once': {
      const isMissed = (next(from) ?? Infinity) <= missedBefore
      return newest(from, now, 1).map((at) => ({
        ...fired(at),
        trigger: isMissed ? 'missed' : 'schedule',
      }))
    }
    case 'skip': {
      const skipped = newest(from, Math.min(missedBefore, now), 1)
      const onTime = newest(Math.max(from, missedBefore), now, 1)
      return [...skipped.map((at) => ({ ...fired(at), isSkipped: true })), ...onTime.map(fired)]
    }
  }
}

/** Looked for in ever longer spans back from the end, so that a year that was missed costs no more than its last times. */
function newestTimes(
  next: Passed['next'],
  { after, until, most }: { readonly after: number; readonly until: number; readonly most: number },
): number[] {
  for (let spanMs = most * 1000; ; spanMs *= 4) {
    const start = Math.max(after, until - spanMs)
    const times: number[] = []
    for (let at = next(start); at !== null && at <= until; at = next(at)) times.push(at)
    if (times.length >= most || start === after) return times.slice(-most)
  }
}

/** Runs end when what they sent is closed or dead, and whoever closed it has ended. */
function createRunWatch({ plan }: CoordinatorParts) {
  /** Messages to look at; null = those of all open runs. */
  let changed: Set<string> | null = null
  const endOf = (port: JobPort, run: JobRun): Command | 'later' | null => {
    const deliveries = run.messageId === null ? [] : port.deliveriesOf(run.messageId)
    if (!deliveries || deliveries.some(isOpenDelivery)) return null
    const { outcome, reason, by } = endOfAll(deliveries)
    // Its conversation is known at its end.
    if (by !== null && plan.agents.has(by)) return 'later'
    const conversation = by === null ? null : (port.agentOf(by)?.conversation ?? null)
    return { type: 'job.settle', id: run.id, outcome, reason, agentId: by, conversation }
  }
  return {
    reset: () => void (changed = null),
    note({ changes }: CommittedBatch): void {
      if (changed === null) return
      for (const change of changes)
        if (change.entity === 'delivery' && change.after && !isOpenDelivery(change.after))
          changed.add(change.after.messageId)
    },
    /** Each once, until the next `reset`. */
    settled(port: JobPort): Command[] {
      if (changed?.size === 0) return []
      const later = new Set<string>()
      const commands: Command[] = []
      for (const run of plan.jobRuns.values()) {
        if (changed !== null && (run.messageId === null || !changed.has(run.messageId))) continue
        const end = endOf(port, run)
        if (end === 'later') later.add(run.messageId ?? '')
        else if (end) commands.push(end)
      }
      changed = later
      return commands
    },
  }
}

/** Of a message that is open nowhere. */
function endOfAll(deliveries: readonly Delivery[]): {
  readonly outcome: 'done' | 'dead'
  readonly reason: string | null
  readonly by: AgentId | null
} {
  for (const { state } of deliveries) {
    if (state.kind === 'dead') return { outcome: 'dead', reason: state.reason, by: null }
    if (state.kind === 'closed' && isAgentId(state.by))
      return { outcome: 'done', reason: null, by: state.by }
  }
  return { outcome: 'done', reason: null, by: null }
}
