/** What waits for a person, oldest first, each with its answer. */
import { CircleCheck } from 'lucide-react'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { useThrottled } from '../../ui/timers.ts'
import { plural } from '../../ui/format.ts'
import { useRequest } from '../../model/use-request.ts'
import { type AttentionItem, attentionItems } from './attention-items.ts'
import { useAwake } from './snooze.ts'
import { TrustDialog } from './trust-dialog.tsx'
import './attention.css'
import { selectTasks } from '../../model/selection.ts'
import { AttentionRow } from './attention-row.tsx'
import { focusAfterDraw } from '../../ui/focus.ts'
import { useVirtualRows } from '../../ui/virtual-rows.ts'

/** What is held up costs a walk over all tasks. */
const EVERY_MS = 250

export function AttentionScreen() {
  const { awake, asleep } = useAwake(useItems())
  const [isAsleepShown, setAsleepShown] = useState(false)
  return (
    <Screen
      title="Attention"
      note={awake.length === 0 ? undefined : `${plural(awake.length, 'thing')} waiting for you`}
      tools={
        asleep.length === 0 ? undefined : (
          <Button aria-pressed={isAsleepShown} onClick={() => setAsleepShown(!isAsleepShown)}>
            {plural(asleep.length, 'snoozed', 'snoozed')}
          </Button>
        )
      }
    >
      {awake.length === 0 && (!isAsleepShown || asleep.length === 0) ? (
        <EmptyNote text="Nothing waits for you.">
          <CircleCheck size={20} strokeWidth={1.5} aria-hidden="true" />
        </EmptyNote>
      ) : (
        <AttentionList awake={awake} asleep={isAsleepShown ? asleep : []} />
      )}
      <Review />
    </Screen>
  )
}

/** The banner leads here to judge the yard, whatever else is listed. */
function Review() {
  const name = useYard((view) => view.summary?.name ?? '')
  const [isOpen, setOpen] = useState(false)
  useRequest('review', () => setOpen(true))
  return <TrustDialog name={name} isOpen={isOpen} onClose={() => setOpen(false)} />
}

function useItems(): readonly AttentionItem[] {
  const summary = useYard((view) => view.summary)
  const agents = useYard((view) => view.agents)
  const tasks = useThrottled(
    useYard((view) => view.tasks),
    EVERY_MS,
  )
  return useMemo(
    () => (summary === null ? [] : attentionItems(summary, tasks, agents)),
    [summary, tasks, agents],
  )
}

// The list: ↑↓ go from row to row, Tab into a row's answers, ↵ opens what it is about.

interface AttentionListProps {
  readonly awake: readonly AttentionItem[]
  readonly asleep: readonly AttentionItem[]
}

export function AttentionList({ awake, asleep }: AttentionListProps) {
  const items = [...awake, ...asleep]
  const scroller = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<string | null>(null)
  const rows = useVirtualRows({
    scroller,
    count: items.length,
    height: 72,
    keyOf: (index) => items[index]?.key ?? index,
  })
  const place = Math.max(
    0,
    items.findIndex(({ key }) => key === current),
  )
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined || event.altKey || !isRow(event.target)) return
    event.preventDefault()
    const to = Math.min(items.length - 1, Math.max(0, place + step))
    rows.scrollToIndex(to)
    setCurrent(items[to]?.key ?? null)
    focusAfterDraw(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`))
  }
  return (
    <div ref={scroller} className="screen-body" onKeyDown={onKeyDown}>
      <ul className="attention-list" aria-label="What waits for you" style={{ height: rows.total }}>
        {rows.items.map(({ index, top, key }) => {
          const item = items[index]
          return item ? (
            <AttentionRow
              key={key}
              ref={rows.measure}
              item={item}
              index={index}
              count={items.length}
              top={top}
              isStop={index === place}
              isAsleep={index >= awake.length}
              onFocus={() => {
                setCurrent(item.key)
                if (item.task !== null) selectTasks([item.task], { focusId: item.task })
              }}
            />
          ) : null
        })}
      </ul>
    </div>
  )
}

const isRow = (target: EventTarget): boolean =>
  target instanceof HTMLElement && target.dataset['index'] !== undefined
