/** The keys of a list with one place for the keyboard. Keys that it has used are marked as used. */
import type { KeyboardEvent } from 'react'
import { getSelection } from '../../model/selection.ts'
import { gather, openTask, pickNone, walkTo } from './picking.ts'

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

/** `order` is what the eye sees from top to bottom. True when the key was used. */
export function pressListKey(event: KeyboardEvent, order: readonly string[]): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false
  const focusId = getSelection().focusId ?? ''
  const index = order.indexOf(focusId)
  const to = stepOf(event.key, index, order.length)
  const id = to === null ? undefined : order[to]
  if (id !== undefined) walkTo(order, id, event.shiftKey)
  else if (index < 0) return false
  else if (event.key === 'Enter') openTask(focusId)
  else if (event.key === ' ') gather(focusId)
  else if (event.key === 'Escape' && getSelection().ids.size > 1) pickNone()
  else return false
  event.preventDefault()
  return true
}
