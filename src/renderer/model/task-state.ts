/** How a task stands, in the words of the window. What is not known is null, never a zero. */
import type { TaskCard } from '../../contract/view.ts'
import { repeatsState } from '../../domain/reason.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'

const LABELS: Readonly<Record<ShownState, string>> = {
  ready: 'Ready',
  blocked: 'Blocked',
  delayed: 'Delayed',
  'in-progress': 'In progress',
  waiting: 'Waiting',
  'pending-eval': 'Pending eval',
  done: 'Done',
  failed: 'Failed',
  abandoned: 'Abandoned',
  paused: 'Paused',
  parked: 'Parked',
}

export const labelOfState = (state: ShownState): string => LABELS[state]

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

/** What a task's next try is run by, where it or its member names that; null = the default of the yard. */
export const executorOfCard = ({ executor, member }: Pick<TaskCard, 'executor' | 'member'>) =>
  executor ?? member?.executor ?? null

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' })
const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' }

/** `2nd try of 3`; null before the second. */
export function nthTryText({ attempts, attemptsAllowed }: TaskCard): string | null {
  if (attempts < 2) return null
  const nth = `${attempts}${ENDINGS[ordinals.select(attempts)] ?? 'th'} try`
  return attemptsAllowed === null ? nth : `${nth} of ${attemptsAllowed}`
}
