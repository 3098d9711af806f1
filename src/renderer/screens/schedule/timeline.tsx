/** What will happen by itself, on a line of time. */
import { useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { AgendaItem } from '../../../contract/page.ts'
import { Lamp } from '../../components/status-badge.tsx'
import { clock, countText, weekdayNumber } from '../../ui/format.ts'
import { durationForecast } from '../../model/forecast.ts'
import { navigate } from '../../model/route.ts'
import { useForecast } from '../../model/use-forecast.ts'
import { useThrottledYard } from '../../model/session/session-context.tsx'
import {
  axisOf,
  entriesOf,
  KINDS,
  packRows,
  shareOf,
  SPAN_MS,
  timeText,
  type Placed,
  type Span,
} from './agenda.ts'

interface TimelineProps {
  readonly items: readonly AgendaItem[]
  readonly span: Span
  readonly nowMs: number
}

/** px of a label, with its time. */
const LABEL_PX = 170
/** Later times of one schedule beyond these are a band, not marks. */
const MOST_TICKS = 60
const CALM = { everyMs: 5000 }

export function Timeline({ items, span, nowMs }: TimelineProps) {
  const { host, width } = useWidth()
  const line = { from: nowMs, ms: SPAN_MS[span] }
  const tasks = useThrottledYard((view) => view.tasks, CALM)
  const told = useForecast('whole')
  const entries = useMemo(
    () => entriesOf(items, durationForecast(tasks, told)),
    [items, tasks, told],
  )
  const rows = packRows(entries, line, Math.min(0.9, LABEL_PX / Math.max(width, 1)))
  const onKeyDown = (event: KeyboardEvent): void => {
    const chips = [...event.currentTarget.querySelectorAll<HTMLElement>('button')]
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    chips[chips.indexOf(event.target as HTMLElement) + step]?.focus()
  }
  return (
    <section className="card agenda" aria-label={`Next ${span === '24h' ? '24 hours' : '7 days'}`}>
      <div className="agenda-axis" aria-hidden="true">
        {axisOf(nowMs, span).map((at) => (
          <span key={at} style={{ left: `${shareOf(at, line) * 100}%` }}>
            {(span === '24h' ? clock : weekdayNumber).format(at)}
          </span>
        ))}
      </div>
      <div className="agenda-rows" ref={host} onKeyDown={onKeyDown}>
        {rows.length === 0 && (
          <p className="text-12 text-text-2">Nothing starts by itself in this time.</p>
        )}
        {rows.map((row, index) => (
          <ul key={index} className="agenda-row" aria-label={`Row ${index + 1}`}>
            {row.map((placed) => (
              <Chip key={placed.entry.key} placed={placed} nowMs={nowMs} />
            ))}
          </ul>
        ))}
        <i className="agenda-now" aria-hidden="true" />
      </div>
    </section>
  )
}

function Chip({ placed, nowMs }: { readonly placed: Placed; readonly nowMs: number }) {
  const { entry, at, isLeft } = placed
  const { first, times } = entry
  const [word, state] = KINDS[first.kind]
  const when = timeText(first.at, nowMs)
  const more = times.length > 1 ? `, ${countText(times.length)} times` : ''
  const { task } = first
  const content = (
    <>
      <Lamp state={state} />
      <b>{first.title}</b>
      <span>{when}</span>
      <span className="visually-hidden">{`, ${word.toLowerCase()}${more}: ${first.text}`}</span>
    </>
  )
  return (
    <li className="agenda-place" data-st={state}>
      <Ticks {...placed} />
      {task === null ? (
        <span className="agenda-chip text-11" style={sideOf(at, isLeft)} title={first.text}>
          {content}
        </span>
      ) : (
        <button
          type="button"
          className="agenda-chip text-11"
          style={sideOf(at, isLeft)}
          title={first.text}
          onClick={() => navigate({ task, tab: 'overview' })}
        >
          {content}
        </button>
      )}
    </li>
  )
}

const sideOf = (at: number, isLeft: boolean) =>
  isLeft ? { right: `${(1 - at) * 100}%` } : { left: `${at * 100}%` }

/** Every start within the span, each as long as its run will probably take; the label stands over the first. */
function Ticks({ at, ticks, width }: Placed) {
  const last = ticks.at(-1)
  if (last !== undefined && ticks.length > MOST_TICKS)
    return (
      <i
        className="agenda-band"
        style={{ left: `${at * 100}%`, width: `${Math.min(1 - at, last + width - at) * 100}%` }}
        aria-hidden="true"
      />
    )
  return [at, ...ticks].map((tick) => (
    <i
      key={tick}
      className="agenda-tick"
      style={{ left: `${tick * 100}%`, width: `${Math.min(1 - tick, width) * 100}%` }}
      aria-hidden="true"
    />
  ))
}

function useWidth() {
  const host = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(1000)
  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { host, width }
}
