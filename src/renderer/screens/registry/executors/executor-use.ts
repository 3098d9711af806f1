/** Who uses an executor. Pure. */
import type { TaskCard } from '../../../../contract/view.ts'
import { isFinishedCard } from '../../../model/reach.ts'
import { keyParts, type ConfigEntry } from '../../../components/config-entry.ts'

export interface ExecutorUse {
  /** Unfinished tasks that name it. */
  readonly named: number
  /** Unfinished tasks that name no executor, if it is the yard's default. */
  readonly byDefault: number
  /** Executors of type schedule that hand on to it. */
  readonly handedBy: readonly string[]
}

export function usesOf(
  name: string,
  tasks: Iterable<TaskCard>,
  config: readonly ConfigEntry[],
): ExecutorUse {
  const isDefault = defaultExecutor(config) === name
  let named = 0
  let unnamed = 0
  for (const card of tasks) {
    if (isFinishedCard(card)) continue
    if (card.executor === name) named++
    if (card.executor === null) unnamed++
  }
  const handedBy = config.flatMap(({ key, value }) => {
    const [table, profile = '', field] = keyParts(key)
    return table === 'executors' && field === 'then' && value === name ? [profile] : []
  })
  return { named, byDefault: isDefault ? unnamed : 0, handedBy }
}

export const defaultExecutor = (config: readonly ConfigEntry[]): string | null => {
  const value = config.find(({ key }) => key === 'coordinator.executor')?.value
  return typeof value === 'string' ? value : null
}
