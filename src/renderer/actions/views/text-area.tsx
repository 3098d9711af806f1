/** A labelled field of several lines, with a note under it. */
import { useId, type ComponentProps, type ReactNode } from 'react'

interface TextAreaProps extends Omit<ComponentProps<'textarea'>, 'onChange'> {
  readonly label: string
  readonly note?: ReactNode
  readonly onText: (text: string) => void
}

export function TextArea({ label, note, onText, className = '', ...rest }: TextAreaProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        {...rest}
        id={id}
        className={`input ${className}`}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onChange={(event) => onText(event.target.value)}
      />
      {note !== undefined && (
        <span id={`${id}-note`} className="text-11 text-text-3">
          {note}
        </span>
      )}
    </div>
  )
}
