/** The words and fields that narrow the list down; `/` goes there. */
import { Search, X } from 'lucide-react'
import { useRef } from 'react'
import { Button } from '../ui/button.tsx'
import { useCommands } from '../workspace/commands.ts'
import { setQuery, useQuery } from '../workspace/filter.ts'
import { KeyHint } from '../workspace/key-hint.tsx'
import { OfferLater } from './offer-later.tsx'

export function FilterField() {
  const field = useRef<HTMLInputElement>(null)
  const query = useQuery()
  return (
    <search className="filter-field">
      <Search size={14} strokeWidth={1.5} aria-hidden="true" />
      <input
        ref={field}
        type="text"
        aria-label="Filter tasks"
        placeholder="Filter"
        title="Words, or state: tag: executor: model: agent: priority:"
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
