/** Carries tasks to another column, by pointer, key or menu alike. */
import { useMemo } from 'react'
import type { ShownState } from '../../../domain/task.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { subjectOf, type Action, type Subject } from '../../actions/action.ts'
import { perform } from '../../actions/perform.ts'
import { moveTo, type MoveFacts } from './board-moves.ts'

export interface Moves {
  readonly facts: MoveFacts
  /** Those of the tasks for which a command leads there go; the others stay. */
  readonly move: (ids: readonly string[], state: ShownState) => Promise<void>
}

export function useMoves(): Moves {
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
