/** Trends: where people look rather than read. Each plot with its number beside it. */
import { useState, type ReactNode } from 'react'
import type { History } from '../../../contract/page.ts'
import { useTurnover } from '../../model/session/session-context.tsx'
import { durationText } from '../../../domain/format.ts'
import { EmptyNote } from '../../ui/screen.tsx'
import { greatest, isUnknown } from '../../ui/plot/plot-data.ts'
import { Plot } from '../../ui/plot/plot.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { boundText } from '../../components/usage-text.ts'
import { countText, moneyText, plural, tokensText, weekdayDate } from '../../ui/format.ts'
import { currentRoute, navigate, useRoute } from '../../model/route.ts'
import { SpreadPlot } from './spread-plot.tsx'
import {
  SPAN_BUCKETS,
  SPAN_MS,
  SPANS,
  spreadOf,
  spreadsOf,
  stateLayers,
  totalOf,
  usageSeries,
  type Span,
  type UsageKind,
} from './trend-data.ts'
import './trends.css'

const ASK_EVERY_MS = 30_000

export function Trends() {
  const { filters } = useRoute()
  const span = SPANS.find((each) => each === filters['span']) ?? '24h'
  const turnover = useTurnover()
  const history = useAnswer(
    ({ page }) => page.history({ from: since(SPAN_MS[span]), buckets: SPAN_BUCKETS[span] }),
    { key: `${span} ${turnover}`, everyMs: ASK_EVERY_MS },
  )
  const week = useAnswer(({ page }) => page.history({ from: since(SPAN_MS['7d']), buckets: 1 }), {
    key: turnover,
    everyMs: ASK_EVERY_MS,
  })
  return (
    <div className="screen-body trends" tabIndex={-1}>
      <Segmented
        label="Span"
        value={span}
        options={SPANS.map((each) => [each, SPAN_WORDS[each]] as const)}
        onChange={(next) =>
          navigate({ filters: { ...currentRoute().filters, span: next } }, { replace: true })
        }
      />
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

const SPAN_WORDS: Readonly<Record<Span, string>> = { '1h': '1 h', '24h': '24 h', '7d': '7 d' }
const since = (ms: number): string => new Date(Date.now() - ms).toISOString()

interface CardProps {
  readonly title: string
  /** The number that is to be known without looking closer. */
  readonly figure: string
  readonly note?: string
  readonly tools?: ReactNode
  readonly children: ReactNode
}

function TrendCard({ title, figure, note, tools, children }: CardProps) {
  return (
    <section className="card trend" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <b>{figure}</b>
        {note !== undefined && <span>{note}</span>}
        {tools}
      </header>
      {children}
    </section>
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
  const total = totalOf(layers.map(({ values }) => values.at(-1) ?? null))
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
  const [kind, setKind] = useState<UsageKind>('cost')
  const series = usageSeries(days, kind)
  const format = kind === 'cost' ? moneyText : tokensText
  const total = totalOf(series[0]?.values ?? [])
  const atLeast = days.reduce((sum, day) => sum + day.atLeast, 0)
  return (
    <TrendCard
      title="Usage per day"
      figure={total === null ? '' : boundText({ atLeast }, format(total))}
      note="last 7 days"
      tools={
        <Segmented
          label="Usage as"
          value={kind}
          options={[
            ['cost', 'Cost'],
            ['tokens', 'Tokens'],
          ]}
          onChange={setKind}
        />
      }
    >
      {isUnknown(series) || greatest(series) === 0 ? (
        <EmptyNote
          text={`No agent said ${kind === 'cost' ? 'what it cost' : 'how many tokens it used'}.`}
        />
      ) : (
        <Plot
          label="Usage per day"
          at={days.map(({ day }) => `${day}T12:00:00`)}
          series={series}
          format={format}
          timeText={(ms) => weekdayDate.format(ms)}
        />
      )}
    </TrendCard>
  )
}
