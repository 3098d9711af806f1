/** Every key, grouped as the commands are; those that work where the person is stand out. */
import { Dialog } from '../../ui/popups.tsx'
import { COMMANDS, type CommandGroup, type CommandInfo } from '../../actions/command-table.ts'
import { blockedReason, useOfferedCommands } from '../../actions/commands.ts'
import { keysOf } from '../../actions/keys.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { setOpen, useOpen } from './open-state.ts'
import './palette.css'

const GROUPS: readonly CommandGroup[] = ['Go', 'Task', 'Edit', 'Select', 'View', 'Yard']

export function KeysMap() {
  const isOpen = useOpen(({ keys }) => keys)
  return (
    <Dialog title="Keys" size="wide" isOpen={isOpen} onClose={() => setOpen({ keys: false })}>
      {isOpen && <Groups />}
    </Dialog>
  )
}

function Groups() {
  useOfferedCommands()
  const withKeys = COMMANDS.filter((command) => keysOf(command).length > 0)
  return (
    <div className="keys-map" tabIndex={0} role="group" aria-label="Keys by group">
      {GROUPS.map((group) => (
        <section key={group} aria-label={group}>
          <h3>{group}</h3>
          <dl>
            {withKeys
              .filter((command) => command.group === group)
              .map((command) => (
                <Row key={command.id} command={command} />
              ))}
          </dl>
        </section>
      ))}
    </div>
  )
}

function Row({ command }: { readonly command: CommandInfo }) {
  const isHere = blockedReason(command.id) === null
  return (
    <div data-here={isHere}>
      <dt>
        {keysOf(command).map((key) => (
          <KeyHint key={key} keys={key} />
        ))}
      </dt>
      <dd>{command.title}</dd>
    </div>
  )
}
