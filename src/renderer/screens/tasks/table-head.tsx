/** The heads of the columns: one stop of the Tab key; ←→ go along, ↵ sorts, ⌥↓ opens the column's menu, ⌥←/→ change its width. */
import { ArrowDown, ArrowUp, ChevronDown, Columns3 } from 'lucide-react'
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/popups.tsx'
import { setPreferences, usePreferences } from '../../model/preferences.ts'
import { setFilter } from '../../model/route.ts'
import {
  clampWidth,
  type Column,
  COLUMNS,
  formatSort,
  moveColumn,
  nextSort,
  readColumns,
  type Sort,
  toggleColumn,
  writeColumns,
} from './columns.ts'
import { useSort } from './listed.tsx'

const STEP = 16

export const useColumns = (): readonly Column[] =>
  readColumns(usePreferences((preferences) => preferences.taskColumns))

const setColumns = (columns: readonly Column[]): void =>
  setPreferences({ taskColumns: writeColumns(columns) })

const setSort = (sort: Sort | null): void => setFilter('sort', formatSort(sort))

const resize = (columns: readonly Column[], id: string, width: number): void =>
  setColumns(columns.map((each) => (each.id === id ? { ...each, width: clampWidth(width) } : each)))

export function TableHead() {
  const columns = useColumns()
  const row = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState('title')
  const place = Math.max(
    0,
    columns.findIndex(({ id }) => id === current),
  )
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    const column = columns[place]
    if (!column || event.metaKey || event.ctrlKey) return
    if (event.altKey && event.key === 'ArrowDown')
      row.current?.querySelector<HTMLElement>(`[data-menu="${column.id}"]`)?.click()
    else if (step === undefined) return
    else if (event.altKey) resize(columns, column.id, column.width + step * STEP)
    else focusHead(row.current, columns[place + step]?.id)
    event.preventDefault()
  }
  return (
    <div className="task-head" role="rowgroup">
      <div role="row" aria-rowindex={1} className="task-line" ref={row} onKeyDown={onKeyDown}>
        {columns.map((column, index) => (
          <Head
            key={column.id}
            column={column}
            columns={columns}
            isStop={index === place}
            onFocus={() => setCurrent(column.id)}
          />
        ))}
      </div>
    </div>
  )
}

function focusHead(row: HTMLElement | null, id: string | undefined): void {
  if (id !== undefined) row?.querySelector<HTMLElement>(`[data-head="${id}"]`)?.focus()
}

interface HeadProps {
  readonly column: Column
  readonly columns: readonly Column[]
  readonly isStop: boolean
  readonly onFocus: () => void
}

function Head({ column, columns, isStop, onFocus }: HeadProps) {
  const { id, title } = column
  const sort = useSort()
  const isSorted = sort?.column === id
  const Arrow = sort?.isDown ? ArrowDown : ArrowUp
  const direction = sort?.isDown ? 'descending' : 'ascending'
  return (
    <div
      role="columnheader"
      aria-sort={isSorted ? direction : 'none'}
      data-number={column.isNumber}
      onFocus={onFocus}
    >
      <button
        type="button"
        className="head-sort flex items-center font-medium text-11 text-text-2 flex-1 min-w-0"
        data-head={id}
        tabIndex={isStop ? 0 : -1}
        aria-keyshortcuts="Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight"
        onClick={() => setSort(nextSort(sort, id))}
      >
        <span className="truncate">{title}</span>
        {isSorted && <Arrow size={12} strokeWidth={1.5} aria-hidden="true" />}
      </button>
      <Menu
        trigger={
          <button
            type="button"
            className="head-menu text-text-2"
            data-menu={id}
            tabIndex={-1}
            aria-label={`${title}: column`}
          >
            <ChevronDown size={12} strokeWidth={1.5} aria-hidden="true" />
          </button>
        }
        entries={[
          { label: 'Sort up', onSelect: () => setSort({ column: id, isDown: false }) },
          { label: 'Sort down', onSelect: () => setSort({ column: id, isDown: true }) },
          {
            label: 'As they were made',
            blocked: sort === null ? 'It is so' : null,
            onSelect: () => setSort(null),
          },
          { kind: 'line' },
          { label: 'Wider', onSelect: () => resize(columns, id, column.width + STEP * 2) },
          { label: 'Narrower', onSelect: () => resize(columns, id, column.width - STEP * 2) },
          { label: 'Move left', onSelect: () => setColumns(moveColumn(columns, id, -1)) },
          { label: 'Move right', onSelect: () => setColumns(moveColumn(columns, id, 1)) },
          { kind: 'line' },
          {
            label: 'Hide',
            blocked: columns.length === 1 ? 'The last one' : null,
            onSelect: () => setColumns(toggleColumn(columns, id)),
          },
        ]}
      />
      <Resizer onResize={(by) => resize(columns, id, by)} width={column.width} />
    </div>
  )
}

interface ResizerProps {
  readonly width: number
  readonly onResize: (width: number) => void
}

/** For the pointer only; the keys and the menu of the head do the same. */
function Resizer({ width, onResize }: ResizerProps) {
  const start = useRef<{ readonly x: number; readonly width: number } | null>(null)
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>): void => {
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = { x: event.clientX, width }
  }
  return (
    <span
      className="head-edge"
      data-edge
      aria-hidden="true"
      onPointerDown={onPointerDown}
      onPointerMove={(event) => {
        if (start.current) onResize(start.current.width + event.clientX - start.current.x)
      }}
      onPointerUp={() => (start.current = null)}
      onPointerCancel={() => (start.current = null)}
    />
  )
}

/** Which columns the table has. */
export function ColumnChooser() {
  const shown = useColumns()
  const isShown = (id: string): boolean => shown.some((each) => each.id === id)
  return (
    <Menu
      align="end"
      trigger={
        <Button look="quiet" aria-label="Choose columns" title="Choose columns">
          <Columns3 size={15} strokeWidth={1.5} aria-hidden="true" />
        </Button>
      }
      entries={[
        ...COLUMNS.map(({ id, title }) => ({
          label: title,
          isChecked: isShown(id),
          blocked: shown.length === 1 && isShown(id) ? 'The last one' : null,
          onSelect: () => setColumns(toggleColumn(shown, id)),
        })),
        { kind: 'line' },
        { label: 'The usual columns', onSelect: () => setPreferences({ taskColumns: null }) },
      ]}
    />
  )
}
