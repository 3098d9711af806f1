/** What the palette finds, and the map of keys. Loaded apart from the page's start. */
import { Autocomplete } from '@base-ui/react/autocomplete'
import { Clock, CornerDownRight, Hash } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type CommandGroup, COMMANDS } from '../../actions/command-table.ts'
import { blockedReason, runCommand, useOfferedCommands } from '../../actions/commands.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { keysOf } from '../../actions/keys.ts'
import { Lamp } from '../../components/status-badge.tsx'
import { getPreferences, setPreferences, usePreferences } from '../../model/preferences.ts'
import { currentRoute, navigate } from '../../model/route.ts'
import { selectTasks } from '../../model/selection.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { labelOfState } from '../../model/task-state.ts'
import { instantText, plural } from '../../ui/format.ts'
import { type Entry, findEntries } from './find-entries.ts'

export interface FinderProps {
  /** What stands in the field when it opens. */
  readonly first: string
  readonly onClose: () => void
}

export function Finder({ first, onClose }: FinderProps) {
  const [typed, setTyped] = useState(first)
  const entries = useEntries(typed)
  const choose = (entry: Entry): void => {
    onClose()
    // After the dialog has given the focus back, or the command would find the dialog in its way.
    setTimeout(() => followEntry(entry))
  }
  return (
    <Autocomplete.Root
      open
      inline
      items={entries}
      filter={null}
      itemToStringValue={keyOf}
      value={typed}
      onValueChange={(value, { reason }) => reason !== 'item-press' && setTyped(value)}
      autoHighlight="always"
      keepHighlight
    >
      <Autocomplete.Input
        autoFocus
        className="palette-input"
        aria-label="Search or command"
        placeholder="Search, or type a command"
      />
      <Autocomplete.List className="palette-list" aria-label="Found">
        {(entry: Entry) => <EntryRow key={keyOf(entry)} entry={entry} onChoose={choose} />}
      </Autocomplete.List>
      <Autocomplete.Empty className="palette-none">
        {entries.length === 0 && 'Nothing is called that.'}
      </Autocomplete.Empty>
      <p className="palette-foot flex items-center text-11 text-text-2">
        <kbd>&gt;</kbd> commands <kbd>@</kbd> agents <kbd>#</kbd> tags <kbd>:</kbd> a time
      </p>
    </Autocomplete.Root>
  )
}

const keyOf = ({ kind, id }: Entry): string => `${kind} ${id}`

const now = (): Date => new Date()

function useEntries(typed: string): readonly Entry[] {
  const tasks = useYard((view) => view.tasks)
  const agents = useYard((view) => view.agents)
  const recent = usePreferences((preferences) => preferences.recentCommands)
  useOfferedCommands() // greyed rows follow what is offered
  const commands = COMMANDS.filter(({ id }) => !id.startsWith('palette'))
  return findEntries(typed, { commands, tasks, agents, recent, now })
}

const REMEMBERED = 20

/** Goes where an entry leads, or does what it says. */
function followEntry(entry: Entry): void {
  // The screen one is on, if it shows tasks.
  const screen = currentRoute().screen === 'tasks' ? 'tasks' : 'graph'
  switch (entry.kind) {
    case 'command': {
      const rest = getPreferences().recentCommands.filter((id) => id !== entry.id)
      setPreferences({ recentCommands: [entry.id, ...rest].slice(0, REMEMBERED) })
      runCommand(entry.id)
      return
    }
    case 'task':
      navigate({ screen, task: entry.id })
      selectTasks([entry.id], { open: true })
      return
    case 'agent':
      navigate({ task: entry.agent.task, tab: 'output', agent: entry.id })
      return
    case 'tag':
      navigate({ screen, filters: { q: `tag:${entry.id}` } })
      return
    case 'time':
      navigate({ screen: 'graph', filters: { at: entry.id } })
  }
}

interface EntryRowProps {
  readonly entry: Entry
  readonly onChoose: (entry: Entry) => void
}

function EntryRow({ entry, onChoose }: EntryRowProps) {
  const blocked = entry.kind === 'command' ? blockedReason(entry.id) : null
  const [key] = entry.kind === 'command' ? keysOf(entry.command) : []
  const { icon, text, note } = contentOf(entry)
  return (
    <Autocomplete.Item
      className="palette-row"
      value={entry}
      disabled={blocked !== null}
      onClick={() => onChoose(entry)}
    >
      {icon}
      <span className="truncate">{text}</span>
      {blocked !== null && <span className="palette-note">{blocked}</span>}
      {note !== undefined && <span className="palette-group">{note}</span>}
      {key !== undefined && <KeyHint keys={key} />}
    </Autocomplete.Item>
  )
}

const ICON = { size: 14, strokeWidth: 1.5, 'aria-hidden': true } as const

interface EntryContent {
  readonly icon: ReactNode
  readonly text: ReactNode
  readonly note?: string
}

function contentOf(entry: Entry): EntryContent {
  const { id } = entry
  switch (entry.kind) {
    case 'command': {
      const { title, group } = entry.command
      return { icon: <CornerDownRight {...ICON} />, text: title, note: group }
    }
    case 'task': {
      const { state, title } = entry.card
      return { icon: <Lamp state={state} />, text: title, note: `${labelOfState(state)} · ${id}` }
    }
    case 'agent': {
      const text = <span className="font-mono">{id}</span>
      return { icon: <Lamp state="in-progress" />, text, note: entry.agent.task }
    }
    case 'tag':
      return { icon: <Hash {...ICON} />, text: id, note: plural(entry.count, 'task') }
    case 'time':
      return { icon: <Clock {...ICON} />, text: `The graph at ${instantText(id)}` }
  }
}

const GROUPS: readonly CommandGroup[] = ['Go', 'Task', 'Edit', 'Select', 'View', 'Yard']

/** Every key, grouped as the commands are; those that work where the person is stand out. */
export function KeysMap() {
  useOfferedCommands()
  const withKeys = COMMANDS.filter((command) => keysOf(command).length > 0)
  const byGroup = Object.groupBy(withKeys, ({ group }) => group)
  return (
    <div className="keys-map text-12" tabIndex={0} role="group" aria-label="Keys by group">
      {GROUPS.map((group) => (
        <section key={group} aria-label={group}>
          <h3>{group}</h3>
          <dl>
            {byGroup[group]?.map((command) => (
              <div key={command.id} data-here={blockedReason(command.id) === null}>
                <dt>
                  {keysOf(command).map((key) => (
                    <KeyHint key={key} keys={key} />
                  ))}
                </dt>
                <dd>{command.title}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
