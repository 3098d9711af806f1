/** The blocks of an output, drawn only where they are in sight. Follows the end until somebody scrolls up, and never moves what is being read. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react'
import type { OutputBlock } from './fold-output.ts'
import { markFound, unmarkFound } from './mark-found.ts'
import { OutputRow } from './output-row.tsx'
import { KEPT_BYTES, type OutputReader, type OutputShown } from './output-reader.ts'

const NEAR_END_PX = 24
/** Rows from an edge at which more is asked for. */
const NEAR_EDGE_ROWS = 3

interface OutputListProps {
  readonly label: string
  readonly shown: OutputShown
  readonly blocks: readonly OutputBlock[]
  readonly reader: OutputReader
  readonly isFollowing: boolean
  readonly onFollow: (isFollowing: boolean) => void
  readonly isAlive: boolean
  readonly heardAt: string | null
  readonly isRaw: boolean
  /** Marked where it stands. */
  readonly marked: string
  /** A block to be brought into sight; a new object each time. */
  readonly wanted: { readonly blockKey: string } | null
}

export function OutputList(props: OutputListProps) {
  const { label, shown, blocks, isFollowing, onFollow, isAlive, heardAt, isRaw } = props
  const scroller = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- what it returns is never kept beyond a drawing
  const rows = useVirtualizer({
    count: blocks.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(blocks[index]),
    getItemKey: (index) => blocks[index]?.key ?? index,
    overscan: 4,
    gap: isRaw ? 0 : 8,
    paddingStart: 10,
    paddingEnd: 10,
    anchorTo: 'end',
    scrollEndThreshold: NEAR_END_PX,
    followOnAppend: isFollowing,
  })
  useFollowing({ rows, isFollowing, shown })
  useEdges(props, rows)
  useTargets(props, rows)
  const byHand = useHands(scroller, isFollowing, onFollow, shown.isAtEnd)
  useEffect(() => {
    if (scroller.current) markFound(scroller.current, props.marked)
  })
  useEffect(() => unmarkFound, [])
  const lastIndex = blocks.length - 1
  return (
    <div
      className="output-list"
      ref={scroller}
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
      data-raw={isRaw}
      {...byHand}
    >
      <div className="output-sizer" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const block = blocks[item.index]
          return (
            block && (
              <div
                key={item.key}
                data-index={item.index}
                ref={rows.measureElement}
                className="output-item"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <OutputRow
                  block={block}
                  isAlive={isAlive}
                  isRaw={isRaw}
                  heardAt={item.index === lastIndex ? heardAt : null}
                />
              </div>
            )
          )
        })}
      </div>
    </div>
  )
}

type Rows = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>

/** Before it is measured. */
function estimate(block: OutputBlock | undefined): number {
  if (block === undefined) return 40
  if (block.kind === 'terminal') return Math.max(1, block.lines) * 17
  if (block.kind === 'text') return 24 + Math.ceil(block.text.length / 48) * 17
  return 40
}

function useFollowing({
  rows,
  isFollowing,
  shown,
}: {
  readonly rows: Rows
  readonly isFollowing: boolean
  readonly shown: OutputShown
}): void {
  useLayoutEffect(() => {
    if (isFollowing && shown.isRead) rows.scrollToEnd()
    // oxlint-disable-next-line react/exhaustive-effect-dependencies, react-hooks/exhaustive-deps -- more output is the reason to scroll
  }, [shown, isFollowing])
}

/** Asks for more when an edge of what is loaded comes near. */
function useEdges({ shown, blocks, reader, isFollowing }: OutputListProps, rows: Rows): void {
  const items = rows.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? -1
  const start = shown.pieces[0]?.start ?? 0
  const end = shown.pieces.at(-1)?.end ?? 0
  const isShort = rows.getTotalSize() < (rows.scrollElement?.clientHeight ?? 0)
  useEffect(() => {
    if (!shown.isRead) return
    const mayGoBack = isFollowing ? isShort && end - start < KEPT_BYTES : true
    if (start > 0 && first < NEAR_EDGE_ROWS && mayGoBack) reader.earlier()
    if (!isFollowing && !shown.isAtEnd && last >= blocks.length - NEAR_EDGE_ROWS) reader.later()
  }, [shown, first, last, start, end, isShort, isFollowing, blocks.length, reader])
}

/** Goes where a jump or a search leads. */
function useTargets({ shown, blocks, wanted }: OutputListProps, rows: Rows): void {
  const { target } = shown
  useLayoutEffect(() => {
    if (target === null) return
    const index = blocks.findIndex((block) => block.key.startsWith(`${target.start}:`))
    rows.scrollToIndex(index < 0 ? blocks.length - 1 : index, { align: 'start' })
    // oxlint-disable-next-line react/exhaustive-effect-dependencies, react-hooks/exhaustive-deps -- once for each jump
  }, [target])
  useLayoutEffect(() => {
    const index = blocks.findIndex((block) => block.key === wanted?.blockKey)
    if (index >= 0) rows.scrollToIndex(index, { align: 'center' })
    // oxlint-disable-next-line react/exhaustive-effect-dependencies, react-hooks/exhaustive-deps -- once for each wish
  }, [wanted])
}

const UP_KEYS: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home'])

/** Only a person's own movement changes whether the end is followed; rows that are measured or dropped move the place too. */
function useHands(
  scroller: { readonly current: HTMLDivElement | null },
  isFollowing: boolean,
  onFollow: (isFollowing: boolean) => void,
  isAtFileEnd: boolean,
) {
  const hand = useRef({ isDragging: false, top: 0 })
  const leave = useCallback(() => {
    const element = scroller.current
    if (element && element.scrollHeight > element.clientHeight) onFollow(false)
  }, [scroller, onFollow])
  return {
    onWheel: (event: React.WheelEvent) => {
      if (event.deltaY < 0 && isFollowing) leave()
    },
    onTouchMove: () => {
      if (isFollowing) leave()
    },
    onKeyDown: (event: React.KeyboardEvent) => {
      if (UP_KEYS.has(event.key) && isFollowing) leave()
      if (event.key === 'End') onFollow(true)
    },
    onPointerDown: (event: React.PointerEvent<HTMLDivElement>) => {
      // On the scroll bar, which is no part of the content.
      const isOnBar = event.nativeEvent.offsetX > event.currentTarget.clientWidth
      hand.current = { isDragging: isOnBar, top: event.currentTarget.scrollTop }
    },
    onPointerUp: () => {
      hand.current = { ...hand.current, isDragging: false }
    },
    onScroll: (event: React.UIEvent<HTMLDivElement>) => {
      const { scrollTop, clientHeight, scrollHeight } = event.currentTarget
      const isUp = scrollTop < hand.current.top
      if (isFollowing && hand.current.isDragging && isUp) leave()
      const isAtEnd = scrollTop + clientHeight >= scrollHeight - NEAR_END_PX
      if (!isFollowing && isAtEnd && isAtFileEnd && scrollTop > hand.current.top) onFollow(true)
      hand.current = { ...hand.current, top: scrollTop }
    },
  }
}
