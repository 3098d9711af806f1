/** The blocks of an output, drawn only where they are in sight. Follows the end until somebody scrolls up, and never moves what is being read. */
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  type MouseEvent,
} from 'react'
import type { OutputBlock } from './fold-output.ts'
import { OutputRow } from './output-row.tsx'
import {
  KEPT_BYTES,
  type OutputPiece,
  type OutputReader,
  type OutputShown,
} from './output-reader.ts'

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
  readonly marks: LineMarks
}

export interface LineMarks {
  readonly hasNumbers: boolean
  readonly hasTimes: boolean
  /** The line that the address names. */
  readonly line: number | null
  /** Somebody points at a line by its number. */
  readonly onLine: (line: number) => void
}

export function OutputList(props: OutputListProps) {
  const { label, shown, blocks, isFollowing, onFollow, isAlive, heardAt, isRaw, marks } = props
  const scroller = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- what it returns is never kept beyond a drawing
  const rows = useVirtualizer({
    count: blocks.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(blocks[index]),
    getItemKey: (index) => blocks[index]?.key ?? index,
    overscan: 3,
    paddingStart: 10,
    paddingEnd: 10,
    anchorTo: 'end',
    scrollEndThreshold: NEAR_END_PX,
    followOnAppend: isFollowing,
  })
  useFollowing(props, rows)
  useEdges(props, rows)
  useTargets(props, rows)
  const byHand = useHands(scroller, isFollowing, onFollow, shown.isAtEnd)
  useEffect(() => {
    if (scroller.current) markFound(scroller.current, props.marked)
  })
  useEffect(() => unmarkFound, [])
  const lastIndex = blocks.length - 1
  const firstLines = useFirstLines(shown)
  const onClick = ({ target }: MouseEvent): void => {
    const line = target instanceof HTMLElement ? Number(target.dataset['line']) : NaN
    if (line > 0) marks.onLine(line)
  }
  const digits = String((shown.firstLine ?? 1) + linesIn(shown.pieces)).length
  return (
    <div
      className="output-list text-12 flex-1 min-h-0"
      ref={scroller}
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
      data-raw={isRaw}
      data-numbers={marks.hasNumbers || undefined}
      data-times={(marks.hasTimes && blocks.some(isTimed)) || undefined}
      style={{ '--digits': digits }}
      onClick={onClick}
      {...byHand}
    >
      <div className="output-sizer" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const block = blocks[item.index]
          const firstLine = block ? (firstLines.get(pieceKey(block)) ?? null) : null
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
                  isMarked={marks.hasNumbers || marks.hasTimes}
                  firstLine={marks.hasNumbers ? firstLine : null}
                  marked={
                    block && firstLine !== null && isIn(block, marks.line, firstLine)
                      ? marks.line
                      : null
                  }
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

const isTimed = (block: OutputBlock): boolean =>
  block.kind === 'terminal' && block.lines.at(-1)?.at !== null
const pieceKey = ({ key }: OutputBlock): string => key.slice(0, key.indexOf(':'))
const linesIn = (pieces: readonly OutputPiece[]): number =>
  pieces.reduce((sum, { lines }) => sum + lines, 0)

/** Number of the first line of each piece, by where it starts; empty while it is not known. */
function useFirstLines({ pieces, firstLine }: OutputShown): ReadonlyMap<string, number> {
  return useMemo(() => {
    const numbers = new Map<string, number>()
    if (firstLine === null) return numbers
    let next = firstLine
    for (const { start, lines } of pieces) {
      numbers.set(String(start), next)
      next += lines
    }
    return numbers
  }, [pieces, firstLine])
}

function isIn(block: OutputBlock, line: number | null, firstLine: number): boolean {
  if (line === null) return false
  const lines = block.kind === 'terminal' ? block.lines : [block]
  return lines.some((each) => firstLine + each.line === line)
}

type Rows = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>

/** Before it is measured. */
function estimate(block: OutputBlock | undefined): number {
  if (block === undefined) return 40
  if (block.kind === 'terminal') return block.lines.length * 17
  if (block.kind === 'text') return 24 + Math.ceil(block.text.length / 48) * 17
  return 40
}

function useFollowing({ isFollowing, shown }: OutputListProps, rows: Rows): void {
  const follow = useEffectEvent(() => rows.scrollToEnd())
  useLayoutEffect(() => {
    if (isFollowing && shown.isRead) follow()
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
  const goTo = useEffectEvent((prefix: string, align: 'start' | 'center'): void => {
    const index = blocks.findIndex(({ key }) => key.startsWith(prefix))
    if (index >= 0 || align === 'start')
      rows.scrollToIndex(index < 0 ? blocks.length - 1 : index, { align })
  })
  useLayoutEffect(() => {
    if (target) goTo(`${target.start}:`, 'start')
  }, [target])
  useLayoutEffect(() => {
    if (wanted) goTo(wanted.blockKey, 'center')
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

const FOUND = 'found'
const MAX_MARKED = 500

/** Marks every place of a text in what is drawn, without touching the page's elements. Empty text: nothing is marked. Where the browser cannot mark, the scrolling alone shows the place. */
function markFound(root: HTMLElement, text: string): void {
  if (!('highlights' in CSS)) return
  if (text === '') return void CSS.highlights.delete(FOUND)
  CSS.highlights.set(FOUND, new Highlight(...rangesOf(root, text.toLowerCase())))
}

function unmarkFound(): void {
  if ('highlights' in CSS) CSS.highlights.delete(FOUND)
}

function rangesOf(root: HTMLElement, wanted: string): readonly Range[] {
  const ranges: Range[] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = (node.textContent ?? '').toLowerCase()
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      // A letter whose small form is longer would move what follows it.
      if (at + wanted.length > (node.textContent ?? '').length) break
      const range = new Range()
      range.setStart(node, at)
      range.setEnd(node, at + wanted.length)
      ranges.push(range)
      if (ranges.length === MAX_MARKED) return ranges
    }
  }
  return ranges
}
