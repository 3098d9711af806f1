/** The one short line under a node: why a task stands where it stands and what comes next. */
import { scoreText } from '../../domain/judging/score.ts'
import { isDraft, workedMsOf, type Task } from '../../domain/task.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import type { Breaker, Plan } from '../../domain/plan.ts'
import { resolveExecutor } from '../../domain/routing/resolve.ts'
import { assertNever } from '../../base/result.ts'
import { oneLine as toOneLine } from '../../base/text.ts'
import { reasonAtTerminal } from '../../domain/landing.ts'
import { durationText } from '../../domain/format.ts'
import type { Reason, ReasonCode } from '../../domain/reason.ts'
import { clockTime } from './iso-time.ts'
import { questionOf } from './evaluation-view.ts'
import { awakeRoute, breakersOver, resolveRoute, type RouteSource } from './shown-route.ts'

export interface FactSource extends RouteSource {
  readonly now: number
  /** False: nothing of this yard is run before a person has confirmed it. Absent: trust is not checked. */
  readonly isTrusted?: () => boolean
}

type About = { readonly subject?: string | null; readonly until?: number | null }

const reasonOf = (
  code: ReasonCode,
  text: string,
  { subject = null, until = null }: About = {},
): Reason => ({ code, subject, until, text })

/** Null where the window has nothing to add (it counts the time of a running task itself). */
export function taskReason(source: FactSource, task: Task, shown: ShownState): Reason | null {
  const { plan, now } = source
  switch (shown) {
    case 'paused':
      return isDraft(task) ? reasonOf('draft', 'Draft') : reasonOf('paused', 'Paused')
    case 'blocked':
      return blockedReason(plan, task)
    case 'delayed':
      return delayedReason(task, now)
    case 'parked':
      return parkedReason(task, now)
    case 'ready':
      return readyReason(source, task)
    case 'in-progress':
      return stoppingReason(plan, task)
    case 'waiting':
      return task.state.kind === 'waiting' ? reasonOf('waiting', oneLine(task.state.text)) : null
    case 'pending-eval':
      return evaluatingReason(plan, task)
    case 'done':
      return landingReason(task) ?? doneReason(task)
    case 'failed':
      return task.state.kind === 'failed'
        ? reasonOf('failed', oneLine(task.state.failure.reason))
        : null
    case 'abandoned':
      return reasonOf('abandoned', 'Abandoned')
    default:
      return assertNever(shown)
  }
}

function evaluatingReason(plan: Plan, { state }: Task): Reason {
  const question = state.kind === 'pending-eval' ? questionOf(plan, state.agentId) : null
  const isQueued = question?.state.kind === 'queued'
  return reasonOf('evaluating', isQueued ? 'Waits to be evaluated' : 'Evaluating')
}

/** It can never start as things are. */
export const stuckFact = (text: string): Reason => reasonOf('stuck', oneLine(text))

function blockedReason(plan: Plan, task: Task): Reason {
  for (const id of plan.blockersOf(task.id))
    if (plan.tasks.get(id)?.state.kind === 'failed')
      return reasonOf('upstream-failed', 'Upstream failed', { subject: id })
  return reasonOf('blockers', `${plan.unmetOf(task.id)} to go`)
}

function delayedReason({ state, lastFailure, scheduledFor }: Task, now: number): Reason | null {
  if (state.kind !== 'open' || state.notBefore === null) return null
  const until = state.notBefore
  return lastFailure !== null && until !== scheduledFor
    ? reasonOf('retry', `Retries ${clockTime(until, now)}`, { until })
    : reasonOf('start', `Starts ${clockTime(until, now)}`, { until })
}

function parkedReason({ state }: Task, now: number): Reason | null {
  if (state.kind !== 'open' || state.park === null) return null
  const { until } = state.park
  return reasonOf('wake', `Resumes ${clockTime(until, now)}`, { until })
}

function stoppingReason(plan: Plan, { id }: Task): Reason | null {
  const agent = plan.agentOf(id)
  return agent?.state.kind === 'stopping'
    ? reasonOf('stopping', 'Stopping', { subject: agent.id })
    : null
}

function readyReason({ plan, settings, now, isTrusted }: FactSource, task: Task): Reason {
  if (isTrusted?.() === false) return reasonOf('untrusted', 'Not trusted')
  if (plan.facts.paused) return reasonOf('yard-paused', 'Yard is paused')
  const choice = resolveExecutor(settings, task)
  if (!choice.ok) return reasonOf('executor', oneLine(choice.error.message))
  if (choice.value.profile.type === 'manual') return reasonOf('person', 'Waits for a person')
  if (choice.value.profile.type === 'external') return reasonOf('claim', 'Waits to be claimed')
  const route = resolveRoute(settings, task)
  if (!route.ok) return reasonOf('executor', oneLine(route.error.message))
  const way = awakeRoute({ plan, settings }, task, route.value)
  const breaker = breakersOver(plan, task, way)[0]
  return breaker ? breakerReason(breaker, now) : reasonOf('next', 'Next in line')
}

/** When it goes on comes first: a node has room for a few words. */
function breakerReason({ id, reason, until }: Breaker, now: number): Reason {
  const text = until === null ? reason : `Goes on ${clockTime(until, now)}: ${reason}`
  return reasonOf('breaker', oneLine(text), { subject: id, until })
}

/** Only while it needs a word: a result that has landed is as a task should be. */
function landingReason({ id, landing }: Task): Reason | null {
  if (landing === null) return null
  switch (landing.state) {
    case 'queued':
      return reasonOf('merging', 'Merging')
    case 'conflict':
      return reasonOf('conflict', `Conflict, see ${landing.mergeTask ?? 'its changes'}`, {
        subject: landing.mergeTask,
      })
    case 'refused':
      return reasonOf('not-merged', oneLine(`Not merged: ${reasonAtTerminal(id, landing) ?? ''}`))
    case 'landed':
    case 'prepared':
      return null
    default:
      return assertNever(landing.state)
  }
}

function doneReason(task: Task): Reason | null {
  const score = task.evaluation?.score ?? null
  if (score !== null) return reasonOf('scored', scoreText(score))
  const workedMs = workedMsOf(task)
  return workedMs === null ? null : reasonOf('took', durationText(workedMs))
}

const FACT_LENGTH = 140
export const oneLine = (text: string): string => toOneLine(text, FACT_LENGTH)
