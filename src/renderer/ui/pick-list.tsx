/** A field to type in and the choices that fit, walked by arrow keys: ↵ takes the lit one. The field keeps the focus throughout. */
import { useEffect, useId, useState, type KeyboardEvent, type ReactNode } from 'react'

export interface PickOption {
  readonly id: string
  readonly label: string
  readonly icon?: ReactNode
  /** At the right: a state, a reason. */
  readonly note?: string
  /** Dimmed; it can be taken all the same and then says why not. */
  readonly isDoubtful?: boolean
  /** Set: shown with a check mark when true. */
  readonly isChecked?: boolean
}

interface PickListProps {
  readonly label: string
  readonly placeholder?: string
  /** What fits the typed text, best first; the first 100 are shown. */
  readonly optionsFor: (text: string) => readonly PickOption[]
  readonly onPick: (option: PickOption) => void
  /** The id of the lit choice, whenever that changes; null when there is none. Must stay the same function. */
  readonly onActive?: (id: string | null) => void
  readonly emptyText: string
  /** It takes the keyboard's focus as it appears. */
  readonly hasFocus?: boolean
}

const MOST_SHOWN = 100

export function PickList(props: PickListProps) {
  const { label, placeholder, optionsFor, onPick, onActive, emptyText, hasFocus = true } = props
  const id = useId()
  const [text, setText] = useState('')
  const [place, setPlace] = useState(0)
  const options = optionsFor(text).slice(0, MOST_SHOWN)
  const current = Math.min(place, options.length - 1)
  const active = options[current] ?? null
  const activeId = active?.id ?? null
  useEffect(() => onActive?.(activeId), [activeId, onActive])
  useEffect(() => {
    document.getElementById(`${id}-${current}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, current])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    const next = stepOf(event.key, current, options.length)
    if (next !== null) setPlace(next)
    else if (event.key === 'Enter' && active) onPick(active)
    else return
    event.preventDefault()
  }
  return (
    <div className="pick-list flex flex-col gap-2 min-h-0">
      <input
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={active ? `${id}-${current}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        autoFocus={hasFocus}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setPlace(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={label}>
        {options.map((option, index) => (
          <Choice
            key={option.id}
            id={`${id}-${index}`}
            option={option}
            isActive={index === current}
            onPick={() => onPick(option)}
          />
        ))}
      </ul>
      {options.length === 0 && (
        <p role="status" className="pick-empty text-12 text-text-2">
          {emptyText}
        </p>
      )}
    </div>
  )
}

interface ChoiceProps {
  readonly id: string
  readonly option: PickOption
  readonly isActive: boolean
  readonly onPick: () => void
}

function Choice({ id, option, isActive, onPick }: ChoiceProps) {
  const { label, icon, note, isDoubtful = false, isChecked } = option
  return (
    <li
      id={id}
      role="option"
      aria-selected={isActive}
      className="menu-item"
      data-highlighted={isActive || undefined}
      data-doubtful={isDoubtful || undefined}
      // The field keeps the focus.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onPick}
    >
      {icon}
      <span className="truncate">{label}</span>
      {isChecked === true && (
        <span aria-hidden="true" className="end">
          ✓
        </span>
      )}
      {isChecked === true && <span className="visually-hidden">, set</span>}
      {note !== undefined && <span className="end">{note}</span>}
    </li>
  )
}

function stepOf(key: string, current: number, count: number): number | null {
  if (count === 0) return null
  if (key === 'ArrowDown') return (current + 1) % count
  if (key === 'ArrowUp') return (current - 1 + count) % count
  if (key === 'PageDown') return Math.min(current + 10, count - 1)
  if (key === 'PageUp') return Math.max(current - 10, 0)
  return null
}
