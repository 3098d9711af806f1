/** Whether the palette or the map of keys is open. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

interface Open {
  /** What stands in the field when it opens; null = closed. */
  readonly palette: string | null
  readonly keys: boolean
}

const store = createStore<Open>(() => ({ palette: null, keys: false }))
export const useOpen = <T>(select: (open: Open) => T): T => useStore(store, select)
export const setOpen = (change: Partial<Open>): void => store.setState(change)
