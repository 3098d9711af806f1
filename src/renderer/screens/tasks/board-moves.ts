/** Moving a task from column to column: only where a command takes it there. */
import { useMemo } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { assertNever } from '../../../base/result.ts'
import { isSatisfiedCard, type Tasks } from '../../model/reach.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { subjectOf, type Action, type Subject } from '../../actions/action.ts'
import { perform } from '../../actions/perform.ts'
import { abandon } from '../../actions/task/abandon.ts'
import { complete } from '../../actions/task/complete.ts'
import { pause, resume } from '../../actions/task/hold.ts'
import { reopen } from '../../actions/task/reopen.ts'
import { retry } from '../../actions/task/retry.ts'
import { take } from '../../actions/task/take.ts'

/** In the order of a task's life. */
const ORDER: readonly ShownState[] = [
  ...(['paused', 'blocked', 'delayed', 'parked', 'ready', 'in-progress'] as const),
  ...(['pending-eval', 'waiting', 'failed', 'done', 'abandoned'] as const),
]
/** Not there while they are empty. */
const PASSING: ReadonlySet<ShownState> = new Set(['delayed', 'parked', 'pending-eval', 'waiting'])

export interface BoardColumn {
  readonly state: ShownState
  readonly ids: readonly string[]
}

/** Columns from left to right. */
export function boardColumns(cards: Iterable<TaskCard>): readonly BoardColumn[] {
  const byState = Map.groupBy(cards, ({ state }) => state)
  return ORDER.map((state) => ({
    state,
    ids: (byState.get(state) ?? []).map(({ id }) => id),
  })).filter(({ state, ids }) => ids.length > 0 || !PASSING.has(state))
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

/** Carries tasks to another column, by pointer, key or menu alike: those for which a command leads there; the others stay. */
export function useMoves() {
  const session = useSession()
  const tasks = useYard((view) => view.tasks)
  const attention = useYard((view) => view.summary?.attention)
  return useMemo(() => {
    const manual = (attention ?? []).filter(({ kind }) => kind === 'manual')
    const facts = { tasks, forPeople: new Set(manual.flatMap(({ task }) => task ?? [])) }
    const move = async (ids: readonly string[], state: ShownState): Promise<void> => {
      const byAction = new Map<Action, Subject[]>()
      for (const card of ids.flatMap((id) => tasks.get(id) ?? [])) {
        const move = moveTo(card, state, facts)
        if (!('action' in move)) continue
        const subjects = byAction.get(move.action) ?? []
        byAction.set(move.action, [...subjects, subjectOf(session, card)])
      }
      for (const [action, subjects] of byAction) await perform(session, action, subjects)
    }
    return { facts, move }
  }, [session, tasks, attention])
}
