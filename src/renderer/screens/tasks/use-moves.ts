/** Carries tasks to another column, by pointer, key or menu alike. */
import { useMemo } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/task.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { abandonTasks, doAct } from '../../actions/send-acts.ts'
import { TASK_ACTS } from '../../actions/task-acts.ts'
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
      const cards = ids.flatMap((id) => tasks.get(id) ?? [])
      const moves = cards.map((card) => ({ card, move: moveTo(card, state, facts) }))
      const leaving: TaskCard[] = []
      for (const act of Object.values(TASK_ACTS)) {
        const own = moves.flatMap(({ card, move: way }) =>
          'act' in way && way.act === act ? [card] : [],
        )
        if (own.length > 0) await doAct(session, act, own)
      }
      for (const { card, move: way } of moves)
        if ('act' in way && way.act === 'abandon') leaving.push(card)
      if (leaving.length > 0) await abandonTasks(session, leaving)
    }
    return { facts, move }
  }, [session, tasks, attention])
}
