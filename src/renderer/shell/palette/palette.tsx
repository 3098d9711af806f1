/** Everything by words: tasks, agents, tags, times and commands, with their keys and, where one cannot be done now, the reason; and the map of keys. */
import { Dialog as Base } from '@base-ui/react/dialog'
import { useState } from 'react'
import { useCommands } from '../../actions/commands.ts'
import { useFinalFocus } from '../../ui/focus.ts'
import { Dialog } from '../../ui/popups.tsx'
import { Finder, KeysMap } from '../parts.tsx'
import './palette.css'

export function Palette() {
  /** What stands in the field when it opens; null = closed. */
  const [first, setFirst] = useState<string | null>(null)
  const [isMapOpen, setMapOpen] = useState(false)
  const finalFocus = useFinalFocus(first !== null)
  useCommands({
    palette: () => setFirst(''),
    'palette.commands': () => setFirst('> '),
    keys: () => setMapOpen(true),
  })
  const close = (): void => setFirst(null)
  return (
    <>
      <Base.Root open={first !== null} onOpenChange={(open) => !open && close()}>
        <Base.Portal>
          <Base.Backdrop className="scrim" />
          <Base.Popup className="palette" aria-label="Search or command" finalFocus={finalFocus}>
            {first !== null && <Finder first={first} onClose={close} />}
          </Base.Popup>
        </Base.Portal>
      </Base.Root>
      <Dialog title="Keys" size="wide" isOpen={isMapOpen} onClose={() => setMapOpen(false)}>
        {isMapOpen && <KeysMap />}
      </Dialog>
    </>
  )
}
