/** The title with its little language: names are completed while they are typed. */
import { useId, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react'
import { KeyHint } from '../key-hint.tsx'
import { hasSeveralLines } from '../transfer/task-list.ts'
import {
  complete,
  completionsFor,
  openTokenAt,
  type Completion,
  type Names,
} from './title-language.ts'

interface TitleFieldProps {
  readonly value: string
  readonly names: Names
  readonly onChange: (text: string) => void
  /** Told a pasted text of several lines, which no title has. */
  readonly onList: (text: string) => void
}

export function TitleField({ value, names, onChange, onList }: TitleFieldProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [caret, setCaret] = useState<number | null>(null)
  const [place, setPlace] = useState(0)
  const token = caret === null ? null : openTokenAt(value, caret)
  const found = token ? completionsFor(token, names) : []
  const take = ({ value: name }: Completion): void => {
    if (!token) return
    const next = complete(value, token, name)
    onChange(next.text)
    setCaret(null)
    setPlace(0)
    // After the text is in the field.
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (found.length === 0 || event.nativeEvent.isComposing) return
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const chosen = found[place]
    if (step !== undefined) setPlace((place + step + found.length) % found.length)
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) take(chosen)
    else if (event.key === 'Escape') setCaret(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const onPaste = (event: ClipboardEvent): void => {
    const text = event.clipboardData.getData('text/plain')
    if (!hasSeveralLines(text)) return
    event.preventDefault()
    onList(text)
  }
  return (
    <div className="field title-field min-w-0">
      <label htmlFor={id}>Title</label>
      <input
        ref={input}
        id={id}
        className="input"
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={found[place] ? `${id}-${place}` : undefined}
        aria-autocomplete="list"
        aria-describedby={`${id}-note`}
        autoComplete="off"
        dir="auto"
        autoFocus
        maxLength={600}
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
          setCaret(event.target.selectionStart)
          setPlace(0)
        }}
        onBlur={() => setCaret(null)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
      <span id={`${id}-note`} className="text-11 text-text-3">
        {found.length === 0 ? (
          'Also here: #tag @executor !high >after'
        ) : (
          <>
            <KeyHint keys="enter" /> takes the marked name, <KeyHint keys="escape" /> leaves what is
            typed
          </>
        )}
      </span>
      <ul
        id={`${id}-list`}
        className="completions"
        role="listbox"
        aria-label="Names"
        hidden={found.length === 0}
      >
        {found.map((each, index) => (
          <li
            key={each.value}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === place}
            className="menu-item"
            data-highlighted={index === place || undefined}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(each)}
          >
            {each.value}
            {each.note !== '' && <span className="end truncate">{each.note}</span>}
          </li>
        ))}
      </ul>
    </div>
  )
}
