import type { ComponentProps } from 'react'
import { DataTable } from '../../ui/data-table.tsx'

/** What a setting holds several of, one a row. */
export function Listed<T extends object>(props: ComponentProps<typeof DataTable<T>>) {
  return (
    <div className="listed" role="region" aria-label={props.label} tabIndex={0}>
      <DataTable {...props} />
    </div>
  )
}
