import type { TaskCard } from '../../contract/view.ts'
import { repeatsState } from '../../domain/reason.ts'

/** Why a task stands where it stands, beside the word of its state; null where that word says it all. */
export const factOf = ({ fact, reason }: Pick<TaskCard, 'fact' | 'reason'>): string | null =>
  repeatsState(reason) ? null : fact
