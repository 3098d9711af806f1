/** The words that narrow a list down; `/` goes there. They stand in the address. */
import { Search, X } from 'lucide-react'
import { useRef } from 'react'
import { Button } from '../ui/button.tsx'
import { useCommands } from './commands.ts'
import { setQuery, useQuery } from './filter.ts'
import { KeyHint } from './key-hint.tsx'
import { OfferLater } from './offer-later.tsx'
import './filter-field.css'

interface FilterFieldProps {
  readonly label: string
  /** What may be written there. */
  readonly hint: string
}

export function FilterField({ label, hint }: FilterFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const query = useQuery()
  return (
    <search className="filter-field">
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
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          if (query === '') field.current?.blur()
          else setQuery('')
        }}
      />
      {query === '' ? (
        <KeyHint keys="/" />
      ) : (
        <Button look="quiet" aria-label="Clear filters" onClick={() => setQuery('')}>
          <X size={14} strokeWidth={1.5} aria-hidden="true" />
        </Button>
      )}
      <OfferLater>
        <Offer focus={() => field.current?.select()} />
      </OfferLater>
    </search>
  )
}

function Offer({ focus }: { readonly focus: () => void }) {
  useCommands({ find: focus })
  return null
}
