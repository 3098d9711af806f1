/** The numbers of a plot as a table, for whoever reads rather than looks. Made only once it is opened. */
import { useState } from 'react'
import { DataTable, type DataColumn } from '../data-table.tsx'
import type { PlotSeries } from './plot-data.ts'

interface PlotTableProps {
  readonly label: string
  /** First column, one word per instant. */
  readonly times: readonly string[]
  readonly series: readonly PlotSeries[]
  readonly format: (value: number) => string
}

export function PlotTable({ label, times, series, format }: PlotTableProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details
      className="plot-table"
      onToggle={(event) => setOpen(event.currentTarget.open)}
      aria-label={`${label}, as a table`}
    >
      <summary>Table</summary>
      {isOpen && (
        <div
          className="plot-table-body"
          tabIndex={0}
          role="region"
          aria-label={`Table of ${label}`}
        >
          <DataTable
            label={label}
            columns={[['Time', ({ time }) => time], ...series.map((each) => column(each, format))]}
            rows={times.map((time, index) => ({ time, index }))}
            keyOf={({ index }) => String(index)}
          />
        </div>
      )}
    </details>
  )
}

const column = (
  { label, values }: PlotSeries,
  format: PlotTableProps['format'],
): DataColumn<{ readonly time: string; readonly index: number }> => [
  label,
  ({ index }) => textOf(values[index], format),
  { className: 'num' },
]

const textOf = (value: number | null | undefined, format: PlotTableProps['format']): string =>
  value == null ? '' : format(value)
