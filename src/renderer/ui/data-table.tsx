/** A table from a list of columns. Pressing the head of one with `sortBy` sorts by it: up, down, then as the rows came. */
import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import type { ColumnDef, Row } from '@tanstack/react-table'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useMemo, type ComponentProps, type ReactNode } from 'react'

interface ColumnOptions<T> {
  /** Of the head and the cells; `num` stands at the right. */
  readonly className?: string
  /** The cells say enough; the head is for screen readers. */
  readonly isHeadHidden?: boolean
  readonly headTip?: string
  /** Its cells name their rows. */
  readonly isRowHead?: boolean
  /** Leaves a narrow table: `first`, `next` or `last`. */
  readonly spare?: 'first' | 'next' | 'last'
  readonly tip?: (row: T) => string | undefined
  /** The field; what is not known comes last either way. */
  readonly sortBy?: keyof T & string
}

/** Head, cell, and what else there is to it. */
export type DataColumn<T> = readonly [string, (row: T) => ReactNode, ColumnOptions<T>?]

interface DataTableProps<T> extends Omit<ComponentProps<'table'>, 'children'> {
  readonly label: string
  readonly columns: readonly DataColumn<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T, index: number) => string
  readonly rowProps?: (row: T) => ComponentProps<'tr'> & Readonly<Record<`data-${string}`, unknown>>
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })

export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { label, columns, rows, keyOf, rowProps, className = '', ...rest } = props
  const defs = useMemo(() => columns.map(toDef), [columns])
  const table = useTable({ features, columns: defs, data: rows, getRowId: keyOf })
  return (
    <table className={`table ${className}`} {...rest}>
      <caption className="visually-hidden">{label}</caption>
      <thead>
        <tr>
          {columns.map(([head, , options = {}]) => {
            const column = table.getColumn(head)
            const sorted = column?.getIsSorted() || null
            return (
              <th
                key={head}
                scope="col"
                className={options.className}
                title={options.headTip}
                data-spare={options.spare}
                aria-sort={sorted === null ? undefined : `${sorted}ending`}
              >
                {options.sortBy === undefined ? (
                  <span className={options.isHeadHidden ? 'visually-hidden' : undefined}>
                    {head}
                  </span>
                ) : (
                  <SortButton head={head} sorted={sorted} onSort={() => column?.toggleSorting()} />
                )}
              </th>
            )
          })}
        </tr>
      </thead>
      <tbody>
        {table.getRowModel().rows.map(({ id, original }) => (
          <tr key={id} {...rowProps?.(original)}>
            {columns.map(([head, cell, { isRowHead, className: ofCell, spare, tip } = {}]) => {
              const Cell = isRowHead ? 'th' : 'td'
              const scope = isRowHead ? 'row' : undefined
              return (
                <Cell
                  key={head}
                  scope={scope}
                  className={ofCell}
                  data-spare={spare}
                  title={tip?.(original)}
                >
                  {cell(original)}
                </Cell>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface SortButtonProps {
  readonly head: string
  readonly sorted: 'asc' | 'desc' | null
  readonly onSort: () => void
}

function SortButton({ head, sorted, onSort }: SortButtonProps) {
  const Arrow = sorted === 'desc' ? ArrowDown : ArrowUp
  return (
    <button type="button" className="table-sort" onClick={onSort}>
      {head}
      {sorted !== null && <Arrow size={12} strokeWidth={1.5} aria-hidden="true" />}
    </button>
  )
}

const toDef = <T extends object>([head, , { sortBy } = {}]: DataColumn<T>): ColumnDef<
  typeof features,
  T
> => ({
  id: head,
  accessorFn: (row) => (sortBy && row[sortBy]) ?? undefined,
  enableSorting: sortBy !== undefined,
  sortDescFirst: false,
  sortUndefined: 'last',
  sortFn: compareRows,
})

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

function compareRows<T extends object>(
  a: Row<typeof features, T>,
  b: Row<typeof features, T>,
  id: string,
): number {
  const [left, right] = [a.getValue(id), b.getValue(id)]
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return collator.compare(String(left), String(right))
}
