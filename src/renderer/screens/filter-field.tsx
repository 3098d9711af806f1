/** The words that narrow a list down; `/` goes there. They stand in the address. */
import { Search } from 'lucide-react'
import { useRef } from 'react'
import { Button } from '../ui/button.tsx'
import { EmptyNote } from '../ui/screen.tsx'
import { OfferLater, useCommands } from '../actions/commands.ts'
import { setQuery, useQuery } from '../model/filter.ts'
import { useHalf } from '../model/route.ts'
import { KeyHint } from '../actions/key-hint.tsx'
import './filter-field.css'

interface FilterFieldProps {
  readonly label: string
  /** What may be written there. */
  readonly hint: string
}

export function FilterField({ label, hint }: FilterFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const query = useQuery()
  const { screen, isCurrent } = useHalf()
  const change = (next: string): void => setQuery(next, screen)
  return (
    <search className="filter-field flex items-center text-text-3">
      <Search size={14} strokeWidth={1.5} aria-hidden="true" />
      <input
        ref={field}
        type="text"
        aria-label={label}
        placeholder="Filter"
        title={hint}
        spellCheck={false}
        autoComplete="off"
        value={query}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          if (query === '') field.current?.blur()
          else change('')
        }}
      />
      {query === '' ? (
        <>{isCurrent && <KeyHint keys="/" />}</>
      ) : (
        <Button look="quiet" icon="close" aria-label="Clear filters" onClick={() => change('')} />
      )}
      <OfferLater>
        <Offer focus={() => field.current?.select()} isFallback={!isCurrent} />
      </OfferLater>
    </search>
  )
}

interface OfferProps {
  readonly focus: () => void
  /** The list of the other half of the page is nearer. */
  readonly isFallback: boolean
}

function Offer({ focus, isFallback }: OfferProps) {
  useCommands({ find: focus }, { isFallback })
  return null
}

/** Instead of rows when the filter leaves none. `all`: what there is, in words: `12 tasks`. */
export function NoneMatch({ all }: { readonly all: string }) {
  return (
    <EmptyNote text={`${all}, none match`}>
      <Button onClick={() => setQuery('')}>Clear filters</Button>
    </EmptyNote>
  )
}
