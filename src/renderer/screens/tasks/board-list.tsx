/** One column of the board. */
import { memo, useRef, type DragEvent, type KeyboardEvent, type MouseEvent } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { Elapsed } from '../../components/elapsed.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { labelOfState } from '../../model/state-label.ts'
import { cardMoneyText } from '../../components/usage-text.ts'
import { useVirtualRows } from '../../ui/virtual-rows.ts'
import { countText, capital } from '../../ui/format.ts'
import { useRoute } from '../../model/route.ts'
import { getSelection, useSelection } from '../../model/selection.ts'
import type { BoardColumn } from './board-moves.ts'
import { press, rowName } from './picking.ts'
import { factOf } from '../../model/fact-of.ts'

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

export function BoardList(props: BoardListProps) {
  const { column, isStop, isDim, isOpen, onDrag, onDrop, onKeyDown } = props
  const { state, ids } = column
  const scroller = useRef<HTMLDivElement>(null)
  const focusId = useSelection((selection) => selection.focusId)
  const focusIndex = focusId === null ? -1 : ids.indexOf(focusId)
  const { total, items } = useVirtualRows({
    scroller,
    count: ids.length,
    height: CARD,
    focusIndex,
    focusId,
  })
  const allow = (event: DragEvent): void => {
    if (isOpen) event.preventDefault()
  }
  return (
    <section
      className="board-column"
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
        className="board-cards"
        data-column={state}
        role="listbox"
        aria-label={labelOfState(state)}
        aria-multiselectable="true"
        aria-activedescendant={focusIndex < 0 ? undefined : rowName(focusId)}
        tabIndex={isStop ? 0 : -1}
        onKeyDown={onKeyDown}
        onClick={(event) => pressCard(event, ids)}
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

function pressCard(event: MouseEvent, order: readonly string[]): void {
  const id = (event.target as Element).closest<HTMLElement>('[data-task]')?.dataset['task']
  if (id !== undefined) press(order, id, event)
}

interface CardProps {
  readonly id: string
  readonly top: number
  readonly place: number
  readonly count: number
  readonly onDrag: (ids: readonly string[]) => void
}

const Card = memo(function Card({ id, top, place, count, onDrag }: CardProps) {
  const card = useYard((view) => view.tasks.get(id))
  const isChosen = useSelection(({ ids }) => ids.has(id))
  const isPlace = useSelection(({ focusId, isRinged }) => isRinged && focusId === id)
  const isShown = useRoute().task === id
  if (!card) return null
  const route = [card.executor, card.model].filter(Boolean).join(', ')
  return (
    <div
      id={rowName(id)}
      role="option"
      className="board-card"
      draggable
      data-task={id}
      data-place={isPlace}
      data-open={isShown}
      aria-selected={isChosen}
      aria-posinset={place}
      aria-setsize={count}
      style={{ transform: `translateY(${top}px)` }}
      onDragStart={(event) => {
        const chosen = getSelection().ids
        event.dataTransfer.setData('text/plain', card.title)
        event.dataTransfer.effectAllowed = 'move'
        onDrag(chosen.has(id) ? [...chosen] : [id])
      }}
      onDragEnd={() => onDrag([])}
    >
      <span className="board-title truncate">{card.title}</span>
      <span className="truncate text-state text-11">
        <Fact card={card} />
      </span>
      <span className="board-facts">
        <span className="truncate">{route}</span>
        <span className="end">{cardMoneyText(card)}</span>
      </span>
    </div>
  )
})

/** Why it stands there, or how long it has been at work. The line is there even when it is empty: nothing moves. */
function Fact({ card }: { readonly card: TaskCard }) {
  if (card.fact === null && card.status === 'in-progress' && card.startedAt !== null)
    return <Elapsed since={card.startedAt} />
  return capital(factOf(card) ?? '\u00a0')
}
