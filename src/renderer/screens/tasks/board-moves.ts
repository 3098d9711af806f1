/** Moving a task from column to column: only where a command takes it there. Pure. */
import type { TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/task.ts'
import { assertNever } from '../../../base/result.ts'
import { isSatisfiedCard, type Tasks } from '../../model/reach.ts'
import type { Action, Subject } from '../../actions/action.ts'
import { abandon } from '../../actions/task/abandon.ts'
import { complete } from '../../actions/task/complete.ts'
import { pause, resume } from '../../actions/task/hold.ts'
import { reopen } from '../../actions/task/reopen.ts'
import { retry } from '../../actions/task/retry.ts'
import { take } from '../../actions/task/take.ts'

/** In the order of a task's life. Those of the first list are there even when they are empty. */
const ALWAYS: readonly ShownState[] = [
  'paused',
  'blocked',
  'ready',
  'in-progress',
  'failed',
  'done',
  'abandoned',
]
const ORDER: readonly ShownState[] = [
  'paused',
  'blocked',
  'delayed',
  'parked',
  'ready',
  'in-progress',
  'pending-eval',
  'waiting',
  'failed',
  'done',
  'abandoned',
]

export interface BoardColumn {
  readonly state: ShownState
  readonly ids: readonly string[]
}

/** Columns from left to right. */
export function boardColumns(cards: Iterable<TaskCard>): readonly BoardColumn[] {
  const byState = new Map<ShownState, string[]>(ORDER.map((state) => [state, []]))
  for (const { id, state } of cards) {
    byState.get(state)?.push(id)
  }
  return [...byState]
    .filter(([state, ids]) => ids.length > 0 || ALWAYS.includes(state))
    .map(([state, ids]) => ({ state, ids }))
}

export type Move = { readonly action: Action } | { readonly blocked: string }

const blocked = (reason: string): Move => ({ blocked: reason })
const tryAction = (action: Action, subject: Subject): Move => {
  const reason = action.blocked(subject)
  return reason === null ? { action } : blocked(reason)
}

export interface MoveFacts {
  readonly tasks: Tasks
  /** Tasks that wait for a person to claim them. */
  readonly forPeople: ReadonlySet<string>
}

/** What takes this task to that column. */
export function moveTo(card: TaskCard, state: ShownState, facts: MoveFacts): Move {
  const subject = { card, agent: null, isHeld: card.state === 'paused', isByHand: false }
  if (card.state === state) return blocked('It is there')
  switch (state) {
    case 'paused':
      return tryAction(pause, subject)
    case 'done':
      return tryAction(complete, subject)
    case 'abandoned':
      return tryAction(abandon, subject)
    case 'in-progress':
      return facts.forPeople.has(card.id)
        ? tryAction(take, subject)
        : blocked('Agents are started when it is ready')
    case 'ready':
    case 'blocked':
    case 'delayed':
      return toOpen(card, state, facts.tasks)
    case 'parked':
    case 'pending-eval':
    case 'waiting':
    case 'failed':
      return blocked('Comes by itself')
    default:
      return assertNever(state)
  }
}

/** Open again: which of the open columns it comes to is decided by what it waits for. */
function toOpen(card: TaskCard, state: ShownState, tasks: Tasks): Move {
  const action = openingAction(card)
  if (action === null) return blocked('Comes by itself')
  const rest = restingState(card, tasks)
  return rest === state ? { action } : blocked(`It would be ${rest}`)
}

function openingAction(card: TaskCard): Action | null {
  if (card.state === 'paused') return resume
  if (card.status === 'failed' || card.status === 'waiting') return retry
  if (card.status === 'done' || card.status === 'abandoned') return reopen
  return null
}

function restingState(card: TaskCard, tasks: Tasks): ShownState {
  const isHeldUp = card.after.some((id) => {
    const other = tasks.get(id)
    return other !== undefined && !isSatisfiedCard(other)
  })
  if (isHeldUp) return 'blocked'
  return card.notBefore === null ? 'ready' : 'delayed'
}

/** The next column in that direction to which a command leads; null = there is none. */
export function nextColumn(
  card: TaskCard,
  columns: readonly BoardColumn[],
  by: 1 | -1,
  facts: MoveFacts,
): ShownState | null {
  const from = columns.findIndex(({ state }) => state === card.state)
  const ahead = by > 0 ? columns.slice(from + 1) : columns.slice(0, from).toReversed()
  return ahead.find(({ state }) => 'action' in moveTo(card, state, facts))?.state ?? null
}
