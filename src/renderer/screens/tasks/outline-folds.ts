/** Which branches of the outline are folded. Kept while the page is open. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

const store = createStore<{ readonly closed: ReadonlySet<string> }>(() => ({ closed: new Set() }))

export const useFolds = (): ReadonlySet<string> => useStore(store, ({ closed }) => closed)

export function setOpen(id: string, isOpen: boolean): void {
  const closed = new Set(store.getState().closed)
  if (isOpen) closed.delete(id)
  else closed.add(id)
  store.setState({ closed })
}

export const foldAll = (ids: Iterable<string>): void => store.setState({ closed: new Set(ids) })
