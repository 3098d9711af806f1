/** Instead of rows when the filter leaves none. */
import { Button } from '../ui/button.tsx'
import { EmptyNote } from '../ui/empty-note.tsx'
import { plural } from '../ui/words.ts'
import { setQuery } from '../workspace/filter.ts'

export function NoneMatch({ count }: { readonly count: number }) {
  return (
    <EmptyNote text={`${plural(count, 'task')}, none match`}>
      <Button onClick={() => setQuery('')}>Clear filters</Button>
    </EmptyNote>
  )
}
