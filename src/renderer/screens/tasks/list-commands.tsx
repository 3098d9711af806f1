/** What the list itself can do, offered to the palette and the keyboard. */
import { useCommands } from '../../actions/commands.ts'
import { getSelection } from '../../model/selection.ts'
import { OfferLater } from '../../actions/offer-later.tsx'
import { gather, openTask, pickAll, pickNone } from './picking.ts'
import { editDependencies } from './dependency-editor.tsx'

export function ListCommands({ order }: { readonly order: readonly string[] }) {
  return (
    <OfferLater>
      <Offers order={order} />
    </OfferLater>
  )
}

function Offers({ order }: { readonly order: readonly string[] }) {
  const place = (): string | null => {
    const { focusId, ids } = getSelection()
    return focusId ?? [...ids][0] ?? null
  }
  const onPlace = (act: (id: string) => void) => ({
    run: () => {
      const id = place()
      if (id !== null) act(id)
    },
    blocked: () => (place() === null ? 'Choose a task first' : null),
  })
  useCommands({
    'select.all': () => pickAll(order),
    'select.none': pickNone,
    'select.toggle': onPlace(gather),
    'task.open': onPlace(openTask),
    'task.link': onPlace((id) => editDependencies(id, 'add')),
    'task.unlink': onPlace((id) => editDependencies(id, 'remove')),
  })
  return null
}
