/** The list: ↑↓ go from row to row, Tab into a row's answers, ↵ opens what it is about. */
import { useRef, useState, type KeyboardEvent } from 'react'
import { selectTasks } from '../../model/selection.ts'
import type { AttentionItem } from './attention-items.ts'
import { AttentionRow } from './attention-row.tsx'
import { focusAfterDraw } from '../../ui/focus.ts'
import { useVirtualRows } from '../../ui/virtual-rows.ts'

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
