/** Who takes a task while the provider of its executor sleeps. Only what a profile names; nothing stands in by itself. */
import { mismatchOf, profileOf, resolveModel, type ModelChoice } from './resolve.ts'
import { accountOf, isTakenByPeople, type Profile, type Settings } from '../settings.ts'
import { unknownCostOf } from '../budget/known-cost.ts'
import { findModel } from './models.ts'
import type { TaskDefinition } from '../task.ts'

export interface StandIn {
  readonly profile: Profile
  readonly model: ModelChoice
  /** Whose sleep would hold it back in turn. */
  readonly account: string | null
}

/** Null where the profile names none, or one that cannot do this task at all. */
export function standInOf(
  settings: Settings,
  task: Pick<TaskDefinition, 'exec' | 'model'> &
    Partial<Pick<TaskDefinition, 'budget' | 'budgetTokens'>>,
  profile: Profile,
): StandIn | null {
  const next = profile.fallback === null ? null : profileOf(settings, profile.fallback)
  if (!next || next.type === 'schedule' || isTakenByPeople(next.type)) return null
  if (mismatchOf(task, next) !== null) return null
  const model = modelOf(settings, task, next)
  if (model === null || unknownCostOf(settings, task, next, model.name)) return null
  const entry = model.name === null ? null : findModel(settings, model.name)
  return { profile: next, model, account: accountOf(next, entry) }
}

/** The task's model where the other executor can run it, else what that one would take for a task that names none. */
function modelOf(
  settings: Settings,
  { model }: Pick<TaskDefinition, 'model'>,
  profile: Profile,
): ModelChoice | null {
  const own = resolveModel(settings, { model }, profile)
  if (own.ok) return own.value
  const other = resolveModel(settings, { model: null }, profile)
  return other.ok
    ? { ...other.value, why: `${other.value.why}; it cannot run "${model}", which the task names` }
    : null
}
