/** Everything by words: tasks, agents, tags, times and commands, with their keys and, where one cannot be done now, the reason. */
import { Dialog as Base } from '@base-ui/react/dialog'
import { useCommands } from '../../actions/commands.ts'
import { useFinalFocus } from '../../ui/focus.ts'
import { lazyPart } from '../lazy-part.tsx'
import { setOpen, useOpen } from './open-state.ts'
import './palette.css'

export const Finder = lazyPart(async () => (await import('./finder.tsx')).Finder)

export function Palette() {
  const first = useOpen(({ palette }) => palette)
  const finalFocus = useFinalFocus(first !== null)
  useCommands({
    palette: () => setOpen({ palette: '' }),
    'palette.commands': () => setOpen({ palette: '> ' }),
    keys: () => setOpen({ keys: true }),
  })
  return (
    <Base.Root open={first !== null} onOpenChange={(open) => !open && setOpen({ palette: null })}>
      <Base.Portal>
        <Base.Backdrop className="scrim" />
        <Base.Popup className="palette" aria-label="Search or command" finalFocus={finalFocus}>
          {first !== null && <Finder />}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
