/** Folding all of the outline. */
import { ListChevronsDownUp, ListChevronsUpDown } from 'lucide-react'
import { useSession } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export function OutlineTools() {
  const { yard } = useSession()
  return (
    <div className="flex">
      <Button
        look="quiet"
        aria-label="Fold all"
        title="Fold all"
        onClick={() => foldAll(yard.getState().tasks.keys())}
      >
        <ListChevronsDownUp size={15} strokeWidth={1.5} aria-hidden="true" />
      </Button>
      <Button look="quiet" aria-label="Unfold all" title="Unfold all" onClick={() => foldAll([])}>
        <ListChevronsUpDown size={15} strokeWidth={1.5} aria-hidden="true" />
      </Button>
    </div>
  )
}

/** Which branches of the outline are folded. Kept while the page is open. */
const store = createStore<{ readonly closed: ReadonlySet<string> }>(() => ({ closed: new Set() }))

export const useFolds = (): ReadonlySet<string> => useStore(store, ({ closed }) => closed)

export function setOpen(id: string, isOpen: boolean): void {
  const closed = new Set(store.getState().closed)
  if (isOpen) closed.delete(id)
  else closed.add(id)
  store.setState({ closed })
}

export const foldAll = (ids: Iterable<string>): void => store.setState({ closed: new Set(ids) })
