/** Which tasks are chosen, on the graph and in the lists alike. The one that the inspector shows stands in the address (`route.task`). */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { currentRoute, navigate } from './route.ts'

export interface Selection {
  /** In the order of choosing. */
  readonly ids: ReadonlySet<string>
  /** Where ⇧ extends from, and where the arrow keys stand. */
  readonly focusId: string | null
  /** The ring stands there. Esc takes it away and leaves the place, for the next arrow key. */
  readonly isRinged: boolean
}

const store = createStore<Selection>(() => ({
  ids: new Set(),
  focusId: null,
  isRinged: false,
}))

export const getSelection = (): Selection => store.getState()
export const useSelection = <T>(select: (selection: Selection) => T): T => useStore(store, select)

/** Chooses exactly these. One alone opens in the inspector where it is open already or `open` is said. */
export function selectTasks(
  ids: Iterable<string>,
  { focusId, open = false }: { readonly focusId?: string | null; readonly open?: boolean } = {},
): void {
  const chosen = new Set(ids)
  const [first] = chosen
  store.setState({
    ids: chosen,
    focusId: focusId === undefined ? (first ?? null) : focusId,
    isRinged: chosen.size > 0,
  })
  const isOpen = currentRoute().task !== null
  if (chosen.size === 1 && (open || isOpen)) navigate({ task: first ?? null })
  if (chosen.size === 0 && isOpen) navigate({ task: null })
}

/** Chooses nothing; the inspector stays, for it is closed by itself. */
export const dropSelection = (): void => store.setState({ ids: new Set(), isRinged: false })

/** The inspector shows the one that is left. */
export function toggleTask(id: string): void {
  const ids = new Set(store.getState().ids)
  if (!ids.delete(id)) ids.add(id)
  store.setState({ ids, focusId: id, isRinged: true })
  const open = currentRoute().task
  const [last = null] = ids
  if (open !== null && ids.size < 2 && last !== open) navigate({ task: last })
}

/** The task that the address names is chosen, too, wherever the address came from. */
export function followRoute(task: string | null): void {
  if (task !== null && !store.getState().ids.has(task)) selectTasks([task])
}

/** Moves the keyboard's place without choosing. */
export const focusTask = (focusId: string | null): void =>
  store.setState({ focusId, isRinged: focusId !== null })

/**
 * What an action means: the chosen tasks; without any, the one in the inspector while the keyboard is in there or in a dialog over it,
 * or the one that the ring of the keyboard stands on. Nothing that the eye does not see.
 */
export function subjectTasks(): readonly string[] {
  const { ids, focusId, isRinged } = store.getState()
  if (ids.size > 0) return [...ids]
  const active = document.activeElement
  const open = currentRoute().task
  if (open !== null && active?.closest('.inspector, [role=dialog], [role=menu]')) return [open]
  return isRinged && focusId !== null && active?.matches(RINGED) ? [focusId] : []
}

/** The graph and the lists have one stop of the Tab key and name the place in it. */
const RINGED = '[aria-activedescendant]:focus-visible'
