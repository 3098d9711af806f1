/** Form controls: a labelled field, a list to choose from, a switch, a choice of few. */
import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
import { Select as SelectBase } from '@base-ui/react/select'
import { Switch as SwitchBase } from '@base-ui/react/switch'
import { stepFocus } from './focus.ts'

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string
  /** Said under it. */
  readonly note?: string | null
  /** It cannot be left empty. The form says so by itself, and the browser says nothing. */
  readonly isRequired?: boolean
  readonly problem?: string | null
}

/** What is wrong about it stands underneath. */
export function Field(props: FieldProps) {
  const { label, note = null, isRequired, problem = null, className, ...rest } = props
  const id = useId()
  return (
    <div className={['field', className].filter(Boolean).join(' ')}>
      <label htmlFor={id} data-required={isRequired || undefined}>
        {label}
      </label>
      <input
        autoComplete="off"
        spellCheck={false}
        {...rest}
        id={id}
        className="input"
        aria-required={isRequired || undefined}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-note`}
      />
      <span
        id={`${id}-note`}
        className={problem === null ? 'text-11 text-text-3' : 'text-11 text-failed'}
      >
        {problem ?? note}
      </span>
    </div>
  )
}

interface SelectProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onChange: (value: T) => void
  readonly disabled?: boolean
}

/** One value out of a list. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { label, value, options, onChange, disabled = false } = props
  const items = Object.fromEntries(options)
  return (
    <SelectBase.Root
      value={value}
      items={items}
      disabled={disabled}
      onValueChange={(next) => {
        if (next !== null) onChange(next as T)
      }}
    >
      <SelectBase.Trigger className="select" aria-label={label}>
        <SelectBase.Value />
        <SelectBase.Icon aria-hidden="true">▾</SelectBase.Icon>
      </SelectBase.Trigger>
      <SelectBase.Portal role="region" aria-label={`${label}: choices`}>
        <SelectBase.Positioner className="popup-layer" sideOffset={4} alignItemWithTrigger={false}>
          <SelectBase.Popup className="popup">
            {options.map(([each, word]) => (
              <SelectBase.Item key={each} value={each} className="menu-item">
                <SelectBase.ItemText>{word}</SelectBase.ItemText>
                <SelectBase.ItemIndicator className="end">✓</SelectBase.ItemIndicator>
              </SelectBase.Item>
            ))}
          </SelectBase.Popup>
        </SelectBase.Positioner>
      </SelectBase.Portal>
    </SelectBase.Root>
  )
}

interface SwitchProps {
  readonly label: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  readonly disabled?: boolean
}

/** On or off, at once. */
export function Switch({ label, isOn, onChange, disabled = false }: SwitchProps) {
  return (
    <SwitchBase.Root
      className="switch"
      aria-label={label}
      checked={isOn}
      disabled={disabled}
      onCheckedChange={onChange}
    >
      <SwitchBase.Thumb className="switch-thumb" />
    </SwitchBase.Root>
  )
}

interface SegmentedProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, ReactNode])[]
  readonly onChange: (value: T) => void
}

/** A choice of few, all in sight. Arrow keys move it. */
export function Segmented<T extends string>(props: SegmentedProps<T>) {
  const { label, value, options, onChange } = props
  return (
    <div
      className="segmented"
      role="radiogroup"
      aria-label={label}
      onKeyDown={(event) => stepFocus(event)?.click()}
    >
      {options.map(([each, word]) => (
        <button
          key={each}
          type="button"
          role="radio"
          aria-checked={each === value}
          tabIndex={each === value ? 0 : -1}
          onClick={() => onChange(each)}
        >
          {word}
        </button>
      ))}
    </div>
  )
}
