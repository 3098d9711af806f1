/** What is asked of the cards that add tasks: one task, or a pasted list; and where on the canvas a new one is to stand. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { focusHome } from '../ui/focus.ts'

export interface Spot {
  readonly x: number
  readonly y: number
}

export interface QuickAdd {
  /** Screen px of the card's top left corner; null = in the middle, near the top. */
  readonly at: Spot | null
  /** Canvas units where the new node is put; null = where the layout says. */
  readonly place: Spot | null
  readonly after: readonly string[]
  readonly before: readonly string[]
}

/** A pasted list that may become tasks, and what they all get. */
export interface ListRequest {
  readonly text: string
  /** Blockers of those at the top of the list. */
  readonly after: readonly string[]
  /** Tasks that wait for those that no other line waits for. */
  readonly before: readonly string[]
  /** For lines that name none; null = the yard's default. */
  readonly executor: string | null
  readonly model: string | null
  /** For all lines; each is absent where it is not said. */
  readonly judged: Readonly<Partial<Record<'gate' | 'identity' | 'kind', string>>>
}

interface Requests {
  readonly quickAdd: QuickAdd | null
  readonly list: ListRequest | null
  /** Of added tasks, in canvas units, until the yard has their positions itself: they stand there at once, not first where the layout says. */
  readonly positions: ReadonlyMap<string, Spot>
  /** The first task of an empty yard, and where in the window it was asked for, in px: no canvas was there yet. */
  readonly first: { readonly id: string; readonly at: Spot } | null
}

const store = createStore<Requests>(() => ({
  quickAdd: null,
  list: null,
  positions: new Map(),
  first: null,
}))

export const useQuickAdd = (): QuickAdd | null => useStore(store, ({ quickAdd }) => quickAdd)

export const openQuickAdd = (wanted: Partial<QuickAdd> = {}): void =>
  store.setState({ quickAdd: { at: null, place: null, after: [], before: [], ...wanted } })

/** The keyboard goes on where the tasks are, unless it went elsewhere by itself. */
export function closeQuickAdd(): void {
  store.setState({ quickAdd: null })
  setTimeout(() => {
    const isNowhere = document.activeElement === null || document.activeElement === document.body
    if (isNowhere) focusHome()?.focus()
  })
}

export const useListRequest = (): ListRequest | null => useStore(store, ({ list }) => list)

export const offerList = (wanted: Partial<ListRequest> & Pick<ListRequest, 'text'>): void =>
  store.setState({
    list: { after: [], before: [], executor: null, model: null, judged: {}, ...wanted },
  })

export const closeList = (): void => store.setState({ list: null })

export const useNewPositions = (): Requests['positions'] =>
  useStore(store, ({ positions }) => positions)

export const setNewPosition = (id: string, spot: Spot): void =>
  store.setState(({ positions }) => ({ positions: new Map([...positions, [id, spot]]) }))

export function forgetNewPosition(id: string): void {
  const positions = new Map(store.getState().positions)
  if (positions.delete(id)) store.setState({ positions })
}

export const setFirst = (id: string, at: Spot): void => store.setState({ first: { id, at } })

/** Gives it once: the camera is the person's from then on. */
export function takeFirst(): Requests['first'] {
  const { first } = store.getState()
  if (first) store.setState({ first: null })
  return first
}
