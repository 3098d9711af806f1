/** Everything by words: tasks, agents, tags, times and commands, with their keys and, where one cannot be done now, the reason; and the map of keys. */
import { useState } from 'react'
import { useCommands } from '../../actions/commands.ts'
import { Dialog, Panel } from '../../ui/popups.tsx'
import { Finder, KeysMap } from '../parts.tsx'
import './palette.css'

export function Palette() {
  /** What stands in the field when it opens; null = closed. */
  const [first, setFirst] = useState<string | null>(null)
  const [isMapOpen, setMapOpen] = useState(false)
  useCommands({
    palette: () => setFirst(''),
    'palette.commands': () => setFirst('> '),
    keys: () => setMapOpen(true),
  })
  const close = (): void => setFirst(null)
  return (
    <>
      <Panel label="Search or command" className="palette" isOpen={first !== null} onClose={close}>
        {first !== null && <Finder first={first} onClose={close} />}
      </Panel>
      <Dialog title="Keys" size="wide" isOpen={isMapOpen} onClose={() => setMapOpen(false)}>
        {isMapOpen && <KeysMap />}
      </Dialog>
    </>
  )
}
