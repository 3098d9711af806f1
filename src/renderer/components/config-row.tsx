/** One setting of the configuration: what it is, where it comes from, and the control that changes it in place. */
import { type FormEvent, useId, useState } from 'react'
import type { Setting, SettingControl } from '../../contract/page.ts'
import { useCommand } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import {
  type ConfigScope,
  fixedReason,
  type KnownNames,
  type PendingEntry,
  scopeOf,
  sourceLabel,
  typedText,
} from './config-entry.ts'
import { FileLocation } from './copy-text.tsx'
import { ProblemNote } from './problem-note.tsx'
import './config.css'
import { Switch } from '../ui/switch.tsx'
import { Select } from '../ui/popups.tsx'

interface ConfigRowProps {
  readonly entry: Setting
  readonly names: KnownNames
  readonly scope: ConfigScope
  /** Its value stands under another key. */
  readonly isBorrowed?: boolean
  /** Without it the rest would be no profile: it is changed, and goes with the whole. */
  readonly isNeeded?: boolean
  /** What the files say, where they were not reloaded. */
  readonly pending?: PendingEntry | null
  /** The host has taken a change: what is shown must be asked for anew. */
  readonly onSaved: () => void
}

export function ConfigRow(props: ConfigRowProps) {
  const {
    entry,
    names,
    scope,
    isBorrowed = false,
    isNeeded = false,
    pending = null,
    onSaved,
  } = props
  const command = useCommand()
  const id = useId()
  const fixed = fixedReason(entry, scope)
  const resetScope = isBorrowed || isNeeded ? null : scopeOf(entry.source)
  const send = async (to: ConfigScope, value: string | null): Promise<boolean> => {
    const edits = [{ key: entry.key, value }]
    const isTaken = await command.run(({ page }) => page.configure({ scope: to, edits }))
    if (isTaken) onSaved()
    return isTaken
  }
  return (
    <div className="config-row" role="group" aria-labelledby={id}>
      <div className="config-words min-w-0">
        <h3 id={id}>{entry.label}</h3>
        <p>{entry.note}</p>
        {fixed !== null && <p className="config-fixed">{fixed}</p>}
        <p className="config-source flex flex-wrap items-center">
          <code>{entry.key}</code>
          <span>{sourceLabel(entry.source)}</span>
          {entry.file !== null && <FileLocation file={entry.file} line={entry.line} />}
        </p>
        {pending && <Pending entry={pending} />}
      </div>
      <div className="config-acts flex flex-wrap items-center text-12">
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
    <p className="config-pending flex flex-wrap items-center">
      <span>
        In force: <code>{typedText(inForce.value) || 'not set'}</code>
      </span>
      <span>
        Pending: <code>{typedText(value) || 'not set'}</code>
      </span>
      <span>{sourceLabel(source)}</span>
      {file !== null && <FileLocation file={file} line={line} />}
      <span className="config-pending-why">
        The files were changed and not reloaded. <code>yard service reload</code> applies them, and
        so does a change made here.
      </span>
    </p>
  )
}

// The control of one setting, by what the setting is: a switch, a choice, or a field that is sent by ↵.

interface ConfigControlProps {
  readonly label: string
  readonly control: SettingControl
  readonly value: unknown
  readonly names: KnownNames
  readonly isBusy: boolean
  readonly isFixed: boolean
  /** As typed. False = it was refused, which is said beside the control. */
  readonly onSave: (value: string) => Promise<boolean>
}

export function ConfigControl(props: ConfigControlProps) {
  const { label, control, value, names, isBusy, isFixed, onSave } = props
  if (control.kind === 'switch')
    return (
      <Switch
        label={label}
        isOn={value === true}
        disabled={isFixed || isBusy}
        onChange={(isOn) => void onSave(String(isOn))}
      />
    )
  const options = optionsOf(control, value, names)
  if (options !== null)
    return (
      <Select
        label={label}
        value={typedText(value)}
        options={options}
        disabled={isFixed || isBusy}
        onChange={(next) => void (next !== typedText(value) && next !== '' && onSave(next))}
      />
    )
  return <TypedControl {...props} />
}

/** Null = it is typed. A value that is none of the known ones stays to be seen. */
function optionsOf(
  control: SettingControl,
  value: unknown,
  { executors, models }: KnownNames,
): readonly (readonly [string, string])[] | null {
  const known = {
    choice: control.kind === 'choice' ? control.options : [],
    executor: executors.map((name) => [name, name] as const),
    model: models.map((name) => [name, name] as const),
  }[control.kind as 'choice' | 'executor' | 'model']
  if (known === undefined) return null
  const now = typedText(value)
  if (known.some(([each]) => each === now)) return known
  return [[now, now === '' ? 'Not set' : now], ...known]
}

const UNITS = { s: 'seconds', m: 'minutes', d: 'days' } as const

function TypedControl(props: ConfigControlProps) {
  const { label, control, value, isBusy, isFixed, onSave } = props
  const now = typedText(value)
  const [typed, setTyped] = useState(now)
  const isChanged = typed.trim() !== now && typed.trim() !== ''
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isChanged && !isBusy) await onSave(typed.trim())
  }
  return (
    <form
      className="config-typed flex items-center text-12 text-text-2"
      onSubmit={(event) => void submit(event)}
    >
      <input
        className="input"
        aria-label={label}
        autoComplete="off"
        spellCheck={false}
        placeholder="Not set"
        data-kind={control.kind}
        inputMode={control.kind === 'number' ? 'numeric' : undefined}
        value={typed}
        disabled={isFixed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || typed === now) return
          event.preventDefault()
          setTyped(now)
        }}
      />
      {control.kind === 'duration' && <span>{UNITS[control.unit]}</span>}
      {isChanged && (
        <Button type="submit" look="main" isBusy={isBusy}>
          Set<span className="visually-hidden"> {label}</span>
        </Button>
      )}
    </form>
  )
}
