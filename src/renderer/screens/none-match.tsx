/** Instead of rows when the filter leaves none. */
import { Button } from '../ui/button.tsx'
import { EmptyNote } from '../ui/screen.tsx'
import { setQuery } from '../model/filter.ts'

/** `all`: what there is, in words: `12 tasks`. */
export function NoneMatch({ all }: { readonly all: string }) {
  return (
    <EmptyNote text={`${all}, none match`}>
      <Button onClick={() => setQuery('')}>Clear filters</Button>
    </EmptyNote>
  )
}
