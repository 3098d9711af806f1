/** The control of one setting, by what the setting is: a switch, a choice, or a field that is sent by ↵. */
import { useState, type FormEvent } from 'react'
import type { SettingControl } from '../../contract/page.ts'
import { Button } from '../ui/button.tsx'
import { typedText, type KnownNames } from './config-entry.ts'
import { Select, Switch } from '../ui/fields.tsx'

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
    <form className="config-typed" onSubmit={(event) => void submit(event)}>
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
