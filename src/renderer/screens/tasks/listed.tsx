/** What the three shapes of the list have in common: which tasks, which of them are in the page, and what the list can do. */
import { useDeferredValue, useMemo, useState } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import { useCommands } from '../../actions/commands.ts'
import { OfferLater } from '../../actions/commands.ts'
import { toFilter, useQuery } from '../../model/filter.ts'
import type { Tasks } from '../../model/reach.ts'
import { useRoute } from '../../model/route.ts'
import { getSelection, useSelection } from '../../model/selection.ts'
import { useThrottledYard, useYard } from '../../model/session/session-context.tsx'
import { useVirtualRows } from '../../ui/virtual-rows.ts'
import { formatSort, heldOrder, parseSort, sortCards, type Sort } from './columns.ts'
import { openDependencyEditor } from './dependency-editor.tsx'
import { gather, openTask, pickAll, pickNone, rowName } from './picking.ts'

/** Above this a walk over all tasks is not done for each piece of news. */
const CALM = { everyMs: 250, fromTasks: 1000 }

/** All tasks, as lists take them: soon, not with every patch. */
export const useListTasks = (): Tasks => useThrottledYard((view) => view.tasks, CALM)

/** Null when nothing is filtered away. */
export function useMatches(tasks: Tasks): ReadonlySet<string> | null {
  const query = useDeferredValue(useQuery())
  return useMemo(() => {
    const filter = toFilter(query)
    if (filter === null) return null
    return new Set([...tasks.values()].filter(filter).map(({ id }) => id))
  }, [tasks, query])
}

export const useSort = (): Sort | null => {
  const { sort } = useRoute().filters
  return useMemo(() => parseSort(sort), [sort])
}

interface Held {
  readonly asked: string
  readonly ids: readonly string[]
}

/** `hold` keeps the order while the pointer is over the rows. */
export function useOrderedRows(tasks: Tasks, matches: ReadonlySet<string> | null) {
  const sort = useSort()
  const [held, setHeld] = useState<Held | null>(null)
  const asked = `${formatSort(sort)} ${useQuery()}`
  const wanted = useMemo(() => {
    const cards = [...tasks.values()].filter(({ id }) => matches?.has(id) ?? true)
    return sortCards(cards, sort)
  }, [tasks, matches, sort])
  // What a person asks for is done at once; what the plan changes waits for the pointer to leave.
  const ids = held?.asked === asked ? heldOrder(held.ids, wanted, tasks) : wanted
  const hold = (isHeld: boolean): void => setHeld(isHeld ? { asked, ids } : null)
  return { ids, hold }
}

type RowsOptions = Pick<
  Parameters<typeof useVirtualRows>[0],
  'scroller' | 'height' | 'above' | 'isHeadSticky'
>

/** The rows in sight, and what the list says of the one at which the keyboard is. */
export function useListRows(order: readonly string[], options: RowsOptions) {
  const focusId = useSelection((selection) => selection.focusId)
  const focusIndex = focusId === null ? -1 : order.indexOf(focusId)
  const rows = useVirtualRows({ ...options, count: order.length, focusIndex, focusId })
  return { ...rows, activeRow: focusIndex < 0 ? undefined : rowName(focusId) }
}

/** The card of a row, null when it is gone, and what its element says in every shape. `top`: px. */
export function useRow(id: string, top: number) {
  const card = useYard((view) => view.tasks.get(id))
  const isChosen = useSelection(({ ids }) => ids.has(id))
  const isPlace = useSelection(({ focusId, isRinged }) => isRinged && focusId === id)
  const isOpen = useRoute().task === id
  const attributes = {
    id: rowName(id),
    'data-task': id,
    'data-place': isPlace,
    'data-open': isOpen,
    'aria-selected': isChosen,
    style: { transform: `translateY(${top}px)` },
  }
  return { card, attributes }
}

interface WhyProps {
  readonly card: TaskCard
  readonly text: string
}

/** Why a task stands where it stands, in the colour of what needs a person where it waits for one. */
export const Why = ({ card, text }: WhyProps) => (
  <span
    className={card.reason?.code === 'person' ? 'truncate text-state' : 'truncate'}
    data-st={card.reason?.code === 'person' ? 'waiting' : undefined}
  >
    {text}
  </span>
)

/** What the list itself can do, offered to the palette and the keyboard. */
export function ListCommands({ order }: { readonly order: readonly string[] }) {
  return (
    <OfferLater>
      <Offers order={order} />
    </OfferLater>
  )
}

function Offers({ order }: { readonly order: readonly string[] }) {
  const place = (): string | null => {
    const { focusId, ids } = getSelection()
    return focusId ?? [...ids][0] ?? null
  }
  const onPlace = (act: (id: string) => void) => ({
    run: () => {
      const id = place()
      if (id !== null) act(id)
    },
    blocked: () => (place() === null ? 'Choose a task first' : null),
  })
  useCommands({
    'select.all': () => pickAll(order),
    'select.none': pickNone,
    'select.toggle': onPlace(gather),
    'task.open': onPlace(openTask),
    'task.link': onPlace((id) => openDependencyEditor(id, 'add')),
    'task.unlink': onPlace((id) => openDependencyEditor(id, 'remove')),
  })
  return null
}
