/** The executor and model that a task would get now. */
import { ok, type Result } from '../../base/result.ts'
import type { Agent } from '../../domain/agent.ts'
import type { Failure } from '../../domain/failure.ts'
import { resolveExecutor, resolveModel } from '../../domain/resolve.ts'
import type { Profile, Settings } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'

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
  const model = resolveModel(settings, task, executor.value.profile)
  return model.ok ? ok({ profile: executor.value.profile, model: model.value.name }) : model
}

export const countedModel = (agents: readonly Agent[], model: string): number =>
  agents.filter((agent) => agent.model === model).length
