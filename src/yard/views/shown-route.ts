/** The executor and model that a task would get now, or why it gets none. */
import { err, ok, type Result } from '../../base/result.ts'
import type { Failure } from '../../domain/failure.ts'
import {
  mismatchOf,
  resolveExecutor,
  resolveModel,
  fallbackOf,
} from '../../domain/routing/resolve.ts'
import { spends, YARD_BUDGET_KEYS } from '../../domain/budget/budget.ts'
import { unknownCostOf } from '../../domain/budget/known-cost.ts'
import { findModel } from '../../domain/routing/models.ts'
import type { Breaker, Plan } from '../../domain/plan.ts'
import { accountOf, isTakenByPeople, type Profile, type Settings } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'

export interface RouteSource {
  readonly plan: Plan
  readonly settings: Settings
  /** Why this way of running it would be refused here for want of a key or a program. Absent: unknown. */
  hostProblem?(route: { readonly executor: string; readonly model: string | null }): string | null
}

export interface ShownRoute {
  readonly profile: Profile
  readonly model: string | null
  /** Whose sleep holds it back. */
  readonly account: string | null
}

export function resolveRoute(
  settings: Settings,
  task: Pick<Task, 'executor' | 'exec' | 'model' | 'budget' | 'budgetTokens'>,
): Result<ShownRoute, Failure> {
  const executor = resolveExecutor(settings, task)
  if (!executor.ok) return executor
  const misfit = mismatchOf(task, executor.value.profile)
  if (misfit) return err(misfit)
  const model = resolveModel(settings, task, executor.value.profile)
  if (!model.ok) return model
  const { profile } = executor.value
  const unknown = unknownCostOf(settings, task, profile, model.value.name)
  return unknown ? err(unknown) : ok(shownRoute(settings, profile, model.value.name))
}

function shownRoute(settings: Settings, profile: Profile, model: string | null): ShownRoute {
  const entry = model === null ? null : findModel(settings, model)
  return { profile, model, account: accountOf(profile, entry) }
}

/** The route, or while its provider sleeps that of the first who stands in for it and is awake. */
export function awakeRoute(
  { plan, settings }: { readonly plan: Plan; readonly settings: Settings },
  task: Pick<Task, 'exec' | 'model' | 'budget' | 'budgetTokens'>,
  route: ShownRoute,
): ShownRoute {
  const sleeps = ({ account }: ShownRoute): boolean => plan.breakers.has(`provider:${account}`)
  for (let next: ShownRoute | null = route; next;) {
    if (!sleeps(next)) return next
    const fallback = fallbackOf(settings, task, next.profile)
    next = fallback && shownRoute(settings, fallback.profile, fallback.model.name)
  }
  return route
}

/** The breakers that hold this task back on this way of running it. */
export function breakersOver(
  plan: Plan,
  task: { readonly id: string | null },
  { profile, account }: Pick<ShownRoute, 'profile' | 'account'>,
): Breaker[] {
  const keys = [`respawn:${task.id}`, `launch:${profile.name}`, `provider:${account}`]
  const caps = spends(profile.type) ? YARD_BUDGET_KEYS : []
  return [...keys, ...caps].flatMap((key) => plan.breakers.get(key) ?? [])
}

const WOULD_START: readonly ShownState[] = ['ready', 'delayed', 'parked']

/** Why a task that nothing else holds back can never start by these settings; null when it can. */
export function stuckReason(
  source: RouteSource,
  task: Pick<Task, 'executor' | 'exec' | 'model' | 'budget' | 'budgetTokens'>,
  shown: ShownState,
): string | null {
  const { plan, settings } = source
  if (!WOULD_START.includes(shown)) return null
  const route = resolveRoute(settings, task)
  if (!route.ok) return route.error.message
  const missing = hostProblemReason(source, route.value)
  if (missing !== null) return missing
  if (plan.breakers.size === 0) return null
  // A day passes by itself; a sign-in, and a larger budget of the graph, are a person's act.
  const way = awakeRoute({ plan, settings }, task, route.value)
  return breakersOver(plan, { id: null }, way).find(isForPerson)?.reason ?? null
}

const isForPerson = ({ kind, until }: Breaker): boolean =>
  until === null && (kind === 'provider' || kind === 'budget')

/** The breakers that hold it back now: of a task that waits for a time only those that no time clears. */
export function holdersOf(
  { plan, settings }: RouteSource,
  task: Task,
  shown: ShownState,
): Breaker[] {
  if (plan.breakers.size === 0 || !WOULD_START.includes(shown)) return []
  const route = resolveRoute(settings, task)
  if (!route.ok || isTakenByPeople(route.value.profile.type)) return []
  const held = breakersOver(plan, task, awakeRoute({ plan, settings }, task, route.value))
  return shown === 'ready' ? held : held.filter(isForPerson)
}

/** It is held back here until its key or its program is there; while its provider sleeps, that is told first. */
export function hostProblemReason(
  { plan, hostProblem }: Pick<RouteSource, 'plan' | 'hostProblem'>,
  { profile, model, account }: ShownRoute,
): string | null {
  if (plan.breakers.has(`provider:${account}`)) return null
  const problem = hostProblem?.({ executor: profile.name, model }) ?? null
  return problem === null ? null : cannotRun(profile.name, problem)
}

export const cannotRun = (executor: string, problem: string): string =>
  `executor ${executor} cannot run here: ${problem}`
