/** Trends: where people look rather than read. Each plot with its number beside it. */
import { useState, type ReactNode } from 'react'
import type { History } from '../../../contract/page.ts'
import { useTurnover } from '../../model/session/session-context.tsx'
import { durationText } from '../../../domain/format.ts'
import { EmptyNote } from '../../ui/screen.tsx'
import { greatest, type PlotSeries } from '../../ui/plot/plot-data.ts'
import { Plot } from '../../ui/plot/plot.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { boundText } from '../../components/usage-text.ts'
import { countText, moneyText, plural, tokensText, weekdayDate } from '../../ui/format.ts'
import { useRouteChoice } from '../../model/route.ts'
import { COST_KINDS, costSeries, sum, type CostKind } from './cost-data.ts'
import { FEW, logPosition, spreadOf, spreadsOf, stateLayers, type Spread } from './trend-data.ts'
import './trends.css'

const ASK_EVERY_MS = 30_000
const DAY_MS = 86_400_000
const SPANS = [
  ['1h', '1 h'],
  ['24h', '24 h'],
  ['7d', '7 d'],
] as const
/** How far back, and in how many parts. */
const REACH = {
  '1h': { ms: DAY_MS / 24, buckets: 120 },
  '24h': { ms: DAY_MS, buckets: 144 },
  '7d': { ms: 7 * DAY_MS, buckets: 168 },
} as const

export function Trends() {
  const [span, setSpan] = useRouteChoice('span', SPANS, '24h')
  const history = useHistory(REACH[span].ms, REACH[span].buckets)
  const week = useHistory(REACH['7d'].ms, 1)
  return (
    <div className="screen-body trends" tabIndex={-1}>
      <Segmented label="Span" value={span} options={SPANS} onChange={setSpan} />
      <ProblemNote problem={history.problem} onClose={history.askAgain} />
      {history.value && (
        <div className="trend-grid">
          <AgentsTrend history={history.value} />
          <StatesTrend history={history.value} />
          <DurationsTrend history={history.value} />
          {week.value && <UsageTrend days={week.value.usage} />}
        </div>
      )}
    </div>
  )
}

/** Asked anew as agents come and go. */
function useHistory(ms: number, buckets: number) {
  const key = `${ms} ${buckets} ${useTurnover()}`
  return useAnswer(
    ({ page }) => page.history({ from: new Date(Date.now() - ms).toISOString(), buckets }),
    { key, everyMs: ASK_EVERY_MS },
  )
}

interface CardProps {
  readonly title: string
  /** The number that is to be known without looking closer. */
  readonly figure?: string
  readonly note?: string
  readonly tools?: ReactNode
  readonly className?: string
  readonly children: ReactNode
}

export function TrendCard({ title, figure, note, tools, className = '', children }: CardProps) {
  return (
    <section className={`card trend ${className}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {figure !== undefined && <b>{figure}</b>}
        {note !== undefined && <span>{note}</span>}
        {tools}
      </header>
      {children}
    </section>
  )
}

interface DayPlotProps {
  readonly label: string
  /** `2026-11-20` */
  readonly days: readonly string[]
  readonly series: readonly PlotSeries[]
  readonly isStacked?: boolean
  readonly format: (value: number) => string
  /** Said where there is no amount at all. */
  readonly none: string
}

export function DayPlot({ days, none, ...plot }: DayPlotProps) {
  if (!greatest(plot.series.filter(({ look }) => look === 'bars'))) return <EmptyNote text={none} />
  return (
    <Plot
      {...plot}
      at={days.map((day) => `${day}T12:00:00`)}
      timeText={(ms) => weekdayDate.format(ms)}
    />
  )
}

interface HistoryProps {
  readonly history: History
}

function AgentsTrend({ history: { at, agents, mostAgents, cap } }: HistoryProps) {
  const series = [
    { label: 'Agents', values: agents, color: '--plot-1', look: 'area' },
    { label: 'Cap', values: agents.map(() => cap), color: '--text-3', look: 'dashed' },
  ] as const
  return (
    <TrendCard
      title="Agents over time"
      figure={`${agents.at(-1) ?? ''} of ${cap}`}
      note={`most ${mostAgents}`}
    >
      <Plot label="Agents over time" at={at} series={series} format={wholeText} />
    </TrendCard>
  )
}

/** Between two whole numbers of things stands no number of things. */
const wholeText = (value: number): string => (Number.isInteger(value) ? countText(value) : '')

function StatesTrend({ history: { at, states } }: HistoryProps) {
  const layers = stateLayers(states)
  const total = sum(layers.map(({ values }) => values.at(-1) ?? null))
  return (
    <TrendCard title="States over time" figure={total === null ? '' : plural(total, 'task')}>
      {layers.length === 0 ? (
        <EmptyNote text="There were no tasks in this time." />
      ) : (
        <Plot label="States over time" at={at} series={layers} isStacked format={wholeText} />
      )}
    </TrendCard>
  )
}

function DurationsTrend({ history: { tries } }: HistoryProps) {
  const spreads = spreadsOf(tries)
  const all = spreadOf(
    'all',
    tries.map(({ tookMs }) => tookMs),
  )
  return (
    <TrendCard
      title="Task durations"
      figure={all.count === 0 ? '' : durationText(all.median)}
      note={all.count === 0 ? '' : `median of ${plural(all.count, 'try', 'tries')}`}
    >
      {spreads.length === 0 ? (
        <EmptyNote text="No try ended in this time." />
      ) : (
        <SpreadPlot spreads={spreads} />
      )}
    </TrendCard>
  )
}

function UsageTrend({ days }: { readonly days: History['usage'] }) {
  const [kind, setKind] = useState<CostKind>('cost')
  const series = costSeries(days, kind)
  const format = kind === 'cost' ? moneyText : tokensText
  const total = sum(series[0]?.values ?? [])
  const atLeast = days.reduce((all, day) => all + day.atLeast, 0)
  return (
    <TrendCard
      title="Usage per day"
      figure={boundText({ atLeast }, format(total))}
      note="last 7 days"
      tools={<Segmented label="Usage as" value={kind} options={COST_KINDS} onChange={setKind} />}
    >
      <DayPlot
        label="Usage per day"
        days={days.map(({ day }) => day)}
        series={series}
        format={format}
        none={`No agent said ${kind === 'cost' ? 'what it cost' : 'how many tokens it used'}.`}
      />
    </TrendCard>
  )
}

// How long tries took, by executor: all of them as a line, the middle half as a bar, the median as a mark.

/** Marks of the axis, ms; those beyond the longest try are left out. */
const MARKS = [1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000]

function SpreadPlot({ spreads }: { readonly spreads: readonly Spread[] }) {
  const most = Math.max(...spreads.map((each) => each.most))
  const left = (ms: number): string => `${logPosition(ms, most) * 100}%`
  const width = (from: number, to: number): string =>
    `${(logPosition(to, most) - logPosition(from, most)) * 100}%`
  return (
    <table className="spread text-11">
      <caption className="visually-hidden">Task durations by executor</caption>
      <thead>
        <tr>
          <th scope="col">Executor</th>
          <td aria-hidden="true">
            <span className="spread-axis block">
              {MARKS.filter((mark) => mark < most).map((mark) => (
                <i key={mark} style={{ left: left(mark) }}>
                  {durationText(mark).split(' ')[0]}
                </i>
              ))}
            </span>
          </td>
          {['Median', 'Middle half', 'Tries'].map((head) => (
            <th key={head} scope="col" className="num">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {spreads.map((each) => (
          <tr key={each.name} data-few={each.count < FEW || undefined}>
            <th scope="row">{each.name}</th>
            <td aria-hidden="true">
              <span className="spread-track block">
                <i
                  className="spread-range"
                  style={{ left: left(each.least), width: width(each.least, each.most) }}
                />
                <i
                  className="spread-half"
                  style={{ left: left(each.lower), width: width(each.lower, each.upper) }}
                />
                <i className="spread-median" style={{ left: left(each.median) }} />
              </span>
            </td>
            <td className="num">{durationText(each.median)}</td>
            <td className="num">
              {durationText(each.lower)} to {durationText(each.upper)}
            </td>
            <td className="num">
              {countText(each.count)}
              {each.count < FEW && ' few'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
