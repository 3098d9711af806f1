/** One row of the palette. */
import { Clock, CornerDownRight, Hash } from 'lucide-react'
import { Command } from 'cmdk'
import { Lamp } from '../../components/status-badge.tsx'
import { labelOfState } from '../../model/state-label.ts'
import { instantText } from '../../ui/format.ts'
import { blockedReason } from '../../actions/commands.ts'
import { keysOf } from '../../actions/keys.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import type { Entry } from './find-entries.ts'

interface EntryRowProps {
  readonly entry: Entry
  readonly onChoose: (entry: Entry) => void
}

export function EntryRow({ entry, onChoose }: EntryRowProps) {
  const blocked = entry.kind === 'command' ? blockedReason(entry.id) : null
  return (
    <Command.Item
      className="palette-row"
      value={`${entry.kind} ${entry.id}`}
      disabled={blocked !== null}
      onSelect={() => onChoose(entry)}
    >
      <RowContent entry={entry} />
      {blocked !== null && <span className="palette-note">{blocked}</span>}
    </Command.Item>
  )
}

const ICON = { size: 14, strokeWidth: 1.5, 'aria-hidden': true } as const

function RowContent({ entry }: { readonly entry: Entry }) {
  switch (entry.kind) {
    case 'command': {
      const [key] = keysOf(entry.command)
      return (
        <>
          <CornerDownRight {...ICON} />
          <span className="truncate">{entry.command.title}</span>
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
          <span className="font-mono">{entry.id}</span>
          <span className="palette-group">{entry.agent.task}</span>
        </>
      )
    case 'tag':
      return (
        <>
          <Hash {...ICON} />
          <span>{entry.id}</span>
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
