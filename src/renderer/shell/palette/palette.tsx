/** Everything by words: tasks, agents, tags, times and commands, with their keys and, where one cannot be done now, the reason. */
import { Command } from 'cmdk'
import { useState } from 'react'
import { useYard } from '../../model/session/session-context.tsx'
import { Dialog as Base } from '@base-ui/react/dialog'
import { useFinalFocus } from '../../ui/focus.ts'
import { COMMANDS } from '../../actions/command-table.ts'
import { runCommand, useCommands, useOfferedCommands } from '../../actions/commands.ts'
import { getPreferences, setPreferences, usePreferences } from '../../model/preferences.ts'
import { EntryRow } from './entry-row.tsx'
import { type Entry, findEntries } from './find-entries.ts'
import { setOpen, useOpen } from './open-state.ts'
import './palette.css'
import { currentRoute, navigate } from '../../model/route.ts'
import { selectTasks } from '../../model/selection.ts'

export function Palette() {
  const first = useOpen(({ palette }) => palette)
  const finalFocus = useFinalFocus(first !== null)
  useCommands({
    palette: () => setOpen({ palette: '' }),
    'palette.commands': () => setOpen({ palette: '> ' }),
    keys: () => setOpen({ keys: true }),
  })
  const close = (): void => setOpen({ palette: null })
  return (
    <Base.Root open={first !== null} onOpenChange={(open) => !open && close()}>
      <Base.Portal>
        <Base.Backdrop className="scrim" />
        <Base.Popup className="palette" aria-label="Search or command" finalFocus={finalFocus}>
          {first !== null && <Finder first={first} onClose={close} />}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function Finder({ first, onClose }: { readonly first: string; readonly onClose: () => void }) {
  const [typed, setTyped] = useState(first)
  const entries = useEntries(typed)
  const choose = (entry: Entry): void => {
    onClose()
    // After the dialog has given the focus back, or the command would find the dialog in its way.
    setTimeout(() => followEntry(entry))
  }
  return (
    <Command label="Search or command" shouldFilter={false} loop>
      <Command.Input
        autoFocus
        className="palette-input"
        placeholder="Search, or type a command"
        value={typed}
        onValueChange={setTyped}
      />
      <Command.List className="palette-list" label="Found">
        <Command.Empty className="palette-none">Nothing is called that.</Command.Empty>
        {entries.map((entry) => (
          <EntryRow key={`${entry.kind} ${entry.id}`} entry={entry} onChoose={choose} />
        ))}
      </Command.List>
      <p className="palette-foot">
        <kbd>&gt;</kbd> commands <kbd>@</kbd> agents <kbd>#</kbd> tags <kbd>:</kbd> a time
      </p>
    </Command>
  )
}

const now = (): Date => new Date()

function useEntries(typed: string): readonly Entry[] {
  const tasks = useYard((view) => view.tasks)
  const agents = useYard((view) => view.agents)
  const recent = usePreferences((preferences) => preferences.recentCommands)
  useOfferedCommands() // greyed rows follow what is offered
  const commands = COMMANDS.filter(({ id }) => !id.startsWith('palette'))
  return findEntries(typed, { commands, tasks, agents, recent, now })
}

// Goes where an entry leads, or does what it says.

const REMEMBERED = 20

export function followEntry(entry: Entry): void {
  switch (entry.kind) {
    case 'command': {
      const rest = getPreferences().recentCommands.filter((id) => id !== entry.id)
      setPreferences({ recentCommands: [entry.id, ...rest].slice(0, REMEMBERED) })
      runCommand(entry.id)
      return
    }
    case 'task':
      openTask(entry.id)
      return
    case 'agent':
      navigate({ task: entry.agent.task, tab: 'output', agent: entry.id })
      return
    case 'tag':
      navigate({ screen: withTasks(), filters: { q: `tag:${entry.id}` } })
      return
    case 'time':
      navigate({ screen: 'graph', filters: { at: entry.id } })
  }
}

function openTask(id: string): void {
  navigate({ screen: withTasks(), task: id })
  selectTasks([id], { open: true })
}

/** The screen one is on, if it shows tasks; else the graph. */
function withTasks(): 'graph' | 'tasks' {
  return currentRoute().screen === 'tasks' ? 'tasks' : 'graph'
}
