/** The table: one stop of the Tab key for its rows, of which only those in sight are in the page. */
import { memo, useRef, type CSSProperties } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import { Elapsed } from '../../components/ticking-time.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { NoneMatch } from '../filter-field.tsx'
import { plural } from '../../ui/format.ts'
import { useWhyThisModel } from '../../model/why-this-model.ts'
import type { Column } from './columns.ts'
import {
  ListCommands,
  useListRows,
  useListTasks,
  useMatches,
  useOrderedRows,
  useRow,
  Why,
} from './listed.tsx'
import { pressListKey, pressRow } from './picking.ts'
import { TableHead, useColumns } from './table-head.tsx'

const ROW = 36
const HEAD = 30

export function TaskTable() {
  const tasks = useListTasks()
  const { ids, hold } = useOrderedRows(tasks, useMatches(tasks))
  const columns = useColumns()
  const scroller = useRef<HTMLDivElement>(null)
  const { total, items, activeRow } = useListRows(ids, {
    scroller,
    height: ROW,
    above: HEAD,
    isHeadSticky: true,
  })
  if (ids.length === 0) return <NoneMatch all={plural(tasks.size, 'task')} />
  return (
    <>
      <ListCommands order={ids} />
      <div
        ref={scroller}
        className="task-table text-12 flex-1 min-h-0"
        role="grid"
        aria-label="Tasks"
        aria-rowcount={ids.length + 1}
        aria-colcount={columns.length}
        aria-multiselectable="true"
        aria-activedescendant={activeRow}
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

interface RowProps {
  readonly id: string
  readonly index: number
  readonly top: number
  readonly columns: readonly Column[]
}

const Row = memo(function Row({ id, index, top, columns }: RowProps) {
  const { card, attributes } = useRow(id, top)
  const why = useWhyThisModel(card?.agent)
  if (!card) return null
  return (
    <div
      {...attributes}
      role="row"
      className="task-line"
      data-st={card.state}
      aria-rowindex={index + 2}
    >
      {columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className="task-cell truncate min-w-0"
          data-column={column.id}
          data-number={column.isNumber}
          title={
            (column.id === 'route' && why) || (column.tipOf ?? column.textOf)(card) || undefined
          }
        >
          <Content card={card} column={column} />
        </div>
      ))}
    </div>
  )
})

function Content(props: { readonly card: TaskCard; readonly column: Column }) {
  const { card } = props
  const { id, textOf } = props.column
  if (id === 'state') return <StatusBadge state={card.state} />
  if (id === 'time' && card.status === 'in-progress' && card.startedAt !== null)
    return <Elapsed since={card.startedAt} />
  return id === 'fact' ? <Why card={card} text={textOf(card)} /> : textOf(card)
}
