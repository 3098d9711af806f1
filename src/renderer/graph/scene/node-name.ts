/** What a node says to a screen reader: all that it shows, as sentences. */
import type { TaskCard } from '../../../contract/view.ts'
import { executorOfCard, labelOfState, factOf } from '../../model/task-state.ts'
import { plural } from '../../ui/format.ts'
import { dependentsOf, isSatisfiedCard, type Tasks } from '../../model/reach.ts'
import type { Stack } from './fold.ts'

interface NameInput {
  readonly card: TaskCard
  readonly tasks: Tasks
  readonly isOnCriticalPath: boolean
  readonly isSelected: boolean
  /** ms since 1970, for how long it is at work. */
  readonly now: number
}

/** “Fix flaky restore test. In progress, 12 minutes. agent-31, 2nd try, claude opus. Its 1 dependency is satisfied. 1 task waits for it. On the critical path.” */
export function nodeName({ card, tasks, isOnCriticalPath, isSelected, now }: NameInput): string {
  const dependents = dependentsOf(tasks)(card.id).length
  return [
    card.title.replace(/[.\s]+$/, ''),
    stateText(card, now),
    whoText(card),
    dependencyText(card, tasks),
    dependents > 0 && `${plural(dependents, 'task waits', 'tasks wait')} for it`,
    isOnCriticalPath && 'On the critical path',
    isSelected && 'Selected',
  ]
    .filter(Boolean)
    .map((part) => `${part}.`)
    .join(' ')
}

export const stackName = (stack: Stack): string =>
  `${stack.title}. Folded, ${plural(stack.members.length, 'task')}, ${stack.fact}.`

function stateText(card: TaskCard, now: number): string {
  const word = labelOfState(card.state)
  if (card.state === 'in-progress' && card.startedAt !== null && card.fact === null)
    return `${word}, ${spoken(now - Date.parse(card.startedAt))}`
  const fact = factOf(card)
  return fact === null ? word : `${word}, ${fact}`
}

function spoken(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 60) return plural(minutes, 'minute')
  return `${plural(Math.floor(minutes / 60), 'hour')} ${plural(minutes % 60, 'minute')}`
}

function whoText(card: TaskCard): string {
  const isAtWork = card.state === 'in-progress'
  const by = [card.member?.name, executorOfCard(card), card.model].filter(Boolean).join(' ')
  const tries = card.attempts > 1 ? `${ordinal(card.attempts)} try` : ''
  return [isAtWork ? card.agent : '', tries, by].filter(Boolean).join(', ')
}

const suffixes: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd', other: 'th' }
const rules = new Intl.PluralRules('en', { type: 'ordinal' })
const ordinal = (n: number): string => `${n}${suffixes[rules.select(n)] ?? 'th'}`

function dependencyText(card: TaskCard, tasks: Tasks): string {
  const count = card.after.length
  if (count === 0) return ''
  const met = card.after.filter((id) => {
    const blocker = tasks.get(id)
    return blocker === undefined || isSatisfiedCard(blocker)
  }).length
  if (count === 1) return `Its 1 dependency is ${met === 1 ? 'satisfied' : 'not satisfied'}`
  if (met === count) return `Its ${count} dependencies are satisfied`
  return `${met} of its ${count} dependencies ${met === 1 ? 'is' : 'are'} satisfied`
}
