/** Whether what a task uses can be known at all: a cap over what nobody counts would never be reached. Pure. */
import { failure, type Failure } from './failure.ts'
import { listPrice } from './models.ts'
import type { ExecutorType, Profile, Settings } from './settings.ts'
import type { TaskDefinition } from './task.ts'

/** What a type's programs tell of what they used; `free` ones cost nothing that is counted. */
const TELLS = {
  shell: 'free',
  manual: 'free',
  external: 'free',
  schedule: 'free',
  claude: 'cost',
  opencode: 'cost',
  pi: 'cost',
  acp: 'cost',
  codex: 'tokens',
  gemini: 'tokens',
  qwen: 'tokens',
  native: 'tokens',
  copilot: 'nothing',
  kimi: 'nothing',
  command: 'nothing',
  http: 'nothing',
} as const satisfies Record<ExecutorType, 'free' | 'cost' | 'tokens' | 'nothing'>

interface Capped {
  readonly budget?: TaskDefinition['budget'] | undefined
  readonly budgetTokens?: TaskDefinition['budgetTokens'] | undefined
}

/** Why a task with a budget cannot be run so: what counts towards it would stay unknown. `model`: by its name in the registry. */
export function unknownCostOf(
  settings: Pick<Settings, 'models'>,
  task: Capped,
  profile: Pick<Profile, 'name' | 'type'>,
  model: string | null,
): Failure | null {
  return unknownDollars(settings, task, profile, model) ?? unknownTokens(task, profile)
}

function unknownTokens(
  task: Capped,
  { name, type }: Pick<Profile, 'name' | 'type'>,
): Failure | null {
  if ((task.budgetTokens ?? null) === null || TELLS[type] !== 'nothing') return null
  return failure(
    'bad-request',
    `the task has a budget of tokens, but what it uses on executor "${name}" (${type}) cannot be known: it does not tell what it used`,
    { hint: 'name another executor, or take the budget back: --budget-tokens ""' },
  )
}

function unknownDollars(
  settings: Pick<Settings, 'models'>,
  task: Capped,
  { name, type }: Pick<Profile, 'name' | 'type'>,
  model: string | null,
): Failure | null {
  const tells = TELLS[type]
  if ((task.budget ?? null) === null || tells === 'free' || tells === 'cost') return null
  if (tells === 'tokens' && model !== null && listPrice(settings, model) !== null) return null
  const what =
    tells === 'nothing'
      ? 'it does not tell what it used'
      : model === null
        ? 'it tells tokens only, and no model is named whose price is known'
        : `it tells tokens only, and model "${model}" has no price`
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
