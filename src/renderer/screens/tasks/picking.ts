/**
 * Choosing rows, by pointer and keys, the same in all three shapes. Walking takes the choice along, until a person has begun to
 * gather several (Space, ⌘click): from then on the arrows move only the place, and Space adds or takes away.
 */
import { navigate } from '../../model/route.ts'
import { focusTask, getSelection, selectTasks, toggleTask } from '../../model/selection.ts'
import { stepOf } from '../../ui/virtual-rows.ts'
import type { KeyboardEvent, MouseEvent } from 'react'

let isGathering = false
let anchor: string | null = null

/** A click on a row, but for one on a button of it. */
export function pressRow(event: MouseEvent, order: readonly string[]): void {
  const target = event.target as Element
  const id = target.closest<HTMLElement>('[data-task]')?.dataset['task']
  if (id === undefined || target.closest('button') !== null) return
  if (event.shiftKey) return extendTo(order, id)
  if (event.metaKey || event.ctrlKey) return gather(id)
  pickAlone(id, { open: true })
}

function pickAlone(id: string, { open = false } = {}): void {
  isGathering = false
  anchor = id
  selectTasks([id], { focusId: id, open })
}

/** Adds it, or takes it away. The one that walking has chosen stays, as the first of several. */
export function gather(id: string): void {
  const { ids } = getSelection()
  if (!isGathering && ids.has(id) && ids.size === 1) focusTask(id)
  else toggleTask(id)
  isGathering = getSelection().ids.size > 0
  anchor = id
}

function extendTo(order: readonly string[], id: string): void {
  const from = order.indexOf(anchor ?? id)
  const to = order.indexOf(id)
  const start = anchor !== null && from >= 0 ? from : to
  const range = order.slice(Math.min(start, to), Math.max(start, to) + 1)
  anchor ??= id
  isGathering = range.length > 1
  selectTasks(range, { focusId: id })
}

/** Moves the place there. */
export function walkTo(order: readonly string[], id: string, isExtending: boolean): void {
  if (isExtending) return extendTo(order, id)
  if (getSelection().ids.size === 0) isGathering = false
  if (isGathering) focusTask(id)
  else pickAlone(id)
}

export function pickAll(order: readonly string[]): void {
  isGathering = order.length > 1
  selectTasks(order, { focusId: getSelection().focusId ?? order[0] ?? null })
}

export function pickNone(): void {
  isGathering = false
  selectTasks([], { focusId: getSelection().focusId })
}

export const openTask = (id: string): void => navigate({ task: id })

/** A row's id in the page, for the place of the keyboard. */
export const rowName = (id: string | null): string => `row-${id}`

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
