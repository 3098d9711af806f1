/** The table: one stop of the Tab key for its rows, of which only those in sight are in the page. */
import { memo, useRef, type CSSProperties, type MouseEvent } from 'react'
import { useYard } from '../../model/session/session-context.tsx'
import { useSelection } from '../../model/selection.ts'
import { useRoute } from '../../model/route.ts'
import { NoneMatch } from '../none-match.tsx'
import { useVirtualRows } from '../../ui/virtual-rows.ts'
import { plural } from '../../ui/format.ts'
import { useColumns } from './column-chooser.tsx'
import type { Column } from './columns.ts'
import { ListCommands } from './list-commands.tsx'
import { press, pressListKey, rowName } from './picking.ts'
import { TableHead } from './table-head.tsx'
import { TaskCell } from './task-cell.tsx'
import { useListTasks, useMatches, useOrderedRows } from './use-listed.ts'

const ROW = 36
const HEAD = 30

export function TaskTable() {
  const tasks = useListTasks()
  const { ids, hold } = useOrderedRows(tasks, useMatches(tasks))
  const columns = useColumns()
  const scroller = useRef<HTMLDivElement>(null)
  const focusId = useSelection((selection) => selection.focusId)
  const focusIndex = focusId === null ? -1 : ids.indexOf(focusId)
  const { total, items } = useVirtualRows({
    scroller,
    count: ids.length,
    height: ROW,
    above: HEAD,
    isHeadSticky: true,
    focusIndex,
    focusId,
  })
  if (ids.length === 0) return <NoneMatch all={plural(tasks.size, 'task')} />
  return (
    <>
      <ListCommands order={ids} />
      <div
        ref={scroller}
        className="task-table"
        role="grid"
        aria-label="Tasks"
        aria-rowcount={ids.length + 1}
        aria-colcount={columns.length}
        aria-multiselectable="true"
        aria-activedescendant={focusIndex < 0 ? undefined : rowName(focusId)}
        tabIndex={0}
        style={widthsOf(columns)}
        onKeyDown={(event) => {
          if (event.target === event.currentTarget) pressListKey(event, ids)
        }}
      >
        <TableHead />
        <div
          role="rowgroup"
          className="task-rows"
          style={{ height: total }}
          onPointerEnter={(event) => hold(event.pointerType === 'mouse')}
          onPointerLeave={() => hold(false)}
          onClick={(event) => pressRow(event, ids)}
        >
          {items.map(({ index, top }) => {
            const id = ids[index]
            return id === undefined ? null : (
              <Row key={id} id={id} index={index} top={top} columns={columns} />
            )
          })}
        </div>
      </div>
    </>
  )
}

/** The title takes what the others leave. */
const widthsOf = (columns: readonly Column[]): CSSProperties => ({
  '--columns': columns
    .map(({ id, width }) => (id === 'title' ? `minmax(${width}px, 1fr)` : `${width}px`))
    .join(' '),
  // A long title must not make its row wider than the others.
  '--columns-width': `${columns.reduce((sum, { width }) => sum + width, 0)}px`,
})

function pressRow(event: MouseEvent, order: readonly string[]): void {
  const id = (event.target as Element).closest<HTMLElement>('[data-task]')?.dataset['task']
  if (id !== undefined) press(order, id, event)
}

interface RowProps {
  readonly id: string
  readonly index: number
  readonly top: number
  readonly columns: readonly Column[]
}

const Row = memo(function Row({ id, index, top, columns }: RowProps) {
  const card = useYard((view) => view.tasks.get(id))
  const isChosen = useSelection(({ ids }) => ids.has(id))
  const isPlace = useSelection(({ focusId, isRinged }) => isRinged && focusId === id)
  const isOpen = useRoute().task === id
  if (!card) return null
  return (
    <div
      role="row"
      id={rowName(id)}
      className="task-line"
      data-task={id}
      data-place={isPlace}
      data-open={isOpen}
      data-st={card.state}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      style={{ transform: `translateY(${top}px)` }}
    >
      {columns.map((column) => (
        <TaskCell key={column.id} card={card} column={column} />
      ))}
    </div>
  )
})
