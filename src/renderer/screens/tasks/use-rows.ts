/** Which rows of a long list are in the page: those in sight, and the one with the keyboard's place. */
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type RefObject } from 'react'

interface RowsWish {
  readonly scroller: RefObject<HTMLElement | null>
  readonly count: number
  /** px, the same for all rows. */
  readonly height: number
  /** px above the first row that scroll along, e.g. a sticky head. */
  readonly above?: number
  /** Row of the keyboard's place; -1 = none. */
  readonly focusIndex: number
  /** The row is brought in sight when this changes, not when the plan moves it elsewhere. */
  readonly focusId: string | null
}

export interface Rows {
  /** px of all rows together. */
  readonly total: number
  /** px from the top of the rows. */
  readonly items: readonly { readonly index: number; readonly top: number }[]
}

export function useRows(wish: RowsWish): Rows {
  const { scroller, count, height, above = 0, focusIndex, focusId } = wish
  // oxlint-disable-next-line react/incompatible-library -- nothing that it gives is memoized
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: above,
    scrollPaddingStart: above,
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range)
      const isSeen = focusIndex < 0 || focusIndex >= count || seen.includes(focusIndex)
      return isSeen ? seen : [...seen, focusIndex].toSorted((a, b) => a - b)
    },
  })
  const place = useRef(focusIndex)
  useEffect(() => {
    place.current = focusIndex
  }, [focusIndex])
  useEffect(() => {
    if (focusId !== null && place.current >= 0) rows.scrollToIndex(place.current, { align: 'auto' })
  }, [focusId, rows])
  return {
    total: rows.getTotalSize(),
    items: rows.getVirtualItems().map(({ index, start }) => ({ index, top: start - above })),
  }
}
