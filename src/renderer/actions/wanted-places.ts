/** Where a task that was added on the canvas is wanted: it stands there at once, and not first where the layout would put it. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export interface Spot {
  readonly x: number
  readonly y: number
}

interface Wanted {
  /** Canvas units, until the yard has its place itself. */
  readonly places: ReadonlyMap<string, Spot>
  /** The first task of an empty yard, and where in the window it was asked for, in px: no canvas was there yet. */
  readonly first: { readonly id: string; readonly at: Spot } | null
}

const store = createStore<Wanted>(() => ({ places: new Map(), first: null }))

export const useWantedPlaces = (): Wanted['places'] => useStore(store, ({ places }) => places)

export const wantPlace = (id: string, place: Spot): void =>
  store.setState(({ places }) => ({ places: new Map([...places, [id, place]]) }))

export function forgetPlace(id: string): void {
  const places = new Map(store.getState().places)
  if (places.delete(id)) store.setState({ places })
}

export const wantFirst = (id: string, at: Spot): void => store.setState({ first: { id, at } })

/** Gives it once: the camera is the person's from then on. */
export function takeFirst(): Wanted['first'] {
  const { first } = store.getState()
  if (first) store.setState({ first: null })
  return first
}
