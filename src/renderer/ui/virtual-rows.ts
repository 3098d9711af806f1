/** Which rows of a long list are in the page: those in sight, and the one with the keyboard's focus; and where a key leads. */
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useEffectEvent, type RefObject } from 'react'

interface RowsOptions {
  readonly scroller: RefObject<HTMLElement | null>
  readonly count: number
  /** px. `measure` corrects it for rows of any height. */
  readonly height: number | ((index: number) => number)
  readonly keyOf?: (index: number) => string | number
  /** px above the first row that scroll along. */
  readonly above?: number
  /** The head among them stays in sight, and no row is scrolled under it. */
  readonly isHeadSticky?: boolean
  readonly overscan?: number
  /** Row that stays in the page wherever the list is scrolled to; -1 = none. */
  readonly focusIndex?: number
  /** The row is brought in sight when this changes, not when the plan moves it elsewhere. */
  readonly focusId?: string | null
}

export interface VirtualRow {
  readonly index: number
  readonly key: string | number
  /** px from the top of the rows. */
  readonly top: number
  readonly end: number
}

export function useVirtualRows(options: RowsOptions) {
  const { scroller, count, height, keyOf, above = 0, isHeadSticky = false, overscan = 8 } = options
  const { focusIndex = -1, focusId = null } = options
  // oxlint-disable-next-line react/incompatible-library -- nothing that it gives is memoized
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (typeof height === 'number' ? height : height(index)),
    getItemKey: (index) => keyOf?.(index) ?? index,
    overscan,
    scrollMargin: above,
    scrollPaddingStart: isHeadSticky ? above : 0,
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range)
      const isSeen = focusIndex < 0 || focusIndex >= count || seen.includes(focusIndex)
      return isSeen ? seen : [...seen, focusIndex].toSorted((a, b) => a - b)
    },
  })
  const showFocus = useEffectEvent(() => {
    if (focusIndex >= 0) rows.scrollToIndex(focusIndex, { align: 'auto' })
  })
  useEffect(() => {
    if (focusId !== null) showFocus()
  }, [focusId])
  return {
    /** px of all rows together. */
    total: rows.getTotalSize(),
    items: rows.getVirtualItems().map(({ index, key, start, end }): VirtualRow => ({
      index,
      key: String(key),
      top: start - above,
      end: end - above,
    })),
    scrollToIndex: (index: number) => rows.scrollToIndex(index),
    scrollToTop: () => rows.scrollToOffset(0),
    /** Ref of a row with `data-index`, whose height is not known beforehand. */
    measure: rows.measureElement,
  }
}

/** Rows that Page up and Page down go. */
const PAGE = 12

/** Where a key leads in a list of `count` rows from row `index` (-1 = nowhere yet); null = it does not move. */
export function stepOf(key: string, index: number, count: number): number | null {
  if (count === 0) return null
  const last = count - 1
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index < 0 ? last : index - 1,
    PageDown: index + PAGE,
    PageUp: index - PAGE,
    Home: 0,
    End: last,
  }
  const to = steps[key]
  return to === undefined ? null : Math.min(last, Math.max(0, to))
}
