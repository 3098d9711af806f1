/** Another yard, from within one: the same ways as in the start screen, as a dialog. */
import { useState } from 'react'
import { Dialog } from '../../ui/popups.tsx'
import { useCommands } from '../../actions/commands.ts'
import { StartScreenPanel } from './start-screen-panel.tsx'

export function YardSwitcher() {
  const [shown, setShown] = useState<'open' | 'switch' | null>(null)
  useCommands({
    'yard.open': () => setShown('open'),
    'yard.switch': () => setShown('switch'),
  })
  return (
    <Dialog
      title={shown === 'open' ? 'Open a folder' : 'Switch yard'}
      size="wide"
      isOpen={shown !== null}
      onClose={() => setShown(null)}
    >
      {shown !== null && <StartScreenPanel first={shown === 'open' ? 'open' : null} />}
      {!window.yardHost && (
        <p className="text-11 text-text-3">
          Yardmaster keeps working on this yard when you leave or close the page.
        </p>
      )}
    </Dialog>
  )
}
