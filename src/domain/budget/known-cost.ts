/** Whether what a task uses can be known at all: a cap over what is not counted would never be reached. Pure. */
import { failure, type Failure } from '../failure.ts'
import { listPrice } from '../routing/models.ts'
import { EXECUTOR_KINDS, type ExecutorType, type Profile, type Settings } from '../settings.ts'
import type { TaskDefinition } from '../task.ts'

type Registry = Pick<Settings, 'models'>

interface Capped {
  readonly budget?: TaskDefinition['budget'] | undefined
  readonly budgetTokens?: TaskDefinition['budgetTokens'] | undefined
}

type Priced = Pick<Profile, 'name' | 'type' | 'baseUrl'>

/**
 * Why a cap in dollars cannot stop an agent while it works, as the end of a sentence; null where it can. A model that is not named is
 * told by the answers, unless it is at an address of the profile's own, where its price is unknown.
 */
export function unpricedLive(
  settings: Registry,
  { type, baseUrl }: Priced,
  model: string | null,
): string | null {
  if (EXECUTOR_KINDS[type].tells === 'free' || EXECUTOR_KINDS[type].tells === 'nothing') return null
  if (model !== null && listPrice(settings, model) === null) return `model "${model}" has no price`
  if (model === null && baseUrl !== null)
    return 'no model is named whose price at its address is known'
  return ENDS_ONLY.has(type) ? 'it reports what it used at its end only' : null
}
const ENDS_ONLY: ReadonlySet<ExecutorType> = new Set(['codex', 'gemini'])

function unknownLive(
  settings: Registry,
  task: Capped,
  profile: Priced,
  model: string | null,
): Failure | null {
  const why = unpricedLive(settings, profile, model)
  if (why === null || (task.budgetTokens ?? null) !== null) return null
  return failure(
    'bad-request',
    `the task has a budget in dollars, but what it costs on executor "${profile.name}" (${profile.type}) cannot be known while it works: ${why}`,
    {
      hint: ENDS_ONLY.has(profile.type)
        ? 'add --budget-tokens, or name an executor that reports what it uses while it works (claude, native)'
        : 'give the model a price (yard model), name a model that has one, or add --budget-tokens',
    },
  )
}

/** Why a task with a budget cannot be run so: what counts towards it would stay unknown. `model`: by its name in the registry. */
export function unknownCostOf(
  settings: Registry,
  task: Capped,
  profile: Priced,
  model: string | null,
): Failure | null {
  return unknownDollars(settings, task, profile, model) ?? unknownTokens(task, profile)
}

function unknownTokens(
  task: Capped,
  { name, type }: Pick<Profile, 'name' | 'type'>,
): Failure | null {
  if ((task.budgetTokens ?? null) === null || EXECUTOR_KINDS[type].tells !== 'nothing') return null
  return failure(
    'bad-request',
    `the task has a budget of tokens, but what it uses on executor "${name}" (${type}) cannot be known: it does not tell what it used`,
    { hint: 'name another executor, or take the budget back: --budget-tokens ""' },
  )
}

function unknownDollars(
  settings: Registry,
  task: Capped,
  { name, type, baseUrl }: Priced,
  model: string | null,
): Failure | null {
  const tells = EXECUTOR_KINDS[type].tells
  if ((task.budget ?? null) === null || tells === 'free') return null
  if (tells === 'cost') return unknownLive(settings, task, { name, type, baseUrl }, model)
  if (tells === 'tokens' && model !== null && listPrice(settings, model) !== null)
    return unknownLive(settings, task, { name, type, baseUrl }, model)
  const what =
    tells === 'nothing'
      ? 'it does not tell what it used'
      : model === null
        ? 'it reports tokens only, and no model is named whose price is known'
        : `it reports tokens only, and model "${model}" has no price`
  return failure(
    'bad-request',
    `the task has a budget in dollars, but what it costs on executor "${name}" (${type}) cannot be known: ${what}`,
    {
      hint:
        tells === 'nothing'
          ? 'name another executor, or take the budget back: --budget ""'
          : 'give the model a price (yard model), name a model that has one, or use --budget-tokens',
    },
  )
}
