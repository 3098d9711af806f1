/** Numbers over time on a canvas, with a readout that keys and pointer move, and the same as a table. */
import { type KeyboardEvent, useCallback, useMemo, useState } from 'react'
import { dateTimeText, type PlotSeries, stacked, textAt } from './plot-data.ts'
import { useThemeTurn } from '../theme-tokens.ts'
import { usePlotCanvas } from './use-plot-canvas.ts'
import './plot.css'
import { type DataColumn, DataTable } from '../data-table.tsx'

export interface PlotProps {
  readonly label: string
  /** ISO instants, oldest first. */
  readonly at: readonly string[]
  readonly series: readonly PlotSeries[]
  /** Each series stands on those before it. */
  readonly isStacked?: boolean
  readonly format: (value: number) => string
  /** Words for an instant where the time of day says too much: days. */
  readonly timeText?: (atMs: number) => string
  /** px */
  readonly height?: number
}

/** Made anew for another theme or other series: a canvas takes its colours once. */
export function Plot(props: PlotProps) {
  const looks = props.series.map(({ label, look, color }) => `${label} ${look} ${color}`)
  return <PlotBody key={`${useThemeTurn()} ${looks.join()}`} {...props} />
}

function PlotBody(props: PlotProps) {
  const { label, at, series, isStacked = false, format, height = 150 } = props
  const times = useMemo(() => at.map((each) => Date.parse(each)), [at])
  const [pointed, setPointed] = useState<number | null>(null)
  const drawn = useMemo(() => (isStacked ? stacked(series) : series), [series, isStacked])
  const onPoint = useCallback((index: number | null) => setPointed(index), [])
  const { host, point } = usePlotCanvas({
    times,
    series: drawn,
    isStacked,
    format,
    height,
    onPoint,
  })
  const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0)
  const timeText = props.timeText ?? ((ms: number) => dateTimeText(ms, spanMs))
  const last = Math.max(0, times.length - 1)
  const index = Math.min(pointed ?? last, last)
  const when = times.length === 0 ? '' : timeText(times[index] ?? 0)
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = Math.max(0, Math.min(last, index + step))
    setPointed(next)
    point(next)
  }
  return (
    <figure className="plot flex flex-col min-w-0">
      <div
        ref={host}
        className="plot-canvas min-w-0"
        style={{ height }}
        role="slider"
        tabIndex={0}
        aria-label={`${label}, moment`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={index}
        aria-valuetext={`${when}: ${textAt(series, index, format)}`}
        onKeyDown={onKeyDown}
      />
      <Readout when={when} series={series} index={index} format={format} />
      <PlotTable
        label={label}
        times={times.map((each) => timeText(each))}
        series={series}
        format={format}
      />
    </figure>
  )
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageUp: -10,
  PageDown: 10,
  Home: -Infinity,
  End: Infinity,
}

interface ReadoutProps {
  readonly when: string
  readonly series: readonly PlotSeries[]
  readonly index: number
  readonly format: (value: number) => string
}

function Readout({ when, series, index, format }: ReadoutProps) {
  return (
    <figcaption className="plot-readout flex flex-wrap text-11 text-text-2">
      <span>{when}</span>
      {series.map(({ label, values, color, look }) => {
        const value = values[index] ?? null
        return (
          <span key={label}>
            <i className="plot-key" data-look={look} style={{ '--series': `var(${color})` }} />
            {label} <b>{value === null ? '' : format(value)}</b>
          </span>
        )
      })}
    </figcaption>
  )
}

interface PlotTableProps {
  readonly label: string
  /** First column, one word per instant. */
  readonly times: readonly string[]
  readonly series: readonly PlotSeries[]
  readonly format: (value: number) => string
}

/** The numbers of a plot, for whoever reads rather than looks. Made only once it is opened. */
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
