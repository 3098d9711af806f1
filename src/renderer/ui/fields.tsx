/** Form controls: a labelled field, a choice of few. */
import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
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
