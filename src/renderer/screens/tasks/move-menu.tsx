/** Moving the chosen tasks to another column without dragging. */
import { MoveRight } from 'lucide-react'
import { useMemo } from 'react'
import type { ShownState } from '../../../domain/task.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { labelOfState } from '../../model/state-label.ts'
import { useSelection } from '../../model/selection.ts'
import { boardColumns, moveTo, type MoveFacts } from './board-moves.ts'
import { useMoves } from './use-moves.ts'

export function MoveMenu() {
  const { facts, move } = useMoves()
  const ids = useSelection((selection) => selection.ids)
  const focusId = useSelection((selection) => selection.focusId)
  const subjects = useMemo(() => {
    const chosen = ids.size > 0 ? [...ids] : focusId === null ? [] : [focusId]
    return chosen.filter((id) => facts.tasks.has(id))
  }, [ids, focusId, facts])
  return (
    <Menu
      align="end"
      trigger={
        <Button look="quiet" data-move-menu title="Move to another column (⌥↓)">
          <MoveRight size={14} strokeWidth={1.5} aria-hidden="true" />
          Move to
        </Button>
      }
      entries={boardColumns(facts.tasks.values()).map(({ state }) => ({
        label: labelOfState(state),
        icon: <Lamp state={state} />,
        blocked: reasonAgainst(subjects, state, facts),
        onSelect: () => void move(subjects, state),
      }))}
    />
  )
}

/** Null when at least one of them can go there. */
function reasonAgainst(ids: readonly string[], state: ShownState, facts: MoveFacts): string | null {
  if (ids.length === 0) return 'Choose a task first'
  let reason: string | null = null
  for (const id of ids) {
    const card = facts.tasks.get(id)
    const way = card && moveTo(card, state, facts)
    if (way && 'action' in way) return null
    reason ??= way?.blocked ?? null
  }
  return reason
}
