/** The tasks in columns by state. Dragging a card means the command that takes it there; where there is none, the column dims. */
import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { ShownState } from '../../../domain/task.ts'
import { getSelection, useSelection } from '../../model/selection.ts'
import { NoneMatch } from '../none-match.tsx'
import { plural } from '../../ui/format.ts'
import { BoardList } from './board-list.tsx'
import { boardColumns, moveTo, nextColumn, type BoardColumn } from './board-moves.ts'
import { ListCommands } from './list-commands.tsx'
import { pressListKey, walkTo } from './picking.ts'
import { useListTasks, useMatches } from './use-listed.ts'
import { useMoves } from './use-moves.ts'

export function TaskBoard() {
  const tasks = useListTasks()
  const matches = useMatches(tasks)
  const columns = useMemo(
    () => boardColumns([...tasks.values()].filter(({ id }) => matches?.has(id) ?? true)),
    [tasks, matches],
  )
  const order = useMemo(() => columns.flatMap(({ ids }) => ids), [columns])
  const { facts, move } = useMoves()
  const [dragged, setDragged] = useState<readonly string[]>([])
  const board = useRef<HTMLDivElement>(null)
  const focusId = useSelection((selection) => selection.focusId)
  const current = columns.findIndex(({ ids }) => focusId !== null && ids.includes(focusId))
  const stop = current >= 0 ? current : columns.findIndex(({ ids }) => ids.length > 0)
  if (order.length === 0) return <NoneMatch all={plural(tasks.size, 'task')} />
  const takes = (state: ShownState): boolean =>
    dragged.some((id) => {
      const card = tasks.get(id)
      return card !== undefined && 'action' in moveTo(card, state, facts)
    })
  const carry = (by: 1 | -1): void => {
    const card = focusId === null ? undefined : tasks.get(focusId)
    const to = card ? nextColumn(card, columns, by, facts) : null
    const { ids } = getSelection()
    if (card && to !== null) void move(ids.has(card.id) ? [...ids] : [card.id], to)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = SIDES[event.key]
    if (event.metaKey || event.ctrlKey) return
    if (by === undefined && !event.altKey)
      return void pressListKey(event, columns[current]?.ids ?? order)
    if (by === undefined) return openMoveMenu(event)
    event.preventDefault()
    if (event.altKey) carry(by)
    else walkAside(columns, current, by, board.current)
  }
  return (
    <>
      <ListCommands order={order} />
      <div className="task-board" ref={board} role="group" aria-label="Columns by state">
        {columns.map((column, index) => (
          <BoardList
            key={column.state}
            column={column}
            isStop={index === stop}
            isDim={dragged.length > 0 && !takes(column.state)}
            isOpen={dragged.length > 0 && takes(column.state)}
            onDrag={setDragged}
            onDrop={() => void move(dragged, column.state)}
            onKeyDown={onKeyDown}
          />
        ))}
      </div>
    </>
  )
}

const SIDES: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowLeft: -1 }

function openMoveMenu(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown') return
  event.preventDefault()
  document.querySelector<HTMLElement>('[data-move-menu]')?.click()
}

/** To the card at the same height in the next column that has any. */
function walkAside(
  columns: readonly BoardColumn[],
  from: number,
  by: 1 | -1,
  board: HTMLElement | null,
): void {
  const place = Math.max(0, columns[from]?.ids.indexOf(getSelection().focusId ?? '') ?? 0)
  for (let at = from + by; at >= 0 && at < columns.length; at += by) {
    const column = columns[at]
    const id = column?.ids[Math.min(place, column.ids.length - 1)]
    if (!column || id === undefined) continue
    walkTo(column.ids, id, false)
    board?.querySelector<HTMLElement>(`[data-column="${column.state}"]`)?.focus()
    return
  }
}
