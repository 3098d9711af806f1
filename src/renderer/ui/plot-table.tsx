/** The numbers of a plot as a table, for whoever reads rather than looks. Made only once it is opened. */
import { useState } from 'react'
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
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Time</th>
                {series.map((each) => (
                  <th key={each.label} scope="col" className="num">
                    {each.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, index) => (
                <tr key={index}>
                  <td>{time}</td>
                  {series.map(({ label: name, values }) => (
                    <td key={name} className="num">
                      {textOf(values[index], format)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}

const textOf = (value: number | null | undefined, format: PlotTableProps['format']): string =>
  value == null ? '' : format(value)
