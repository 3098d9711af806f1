import type { TaskCard } from '../../contract/view.ts'
import { repeatsState } from '../../domain/reason.ts'

/** Why a task stands where it stands, beside the word of its state; null where that word says it all. */
export const factOf = ({ fact, reason }: Pick<TaskCard, 'fact' | 'reason'>): string | null =>
  repeatsState(reason) ? null : fact

/** ms that a task took: the work of its tries; null before its end. A host that does not tell that is taken by its first start and its end. */
export function taskTookMs({
  workedMs,
  startedAt,
  completedAt,
}: Pick<TaskCard, 'workedMs' | 'startedAt' | 'completedAt'>): number | null {
  if (startedAt === null || completedAt === null) return null
  return workedMs ?? Math.max(0, Date.parse(completedAt) - Date.parse(startedAt))
}
