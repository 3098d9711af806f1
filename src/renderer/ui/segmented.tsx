/** A choice of few, all in sight. Arrow keys move it. */
import { useRef, type KeyboardEvent, type ReactNode } from 'react'

interface SegmentedProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, ReactNode])[]
  readonly onChange: (value: T) => void
}

export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
}: SegmentedProps<T>) {
  const group = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const place = options.findIndex(([each]) => each === value) + step
    const next = options.at(place % options.length)
    if (!next) return
    onChange(next[0])
    group.current?.querySelector<HTMLElement>(`[data-value="${next[0]}"]`)?.focus()
  }
  return (
    <div
      ref={group}
      className="segmented"
      role="radiogroup"
      aria-label={label}
      onKeyDown={onKeyDown}
    >
      {options.map(([each, word]) => (
        <button
          key={each}
          type="button"
          role="radio"
          data-value={each}
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
