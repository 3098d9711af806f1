/** The tasks in columns by state. Dragging a card means the command that takes it there; where there is none, the column dims. */
import { memo, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { Elapsed } from '../../components/ticking-time.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { cardMoneyText } from '../../components/usage-text.ts'
import { factOf, labelOfState } from '../../model/task-state.ts'
import { gateLine, gateTip } from '../../model/scores.ts'
import { useWhyThisModel } from '../../model/why-this-model.ts'
import { getSelection, useSelection } from '../../model/selection.ts'
import { NoneMatch } from '../filter-field.tsx'
import { capital, countText, plural } from '../../ui/format.ts'
import { boardColumns, moveTo, nextColumn, useMoves, type BoardColumn } from './board-moves.ts'
import { routeOf } from './columns.ts'
import { ListCommands, useListRows, useListTasks, useMatches, useRow, Why } from './listed.tsx'
import { pressListKey, pressRow, walkTo } from './picking.ts'

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
      <div
        className="task-board flex gap-3 flex-1 min-h-0"
        ref={board}
        role="group"
        aria-label="Columns by state"
      >
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

/** px of a card and the gap below it. */
const CARD = 68

interface BoardListProps {
  readonly column: BoardColumn
  readonly isStop: boolean
  /** What is dragged cannot come here. */
  readonly isDim: boolean
  readonly isOpen: boolean
  readonly onDrag: (ids: readonly string[]) => void
  readonly onDrop: () => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

function BoardList(props: BoardListProps) {
  const { column, isStop, isDim, isOpen, onDrag, onDrop, onKeyDown } = props
  const { state, ids } = column
  const scroller = useRef<HTMLDivElement>(null)
  const { total, items, activeRow } = useListRows(ids, { scroller, height: CARD })
  const allow = (event: DragEvent): void => {
    if (isOpen) event.preventDefault()
  }
  return (
    <section
      className="board-column flex flex-col min-h-0"
      data-st={state}
      data-dim={isDim}
      data-takes={isOpen}
      aria-label={`${labelOfState(state)}, ${countText(ids.length)}`}
      onDragOver={allow}
      onDragEnter={allow}
      onDrop={(event) => {
        event.preventDefault()
        onDrop()
      }}
    >
      <h2>
        <Lamp state={state} />
        {labelOfState(state)}
        <span className="end">{countText(ids.length)}</span>
      </h2>
      <div
        ref={scroller}
        className="board-cards flex-1 min-h-0"
        data-column={state}
        role="listbox"
        aria-label={labelOfState(state)}
        aria-multiselectable="true"
        aria-activedescendant={activeRow}
        tabIndex={isStop ? 0 : -1}
        onKeyDown={onKeyDown}
        onClick={(event) => pressRow(event, ids)}
      >
        <div role="presentation" className="task-rows" style={{ height: total }}>
          {items.map(({ index, top }) => {
            const id = ids[index]
            return id === undefined ? null : (
              <Card
                key={id}
                id={id}
                top={top}
                place={index + 1}
                count={ids.length}
                onDrag={onDrag}
              />
            )
          })}
        </div>
      </div>
    </section>
  )
}

interface CardProps {
  readonly id: string
  readonly top: number
  readonly place: number
  readonly count: number
  readonly onDrag: (ids: readonly string[]) => void
}

const Card = memo(function Card({ id, top, place, count, onDrag }: CardProps) {
  const { card, attributes } = useRow(id, top)
  const why = useWhyThisModel(card?.agent)
  if (!card) return null
  return (
    <div
      {...attributes}
      role="option"
      className="board-card flex flex-col"
      draggable
      aria-posinset={place}
      aria-setsize={count}
      onDragStart={(event) => {
        const chosen = getSelection().ids
        event.dataTransfer.setData('text/plain', card.title)
        event.dataTransfer.effectAllowed = 'move'
        onDrag(chosen.has(id) ? [...chosen] : [id])
      }}
      onDragEnd={() => onDrag([])}
    >
      <span className="text-12 font-medium truncate">{card.title}</span>
      <span className="truncate text-state text-11">
        <Fact card={card} />
      </span>
      <span className="board-facts flex text-11 text-text-3">
        <span className="truncate" title={why}>
          {routeOf(card)}
        </span>
        {card.gate !== undefined && <span title={gateTip(card.gate)}>{gateLine(card.gate)}</span>}
        <span className="ml-auto">{cardMoneyText(card)}</span>
      </span>
    </div>
  )
})

/** Why it stands there, or how long it has been at work. The line is there even when it is empty: nothing moves. */
function Fact({ card }: { readonly card: TaskCard }) {
  if (card.fact === null && card.status === 'in-progress' && card.startedAt !== null)
    return <Elapsed since={card.startedAt} />
  return <Why card={card} text={capital(factOf(card) ?? '\u00a0')} />
}
