/** A labelled field, with what is wrong about it underneath. */
import { useId, type InputHTMLAttributes } from 'react'

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string
  /** Said under it. */
  readonly note?: string | null
  readonly problem?: string | null
}

export function Field({ label, note = null, problem = null, className, ...rest }: FieldProps) {
  const id = useId()
  return (
    <div className={['field', className].filter(Boolean).join(' ')}>
      <label htmlFor={id}>{label}</label>
      <input
        autoComplete="off"
        spellCheck={false}
        {...rest}
        id={id}
        className="input"
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
