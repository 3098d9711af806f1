/** Find in an output: text, place among the places, next and previous. */
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { Button } from '../ui/button.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { countText } from '../ui/numbers.ts'
import type { OutputSearch } from './use-search.ts'

interface SearchBarProps {
  readonly search: OutputSearch
  readonly onClose: () => void
}

export function SearchBar({ search, onClose }: SearchBarProps) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      event.preventDefault()
      onClose()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      search.step(event.shiftKey ? -1 : 1)
    }
  }
  return (
    <div className="output-search" role="search" aria-label="Find in the output">
      <input
        ref={field}
        className="input"
        aria-label="Find in the output"
        placeholder="Find"
        maxLength={200}
        spellCheck={false}
        value={search.text}
        onChange={(event) => search.setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span role="status" className="output-count">
        {countWords(search)}
      </span>
      <Button look="quiet" aria-label="Previous place" onClick={() => search.step(-1)}>
        <ArrowUp size={14} strokeWidth={1.5} aria-hidden="true" />
      </Button>
      <Button look="quiet" aria-label="Next place" onClick={() => search.step(1)}>
        <ArrowDown size={14} strokeWidth={1.5} aria-hidden="true" />
      </Button>
      <Button look="quiet" icon="close" aria-label="Close find" onClick={onClose} />
      <ProblemNote problem={search.problem} onClose={search.dismiss} />
    </div>
  )
}

function countWords({ text, count, index, isMore, isBusy }: OutputSearch): string {
  if (text === '') return ''
  if (count === 0) return isBusy ? 'Looking' : 'Not found'
  return `${countText(index + 1)} of ${countText(count)}${isMore ? '+' : ''}`
}
