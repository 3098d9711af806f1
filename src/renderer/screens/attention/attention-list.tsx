/** The list: ↑↓ go from row to row, Tab into a row's answers, ↵ opens what it is about. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, useState, type KeyboardEvent } from 'react'
import { selectTasks } from '../../model/selection.ts'
import type { AttentionItem } from './attention-items.ts'
import { AttentionRow } from './attention-row.tsx'
import { focusAfterDraw } from '../../ui/focus-after-draw.ts'

interface AttentionListProps {
  readonly awake: readonly AttentionItem[]
  readonly asleep: readonly AttentionItem[]
}

export function AttentionList({ awake, asleep }: AttentionListProps) {
  const items = [...awake, ...asleep]
  const scroller = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<string | null>(null)
  // oxlint-disable-next-line react/incompatible-library -- nothing that it gives is memoized
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 72,
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: 6,
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
      <ul
        className="attention-list"
        aria-label="What waits for you"
        style={{ height: rows.getTotalSize() }}
      >
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const item = items[index]
          return item ? (
            <AttentionRow
              key={String(key)}
              ref={rows.measureElement}
              item={item}
              index={index}
              count={items.length}
              top={start}
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
