/** One setting of the configuration: what it is, where it comes from, and the control that changes it in place. */
import { useId } from 'react'
import type { Setting } from '../../contract/page.ts'
import { useCommand } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { ConfigControl } from './config-control.tsx'
import {
  fixedReason,
  scopeOf,
  sourceLabel,
  typedText,
  type ConfigScope,
  type KnownNames,
  type PendingEntry,
} from './config-entry.ts'
import { FilePlace } from './file-place.tsx'
import { ProblemNote } from './problem-note.tsx'
import './config.css'

interface ConfigRowProps {
  readonly entry: Setting
  readonly names: KnownNames
  readonly scope: ConfigScope
  /** Its value stands under another key. */
  readonly isBorrowed?: boolean
  /** What the files say, where they were not reloaded. */
  readonly pending?: PendingEntry | null
  /** The host has taken a change: what is shown must be asked for anew. */
  readonly onSaved: () => void
}

export function ConfigRow(props: ConfigRowProps) {
  const { entry, names, scope, isBorrowed = false, pending = null, onSaved } = props
  const command = useCommand()
  const id = useId()
  const fixed = fixedReason(entry, scope)
  const resetScope = isBorrowed ? null : scopeOf(entry.source)
  const send = async (to: ConfigScope, value: string | null): Promise<boolean> => {
    const edits = [{ key: entry.key, value }]
    const isTaken = await command.run(({ page }) => page.configure({ scope: to, edits }))
    if (isTaken) onSaved()
    return isTaken
  }
  return (
    <div className="config-row" role="group" aria-labelledby={id}>
      <div className="config-words">
        <h3 id={id}>{entry.label}</h3>
        <p>{entry.note}</p>
        {fixed !== null && <p className="config-fixed">{fixed}</p>}
        <p className="config-source">
          <code>{entry.key}</code>
          <span>{sourceLabel(entry.source)}</span>
          {entry.file !== null && <FilePlace file={entry.file} line={entry.line} />}
        </p>
        {pending && <Pending entry={pending} />}
      </div>
      <div className="config-acts">
        <ConfigControl
          key={JSON.stringify(entry.value)}
          label={entry.label}
          control={entry.control}
          value={entry.value}
          names={names}
          isBusy={command.isBusy}
          isFixed={fixed !== null}
          onSave={(value) => send(scope, value)}
        />
        {resetScope !== null && (
          <Button
            look="quiet"
            isBusy={command.isBusy}
            title={`Takes it out of ${resetScope === 'project' ? 'this yard’s file' : 'your file'}`}
            onClick={() => void send(resetScope, null)}
          >
            Reset<span className="visually-hidden"> {entry.label}</span>
          </Button>
        )}
      </div>
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
    </div>
  )
}

function Pending({ entry }: { readonly entry: PendingEntry }) {
  const { value, source, file, line, inForce } = entry
  return (
    <p className="config-pending">
      <span>
        In force: <code>{typedText(inForce.value) || 'not set'}</code>
      </span>
      <span>
        Pending: <code>{typedText(value) || 'not set'}</code>
      </span>
      <span>{sourceLabel(source)}</span>
      {file !== null && <FilePlace file={file} line={line} />}
      <span className="config-pending-why">
        The files were changed and not reloaded. <code>yard service reload</code> applies them, and
        so does a change made here.
      </span>
    </p>
  )
}
