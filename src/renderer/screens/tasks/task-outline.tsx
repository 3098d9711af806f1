/** The outline: the full equal of the canvas for keyboard and screen reader. Adding, linking and unlinking are here, too. */
import { type KeyboardEvent, memo, useMemo, useRef } from 'react'
import {
  ChevronDown,
  ChevronRight,
  Link2,
  ListChevronsDownUp,
  ListChevronsUpDown,
  Plus,
  Unlink2,
} from 'lucide-react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { TaskCard } from '../../../contract/view.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Lamp, StatusBadge } from '../../components/status-badge.tsx'
import { factOf } from '../../model/task-state.ts'
import { gateLine, gateTip } from '../../model/scores.ts'
import { getSelection } from '../../model/selection.ts'
import { NoneMatch } from '../filter-field.tsx'
import { Button } from '../../ui/button.tsx'
import { capital, plural } from '../../ui/format.ts'
import { openQuickAdd } from '../../actions/quick-add.ts'
import { openDependencyEditor } from './dependency-editor.tsx'
import { ListCommands, useListRows, useListTasks, useMatches, useRow, Why } from './listed.tsx'
import { type OutlineRow, outlineRows, sideStep } from './outline-rows.ts'
import { pressListKey, pressRow, walkTo } from './picking.ts'

const ROW = 32
/** Deeper levels stand no further in. */
const DEEPEST = 20
const INDENT = 20

export function TaskOutline() {
  const tasks = useListTasks()
  const matches = useMatches(tasks)
  const closed = useFolds()
  const rows = useMemo(() => outlineRows({ tasks, matches, closed }), [tasks, matches, closed])
  const order = useMemo(() => rows.map(({ id }) => id), [rows])
  const scroller = useRef<HTMLDivElement>(null)
  const { total, items, activeRow } = useListRows(order, { scroller, height: ROW })
  if (rows.length === 0) return <NoneMatch all={plural(tasks.size, 'task')} />
  return (
    <>
      <ListCommands order={order} />
      <div
        ref={scroller}
        className="task-outline text-12 flex-1 min-h-0"
        role="treegrid"
        aria-label="Tasks by dependency"
        aria-rowcount={rows.length}
        aria-colcount={3}
        aria-multiselectable="true"
        aria-activedescendant={activeRow}
        tabIndex={0}
        onKeyDown={(event) => pressKey(event, rows, order)}
      >
        <div
          role="rowgroup"
          className="task-rows"
          style={{ height: total }}
          onClick={(event) => pressRow(event, order)}
        >
          {items.map(({ index, top }) => {
            const row = rows[index]
            return row ? <OutlineLine key={row.id} row={row} index={index} top={top} /> : null
          })}
        </div>
      </div>
    </>
  )
}

function pressKey(
  event: KeyboardEvent,
  rows: readonly OutlineRow[],
  order: readonly string[],
): void {
  if (event.target !== event.currentTarget || pressListKey(event, order)) return
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
  if (event.altKey || event.metaKey || event.ctrlKey) return
  event.preventDefault()
  const id = getSelection().focusId ?? ''
  const step = sideStep(rows, order.indexOf(id), event.key)
  if (step === null) return
  if ('go' in step) walkTo(order, step.go, false)
  else setOpen(id, step.open)
}

interface OutlineLineProps {
  readonly row: OutlineRow
  readonly index: number
  readonly top: number
}

const OutlineLine = memo(function OutlineLine({ row, index, top }: OutlineLineProps) {
  const { id, level, hasChildren, isOpen } = row
  const { card, attributes } = useRow(id, top)
  if (!card) return null
  return (
    <div
      {...attributes}
      role="row"
      className="outline-line"
      data-dim={!row.isMatch}
      data-st={card.state}
      aria-rowindex={index + 1}
      aria-level={level}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={hasChildren ? isOpen : undefined}
    >
      <div
        role="gridcell"
        className="outline-title flex items-center min-w-0"
        style={{ paddingLeft: 16 + (Math.min(level, DEEPEST) - 1) * INDENT }}
      >
        <Fold id={id} hasChildren={hasChildren} isOpen={isOpen} />
        <Lamp state={card.state} />
        <span className="truncate">{card.title}</span>
        <Others ids={row.others} />
      </div>
      <div role="gridcell" className="outline-state flex items-center min-w-0">
        <StatusBadge state={card.state} />
        <Why card={card} text={capital(factOf(card) ?? '')} />
        {card.gate !== undefined && (
          <span className="text-11 text-text-3" title={gateTip(card.gate)}>
            {gateLine(card.gate)}
          </span>
        )}
      </div>
      <div role="gridcell" className="outline-acts flex items-center justify-end min-w-0">
        <RowActs id={id} title={card.title} />
      </div>
    </div>
  )
})

interface FoldProps {
  readonly id: string
  readonly hasChildren: boolean
  readonly isOpen: boolean
}

/** For the pointer; ← and → do the same. */
function Fold({ id, hasChildren, isOpen }: FoldProps) {
  if (!hasChildren) return <span className="outline-fold text-text-2" />
  const Chevron = isOpen ? ChevronDown : ChevronRight
  return (
    <button
      type="button"
      className="outline-fold text-text-2"
      tabIndex={-1}
      aria-label={isOpen ? 'Fold' : 'Unfold'}
      onClick={() => setOpen(id, !isOpen)}
    >
      <Chevron size={14} strokeWidth={1.5} aria-hidden="true" />
    </button>
  )
}

/** What it waits for besides the task that it stands under. */
function Others({ ids }: { readonly ids: readonly string[] }) {
  const names = useYard((view) => ids.map((id) => view.tasks.get(id)?.title ?? id).join(', '))
  return ids.length === 0 ? null : (
    <span className="outline-others truncate text-11" title={names}>
      also after {names}
    </span>
  )
}

/** Add beside it, change what it waits for. Keys do the same, so they are no stops of the Tab key. */
function RowActs({ id, title }: Pick<TaskCard, 'id' | 'title'>) {
  const acts = [
    [`Add a task after ${title}`, Plus, () => openQuickAdd({ after: [id] })],
    [`Add a dependency to ${title}`, Link2, () => openDependencyEditor(id, 'add')],
    [`Remove a dependency of ${title}`, Unlink2, () => openDependencyEditor(id, 'remove')],
  ] as const
  return acts.map(([label, Mark, act]) => (
    <Button key={label} look="quiet" tabIndex={-1} aria-label={label} title={label} onClick={act}>
      <Mark size={14} strokeWidth={1.5} aria-hidden="true" />
    </Button>
  ))
}

// Folding: one branch, or all.

export function OutlineTools() {
  const { yard } = useSession()
  return (
    <div className="flex">
      <Button
        look="quiet"
        aria-label="Fold all"
        title="Fold all"
        onClick={() => foldAll(yard.getState().tasks.keys())}
      >
        <ListChevronsDownUp size={15} strokeWidth={1.5} aria-hidden="true" />
      </Button>
      <Button look="quiet" aria-label="Unfold all" title="Unfold all" onClick={() => foldAll([])}>
        <ListChevronsUpDown size={15} strokeWidth={1.5} aria-hidden="true" />
      </Button>
    </div>
  )
}

/** Which branches of the outline are folded. Kept while the page is open. */
const store = createStore<{ readonly closed: ReadonlySet<string> }>(() => ({ closed: new Set() }))

const useFolds = (): ReadonlySet<string> => useStore(store, ({ closed }) => closed)

function setOpen(id: string, isOpen: boolean): void {
  const closed = new Set(store.getState().closed)
  if (isOpen) closed.delete(id)
  else closed.add(id)
  store.setState({ closed })
}

const foldAll = (ids: Iterable<string>): void => store.setState({ closed: new Set(ids) })
