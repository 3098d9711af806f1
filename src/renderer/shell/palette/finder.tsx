/** The palette's field and what it finds. Loaded apart from the page's start. */
import { Autocomplete } from '@base-ui/react/autocomplete'
import { useState } from 'react'
import { Clock, CornerDownRight, Hash } from 'lucide-react'
import { useYard } from '../../model/session/session-context.tsx'
import { COMMANDS } from '../../actions/command-table.ts'
import { blockedReason, runCommand, useOfferedCommands } from '../../actions/commands.ts'
import { keysOf } from '../../actions/keys.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { labelOfState } from '../../model/state-label.ts'
import { getPreferences, setPreferences, usePreferences } from '../../model/preferences.ts'
import { currentRoute, navigate } from '../../model/route.ts'
import { selectTasks } from '../../model/selection.ts'
import { instantText } from '../../ui/format.ts'
import { type Entry, findEntries } from './find-entries.ts'
import { setOpen, useOpen } from './open-state.ts'

export function Finder() {
  const [typed, setTyped] = useState(useOpen(({ palette }) => palette) ?? '')
  const entries = useEntries(typed)
  const choose = (entry: Entry): void => {
    setOpen({ palette: null })
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
      <p className="palette-foot">
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

interface EntryRowProps {
  readonly entry: Entry
  readonly onChoose: (entry: Entry) => void
}

function EntryRow({ entry, onChoose }: EntryRowProps) {
  const blocked = entry.kind === 'command' ? blockedReason(entry.id) : null
  return (
    <Autocomplete.Item
      className="palette-row"
      value={entry}
      disabled={blocked !== null}
      onClick={() => onChoose(entry)}
    >
      <RowContent entry={entry} blocked={blocked} />
    </Autocomplete.Item>
  )
}

const ICON = { size: 14, strokeWidth: 1.5, 'aria-hidden': true } as const

interface RowContentProps {
  readonly entry: Entry
  readonly blocked: string | null
}

function RowContent({ entry, blocked }: RowContentProps) {
  switch (entry.kind) {
    case 'command': {
      const [key] = keysOf(entry.command)
      return (
        <>
          <CornerDownRight {...ICON} />
          <span className="truncate">{entry.command.title}</span>
          {blocked !== null && <span className="palette-note">{blocked}</span>}
          <span className="palette-group">{entry.command.group}</span>
          {key !== undefined && <KeyHint keys={key} />}
        </>
      )
    }
    case 'task':
      return (
        <>
          <Lamp state={entry.card.state} />
          <span className="truncate">{entry.card.title}</span>
          <span className="palette-group">
            {labelOfState(entry.card.state)} · {entry.id}
          </span>
        </>
      )
    case 'agent':
      return (
        <>
          <Lamp state="in-progress" />
          <span className="truncate font-mono">{entry.id}</span>
          <span className="palette-group">{entry.agent.task}</span>
        </>
      )
    case 'tag':
      return (
        <>
          <Hash {...ICON} />
          <span className="truncate">{entry.id}</span>
          <span className="palette-group">
            {entry.count} {entry.count === 1 ? 'task' : 'tasks'}
          </span>
        </>
      )
    case 'time':
      return (
        <>
          <Clock {...ICON} />
          <span>The graph at {instantText(entry.id)}</span>
        </>
      )
  }
}
