/** The one short line under a node: why a task stands where it stands and what comes next. */
import { isDraft, workedMsOf, type ShownState, type Task } from '../../domain/task.ts'
import type { Breaker, Plan } from '../../domain/plan.ts'
import { resolveExecutor } from '../../domain/resolve.ts'
import { assertNever } from '../../base/result.ts'
import { oneLine as toOneLine } from '../../base/text.ts'
import { durationText } from '../../domain/format.ts'
import { clockTime } from './iso-time.ts'
import { awakeRoute, breakersOver, resolveRoute, type RouteSource } from './shown-route.ts'

export interface FactSource extends RouteSource {
  readonly now: number
  /** False: nothing of this yard is run before a person has confirmed it. Absent: nobody asks. */
  readonly isTrusted?: () => boolean
}

/** Null where the window has nothing to add (it counts the time of a running task itself). */
export function taskFact(source: FactSource, task: Task, shown: ShownState): string | null {
  const { plan, now } = source
  switch (shown) {
    case 'paused':
      return isDraft(task) ? 'Draft' : 'Paused'
    case 'blocked':
      return blockedFact(plan, task)
    case 'delayed':
      return delayedFact(task, now)
    case 'parked':
      return task.state.kind === 'open' && task.state.park
        ? `Resumes ${clockTime(task.state.park.until, now)}`
        : null
    case 'ready':
      return readyFact(source, task)
    case 'in-progress':
      return plan.agentOf(task.id)?.state.kind === 'stopping' ? 'Stopping' : null
    case 'waiting':
      return task.state.kind === 'waiting' ? oneLine(task.state.text) : null
    case 'pending-eval':
      return 'Evaluating'
    case 'done':
      return landingFact(task) ?? doneFact(task)
    case 'failed':
      return task.state.kind === 'failed' ? oneLine(task.state.failure.reason) : null
    case 'abandoned':
      return 'Abandoned'
    default:
      return assertNever(shown)
  }
}

function blockedFact(plan: Plan, task: Task): string {
  for (const id of plan.blockersOf(task.id))
    if (plan.tasks.get(id)?.state.kind === 'failed') return 'Upstream failed'
  return `${plan.unmetOf(task.id)} to go`
}

function delayedFact(task: Task, now: number): string | null {
  if (task.state.kind !== 'open' || task.state.notBefore === null) return null
  const isRetry = task.lastFailure !== null && task.state.notBefore !== task.scheduledFor
  return `${isRetry ? 'Retries' : 'Starts'} ${clockTime(task.state.notBefore, now)}`
}

function readyFact({ plan, settings, now, isTrusted }: FactSource, task: Task): string {
  if (isTrusted?.() === false) return 'Not trusted'
  if (plan.facts.paused) return 'Yard is paused'
  const choice = resolveExecutor(settings, task)
  if (!choice.ok) return oneLine(choice.error.message)
  if (choice.value.profile.type === 'manual') return 'Waits for a person'
  if (choice.value.profile.type === 'external') return 'Waits to be claimed'
  const route = resolveRoute(settings, task)
  if (!route.ok) return oneLine(route.error.message)
  const way = awakeRoute({ plan, settings }, task, route.value)
  const breaker = breakersOver(plan, task, way)[0]
  return breaker ? heldFact(breaker, now) : 'Next in line'
}

/** When it goes on comes first: a node has room for a few words. */
function heldFact({ reason, until }: Breaker, now: number): string {
  return oneLine(until === null ? reason : `Goes on ${clockTime(until, now)}: ${reason}`)
}

/** Only while it needs a word: a result that has landed is as a task should be. */
function landingFact({ landing }: Task): string | null {
  if (landing === null) return null
  switch (landing.state) {
    case 'queued':
      return 'Merging'
    case 'conflict':
      return `Conflict, see ${landing.mergeTask ?? 'its changes'}`
    case 'refused':
      return oneLine(`Not merged: ${landing.reason ?? ''}`)
    case 'landed':
    case 'prepared':
      return null
    default:
      return assertNever(landing.state)
  }
}

function doneFact(task: Task): string | null {
  const workedMs = workedMsOf(task)
  return workedMs === null ? null : durationText(workedMs)
}

const FACT_LENGTH = 140
export const oneLine = (text: string): string => toOneLine(text, FACT_LENGTH)
