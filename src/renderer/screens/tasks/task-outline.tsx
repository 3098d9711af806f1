/** The outline: the full equal of the canvas for keyboard and screen reader. Adding, linking and unlinking are here, too. */
import { type KeyboardEvent, memo, type MouseEvent, type ReactNode, useMemo, useRef } from 'react'
import { ChevronDown, ChevronRight, Link2, Plus, Unlink2 } from 'lucide-react'
import { useYard } from '../../model/session/session-context.tsx'
import { Lamp, StatusBadge } from '../../components/status-badge.tsx'
import { useRoute } from '../../model/route.ts'
import { getSelection, useSelection } from '../../model/selection.ts'
import { NoneMatch } from '../none-match.tsx'
import { useVirtualRows } from '../../ui/virtual-rows.ts'
import { capital, plural } from '../../ui/format.ts'
import { ListCommands } from './list-commands.tsx'
import { setOpen, useFolds } from './outline-tools.tsx'
import { type OutlineRow, outlineRows, sideStep } from './outline-rows.ts'
import { press, pressListKey, rowName, walkTo } from './picking.ts'
import { useListTasks, useMatches } from './use-listed.ts'
import { factOf } from '../../model/fact-of.ts'
import { Button } from '../../ui/button.tsx'
import { openQuickAdd } from '../../actions/quick-add.ts'
import { editDependencies } from './dependency-editor.tsx'

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
  const focusId = useSelection((selection) => selection.focusId)
  const focusIndex = focusId === null ? -1 : order.indexOf(focusId)
  const { total, items } = useVirtualRows({
    scroller,
    count: rows.length,
    height: ROW,
    focusIndex,
    focusId,
  })
  if (rows.length === 0) return <NoneMatch all={plural(tasks.size, 'task')} />
  return (
    <>
      <ListCommands order={order} />
      <div
        ref={scroller}
        className="task-outline"
        role="treegrid"
        aria-label="Tasks by dependency"
        aria-rowcount={rows.length}
        aria-colcount={3}
        aria-multiselectable="true"
        aria-activedescendant={focusIndex < 0 ? undefined : rowName(focusId)}
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

function pressRow(event: MouseEvent, order: readonly string[]): void {
  const target = event.target as Element
  const id = target.closest<HTMLElement>('[data-task]')?.dataset['task']
  if (id !== undefined && target.closest('button') === null) press(order, id, event)
}

interface OutlineLineProps {
  readonly row: OutlineRow
  readonly index: number
  readonly top: number
}

const OutlineLine = memo(function OutlineLine({ row, index, top }: OutlineLineProps) {
  const { id, level, hasChildren, isOpen } = row
  const card = useYard((view) => view.tasks.get(id))
  const isChosen = useSelection(({ ids }) => ids.has(id))
  const isPlace = useSelection(({ focusId, isRinged }) => isRinged && focusId === id)
  const isShown = useRoute().task === id
  if (!card) return null
  return (
    <div
      role="row"
      id={rowName(id)}
      className="outline-line"
      data-task={id}
      data-place={isPlace}
      data-open={isShown}
      data-dim={!row.isMatch}
      data-st={card.state}
      aria-rowindex={index + 1}
      aria-level={level}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={hasChildren ? isOpen : undefined}
      aria-selected={isChosen}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div
        role="gridcell"
        className="outline-title"
        style={{ paddingLeft: 16 + (Math.min(level, DEEPEST) - 1) * INDENT }}
      >
        <Fold id={id} hasChildren={hasChildren} isOpen={isOpen} />
        <Lamp state={card.state} />
        <span className="truncate">{card.title}</span>
        <Others ids={row.others} />
      </div>
      <div role="gridcell" className="outline-state">
        <StatusBadge state={card.state} />
        <span className="truncate text-text-2">{capital(factOf(card) ?? '')}</span>
      </div>
      <div role="gridcell" className="outline-acts">
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
  if (!hasChildren) return <span className="outline-fold" />
  const Chevron = isOpen ? ChevronDown : ChevronRight
  return (
    <button
      type="button"
      className="outline-fold"
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
    <span className="outline-others truncate" title={names}>
      also after {names}
    </span>
  )
}

// What the outline can do to one task: add beside it, change what it waits for. Keys do the same, so they are no stops of the Tab key.

interface RowActsProps {
  readonly id: string
  readonly title: string
}

export function RowActs({ id, title }: RowActsProps) {
  return (
    <>
      <Act label={`Add a task after ${title}`} onClick={() => openQuickAdd({ after: [id] })}>
        <Plus size={14} strokeWidth={1.5} aria-hidden="true" />
      </Act>
      <Act label={`Add a dependency to ${title}`} onClick={() => editDependencies(id, 'add')}>
        <Link2 size={14} strokeWidth={1.5} aria-hidden="true" />
      </Act>
      <Act label={`Remove a dependency of ${title}`} onClick={() => editDependencies(id, 'remove')}>
        <Unlink2 size={14} strokeWidth={1.5} aria-hidden="true" />
      </Act>
    </>
  )
}

interface ActProps {
  readonly label: string
  readonly onClick: () => void
  readonly children: ReactNode
}

function Act({ label, onClick, children }: ActProps) {
  return (
    <Button look="quiet" tabIndex={-1} aria-label={label} title={label} onClick={onClick}>
      {children}
    </Button>
  )
}
