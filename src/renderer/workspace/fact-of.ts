import type { TaskCard } from '../../contract/view.ts'
import { wordOf } from '../ui/status-badge.tsx'

/** Why a task stands where it stands, beside the word of its state; null where that word says it all. */
export const factOf = ({ fact, state }: Pick<TaskCard, 'fact' | 'state'>): string | null =>
  fact === wordOf(state) ? null : fact
