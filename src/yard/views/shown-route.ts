/** The executor and model that a task would get now, or why it gets none. */
import { err, ok, type Result } from '../../base/result.ts'
import type { Agent } from '../../domain/agent.ts'
import type { Failure } from '../../domain/failure.ts'
import { misfitOf, resolveExecutor, resolveModel } from '../../domain/resolve.ts'
import type { Profile, Settings } from '../../domain/settings.ts'
import type { ShownState, Task } from '../../domain/task.ts'

export interface ShownRoute {
  readonly profile: Profile
  readonly model: string | null
}

export function resolveRoute(
  settings: Settings,
  task: Pick<Task, 'executor' | 'exec' | 'model'>,
): Result<ShownRoute, Failure> {
  const executor = resolveExecutor(settings, task)
  if (!executor.ok) return executor
  const misfit = misfitOf(task, executor.value.profile)
  if (misfit) return err(misfit)
  const model = resolveModel(settings, task, executor.value.profile)
  return model.ok ? ok({ profile: executor.value.profile, model: model.value.name }) : model
}

export const countedModel = (agents: readonly Agent[], model: string): number =>
  agents.filter((agent) => agent.model === model).length

const WOULD_START: readonly ShownState[] = ['ready', 'delayed', 'parked']

/** Why a task that nothing else holds back can never start by these settings; null when it can. */
export function stuckReason(
  settings: Settings,
  task: Pick<Task, 'executor' | 'exec' | 'model'>,
  shown: ShownState,
): string | null {
  if (!WOULD_START.includes(shown)) return null
  const route = resolveRoute(settings, task)
  return route.ok ? null : route.error.message
}
