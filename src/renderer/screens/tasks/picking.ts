/**
 * Choosing rows, by pointer and keys, the same in all three shapes. Walking takes the choice along, until a person has begun to
 * gather several (Space, ⌘click): from then on the arrows move only the place, and Space adds or takes away.
 */
import { navigate } from '../../model/route.ts'
import { focusTask, getSelection, selectTasks, toggleTask } from '../../model/selection.ts'

let isGathering = false
let anchor: string | null = null

export interface PressedWith {
  readonly shiftKey: boolean
  readonly metaKey: boolean
  readonly ctrlKey: boolean
}

/** A click on a row. */
export function press(order: readonly string[], id: string, event: PressedWith): void {
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
