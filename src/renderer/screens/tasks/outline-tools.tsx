/** Folding all of the outline. */
import { ListChevronsDownUp, ListChevronsUpDown } from 'lucide-react'
import { useSession } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { foldAll } from './outline-folds.ts'

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
