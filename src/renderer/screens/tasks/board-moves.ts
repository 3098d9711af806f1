/** Moving a task from column to column: only where a command takes it there. Pure. */
import type { TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/task.ts'
import { assertNever } from '../../../base/result.ts'
import { isSatisfiedCard, type Tasks } from '../../model/reach.ts'
import { TASK_ACTS, type TaskAct } from '../../actions/task-acts.ts'

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

/** `abandon` is a way of its own: it says what follows for those that wait, and asks. */
export type Move =
  { readonly act: TaskAct } | { readonly act: 'abandon' } | { readonly blocked: string }

const blocked = (reason: string): Move => ({ blocked: reason })
const tryAct = (act: TaskAct, card: TaskCard): Move => {
  const reason = act.blocked(card)
  return reason === null ? { act } : blocked(reason)
}

export interface MoveFacts {
  readonly tasks: Tasks
  /** Tasks that wait for a person to take them in hand. */
  readonly forPeople: ReadonlySet<string>
}

/** What takes this task to that column. */
export function moveTo(card: TaskCard, state: ShownState, facts: MoveFacts): Move {
  if (card.state === state) return blocked('It is there')
  switch (state) {
    case 'paused':
      return tryAct(TASK_ACTS.pause, card)
    case 'done':
      return tryAct(TASK_ACTS.complete, card)
    case 'abandoned':
      return { act: 'abandon' }
    case 'in-progress':
      return facts.forPeople.has(card.id)
        ? tryAct(TASK_ACTS.take, card)
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
  const act = openingAct(card)
  if (act === null) return blocked('Comes by itself')
  const rest = restingState(card, tasks)
  return rest === state ? { act } : blocked(`It would be ${rest}`)
}

function openingAct(card: TaskCard): TaskAct | null {
  if (card.state === 'paused') return TASK_ACTS.resume
  if (card.status === 'failed' || card.status === 'waiting') return TASK_ACTS.retry
  if (card.status === 'done' || card.status === 'abandoned') return TASK_ACTS.reopen
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
  return ahead.find(({ state }) => 'act' in moveTo(card, state, facts))?.state ?? null
}
