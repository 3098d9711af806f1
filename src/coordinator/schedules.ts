/** Repeating tasks: their next time, what happens to runs that were missed while no owner ran, and to times that a wrong clock gave. */
import type { Command } from '../domain/command.ts'
import { MAX_BACK_OFF_MS } from '../domain/failure.ts'
import { isHeldByTriage } from '../domain/judging/triage.ts'
import { type MailTime, noticesOf, repeatDelayMs } from '../domain/messages/message.ts'
import type { Plan } from '../domain/plan.ts'
import type { MissedPolicy } from '../domain/settings.ts'
import type { Schedule, Task } from '../domain/task.ts'
import type { CoordinatorParts } from './ports.ts'

type Parts = Pick<CoordinatorParts, 'nextFireAt' | 'caps' | 'clock'>

/** A run that is so much late was missed; less is only a busy yard. */
export const MISSED_AFTER_MS = 60_000

/** A run that began so much before its planned time was started by a person and is not the planned one. */
const EARLY_MS = 10_000

/** The next time of a repeating task after this run, whose last agent was claimed then (null: none worked on it). */
export function nextRun(task: Task, claimedAt: number | null, parts: Parts): number | null {
  if (!task.schedule) return null
  const { missed } = parts.caps()
  const now = parts.clock.now()
  const next = parts.nextFireAt(task.schedule, nextRunFrom(task, claimedAt, now, missed))
  const aheadMs = (claimedAt ?? now) - now
  return isOfFalseClock(task.schedule, next, aheadMs, parts)
    ? parts.nextFireAt(task.schedule, now)
    : next
}

/**
 * When the run of a task was claimed that is ending, as far as that is known: of a result that is being judged, when that began. Null:
 * nobody worked on it.
 */
export function runBeganAt(plan: Plan, { id, state }: Task): number | null {
  const claimedAt = plan.agentOf(id)?.claimedAt ?? null
  return state.kind === 'pending-eval' ? state.since : claimedAt
}

/** Whether a clock that was `aheadMs` ahead planned this, and has been set back by more than a period since. */
function isOfFalseClock(
  schedule: Schedule,
  plannedFor: number | null,
  aheadMs: number,
  { nextFireAt, clock }: Parts,
): boolean {
  if (plannedFor === null || aheadMs <= MISSED_AFTER_MS) return false
  const first = nextFireAt(schedule, clock.now())
  const second = first === null ? null : nextFireAt(schedule, first)
  const last = nextFireAt(schedule, clock.now() + aheadMs)
  if (first === null || second === null || last === null) return false
  return aheadMs >= second - first && plannedFor > first && plannedFor <= last
}

/** Times that were planned while the clock was ahead: by `setBackMs`, or by as much as the task itself tells. */
export function falseTimes(plan: Plan, parts: Parts, setBackMs: number): Command[] {
  const now = parts.clock.now()
  const commands: Command[] = []
  for (const {
    id,
    schedule,
    state,
    scheduledFor,
    createdAt,
    completedAt,
  } of plan.tasks.notable()) {
    if (!schedule || state.kind !== 'open' || state.notBefore !== scheduledFor) continue
    const aheadMs = Math.max(setBackMs, (completedAt ?? createdAt) - now)
    if (isOfFalseClock(schedule, scheduledFor, aheadMs, parts))
      commands.push({ type: 'schedule.skip', id, nextFireAt: parts.nextFireAt(schedule, now) })
  }
  return commands
}

/** Back-offs that were set while the clock was ahead: what was left of each is waited for from now. */
export function falseBackOffs(
  plan: Plan,
  { clock }: Pick<Parts, 'clock'>,
  setBackMs: number,
): Command[] {
  const now = clock.now()
  const commands: Command[] = []
  for (const task of plan.tasks.notable()) {
    const { id, state, scheduledFor, startedAt, attempts, backOffs } = task
    if (state.kind !== 'open' || state.notBefore === null || state.notBefore === scheduledFor)
      continue
    // It goes on when its judgement ends, whatever the clock says.
    if (isHeldByTriage(plan, task)) continue
    if (attempts + backOffs === 0 || state.notBefore - now <= MAX_BACK_OFF_MS) continue
    const aheadMs = Math.max(setBackMs, (startedAt ?? now) - now)
    const leftMs = state.notBefore - now - aheadMs
    // Else somebody has put it off for longer.
    if (leftMs <= MAX_BACK_OFF_MS)
      commands.push({
        type: 'task.edit',
        id,
        nextFireAt: null,
        edit: { delayMs: Math.max(0, leftMs) },
      })
  }
  return commands
}

/** Messages that a clock that was ahead holds back, and notices of them: none waits longer than the settings ask for. */
export function falseMailTimes(
  plan: Plan,
  { clock, mail }: Pick<CoordinatorParts, 'clock' | 'mail'>,
  setBackMs: number,
): Command[] {
  const now = clock.now()
  const corrected = (time: number | null, mostMs: number): number | null =>
    time === null || time <= now + mostMs
      ? time
      : Math.max(now, Math.min(now + mostMs, time - setBackMs))
  const times: MailTime[] = []
  for (const delivery of mail ? plan.deliveries.values() : []) {
    const { id, state, recipient, tries, noticeAt: plannedAt } = delivery
    if (!mail || state.kind !== 'waiting') continue
    const policy = mail.policyOf(recipient)
    const notBefore = corrected(state.notBefore, repeatDelayMs(policy, tries))
    // Without one it is reckoned from when it was sent.
    const sentAhead = plannedAt === null && policy.isPiloted && noticesOf(delivery) === 0
    const due = sentAhead && delivery.at > now ? delivery.at + policy.retryAfterMs : plannedAt
    const noticeAt = corrected(due, repeatDelayMs(policy, noticesOf(delivery) + 1))
    const isAsItWas = notBefore === state.notBefore && noticeAt === plannedAt
    if (!isAsItWas) times.push({ id, notBefore, noticeAt })
  }
  return times.length === 0 ? [] : [{ type: 'deliveries.time', times }]
}

/**
 * The instant after which the next run is due. A run that was started early leaves its planned time as it was. Otherwise that
 * time is used up, even when the clock was set back over it meanwhile. With `all`, runs that were missed follow one by one.
 */
export function nextRunFrom(
  { scheduledFor }: Pick<Task, 'scheduledFor'>,
  claimedAt: number | null,
  now: number,
  missed: MissedPolicy,
): number {
  if (scheduledFor === null) return now
  const isEarly = claimedAt === null || claimedAt < scheduledFor - EARLY_MS
  if (isEarly && scheduledFor > now) return scheduledFor - 1
  return missed === 'all' ? scheduledFor : Math.max(now, scheduledFor)
}

/** With `skip`, runs whose time has passed are left out; with `once` and `all` they are due as they stand. */
export function missedRuns(plan: Plan, parts: Parts): Command[] {
  if (parts.caps().missed !== 'skip') return []
  const now = parts.clock.now()
  const commands: Command[] = []
  for (const task of plan.tasks.notable()) {
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
