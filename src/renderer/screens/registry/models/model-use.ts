/** Who uses a model, and whom another default would change. Pure. */
import type { TaskCard } from '../../../../contract/view.ts'
import { EXECUTOR_TYPES, EXECUTOR_KINDS } from '../../../../domain/settings.ts'
import type { ExecutorView, ModelView } from '../../../model/session/link.ts'
import { keyParts, type ConfigEntry } from '../../../components/config-entry.ts'
import { plural } from '../../../ui/format.ts'
import { isFinishedCard } from '../../../model/reach.ts'

/** A service is told the name of any model and does with it what it will: that is no word on what it runs. */
export const runsModels = ({ type }: Pick<ExecutorView, 'type'>): boolean => type !== 'http'

/** A task or a setting may name a model by its name here, or by its provider's id. */
const isNamed = (model: ModelView, name: unknown): boolean =>
  name === model.name || name === model.modelId

export interface ModelUse {
  /** Unfinished tasks that name it, in the order of the cards. */
  readonly tasks: readonly TaskCard[]
  /** Executors that name it. */
  readonly executors: readonly string[]
  /** Keys of the configuration that name it otherwise: the default, a cap. */
  readonly keys: readonly string[]
}

export function usesOf(
  model: ModelView,
  tasks: Iterable<TaskCard>,
  config: readonly ConfigEntry[],
): ModelUse {
  const named = [...tasks].filter((card) => isNamed(model, card.model) && !isFinishedCard(card))
  const executors: string[] = []
  const keys: string[] = []
  for (const entry of config) {
    const [table, name = '', field] = keyParts(entry.key)
    if (table === 'executors' && field === 'model' && isNamed(model, entry.value))
      executors.push(name)
    else if (isOwnWord(model, entry)) keys.push(entry.key)
  }
  return { tasks: named, executors, keys }
}

/** A default, a role or a cap names it. */
function isOwnWord(model: ModelView, { key, value }: ConfigEntry): boolean {
  const [table, name, field] = keyParts(key)
  if (table === 'caps') return name === 'models' && isNamed(model, field)
  const isRole = table === 'models' && name === 'roles'
  const isDefault = key === 'coordinator.model' || key === 'agent.model'
  return (isRole || isDefault) && isNamed(model, value)
}

const SHOWN = 5

/** Why a model in use is not removed, with its users; null = nobody uses it. */
export function inUseReason(model: ModelView, use: ModelUse): string | null {
  const titles = use.tasks.slice(0, SHOWN).map(({ title }) => `“${title}”`)
  const more = use.tasks.length - titles.length
  const users = [
    ...use.keys,
    ...use.executors.map((name) => `executor ${name}`),
    ...titles,
    ...(more > 0 ? [plural(more, 'more task')] : []),
  ]
  return users.length === 0 ? null : `${model.name} is in use: ${users.join(', ')}.`
}

/** How many unfinished tasks would get another model if this one were the default. */
export function changedBy(
  next: ModelView,
  { tasks, models, executors, config }: ModelWorld,
): number {
  const provider = providerFinder(executors, config)
  const before = models.find(({ isDefault }) => isDefault)
  let count = 0
  for (const card of tasks) {
    if (card.model !== null || isFinishedCard(card)) continue
    const spoken = provider(card)
    const old = before?.provider === spoken ? before?.name : null
    const new_ = next.provider === spoken ? next.name : null
    if (spoken !== null && old !== new_) count++
  }
  return count
}

export interface ModelWorld {
  readonly tasks: Iterable<TaskCard>
  readonly models: readonly ModelView[]
  readonly executors: readonly ExecutorView[]
  readonly config: readonly ConfigEntry[]
}

/** The provider whose default model a task gets; null where none reaches it: its executor names a model of its own, or takes none. */
function providerFinder(
  executors: readonly ExecutorView[],
  config: readonly ConfigEntry[],
): (card: TaskCard) => string | null {
  const profiles = new Map(executors.map((each) => [each.name, each]))
  const values = new Map(config.map(({ key, value }) => [keyParts(key).join('\n'), value]))
  const general = String(values.get('coordinator\nexecutor') ?? '')
  return (card) => {
    let name = card.executor ?? general
    // A cycle is refused by the host; the bound keeps a broken answer from holding the page.
    for (let hops = 0; hops < 20; hops++) {
      const profile = profiles.get(name) ?? profiles.get(general)
      if (!profile || profile.model !== null) return null
      const type = EXECUTOR_TYPES.find((each) => each === profile.type)
      if (type === undefined) return null
      if (type !== 'schedule') return EXECUTOR_KINDS[type].provider
      const then = values.get(`executors\n${profile.name}\nthen`)
      name = typeof then === 'string' ? then : general
    }
    return null
  }
}
