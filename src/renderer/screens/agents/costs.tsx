/** Costs: what agents have used and cost, per day and by whom, beside what they may. */
import { useMemo, useState } from 'react'
import type { Costs } from '../../../contract/page.ts'
import { useTurnover } from '../../model/session/session-context.tsx'
import { EmptyNote } from '../../ui/screen.tsx'
import { greatest, isUnknown } from '../../ui/plot/plot-data.ts'
import { Plot } from '../../ui/plot/plot.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { useNow } from '../../ui/timers.ts'
import { moneyText, plural, tokensText, weekdayDate } from '../../ui/format.ts'
import { currentRoute, navigate, useRoute } from '../../model/route.ts'
import { CostBudgets } from './cost-budgets.tsx'
import { boundText, tokensOf } from '../../components/usage-text.ts'
import { CostTable } from './cost-table.tsx'
import {
  allDays,
  COST_GROUPS,
  COST_SPANS,
  costSeries,
  partSeries,
  sinceOf,
  sourceText,
  sumOfRows,
  type CostGroup,
  type CostKind,
  type CostSpan,
} from './cost-data.ts'
import './costs.css'

const ASK_EVERY_MS = 30_000
const MOST_ROWS = 200
/** Ten years: the plot has every day. */
const MOST_DAYS = 3660

export function CostsView() {
  const { filters } = useRoute()
  const span = COST_SPANS.find((each) => each === filters['span']) ?? '30d'
  const group = COST_GROUPS.find((each) => each === filters['by']) ?? 'model'
  const days = useCosts('day', span, group)
  const rows = useCosts(group, span)
  const models = useAnswer(({ service }) => service.models())
  const byModel = useCosts('model', span)
  const now = useNow(ASK_EVERY_MS)
  const since = sinceOf(span, now)
  const dates = new Map((models.value ?? []).map(({ name, priceDate }) => [name, priceDate]))
  const used = datesUsed(byModel.value?.rows ?? [], dates)
  return (
    <div className="screen-body trends" tabIndex={-1}>
      <Segmented
        label="Span"
        value={span}
        options={COST_SPANS.map((each) => [each, SPAN_WORDS[each]] as const)}
        onChange={(next) => setFilter('span', next)}
      />
      <ProblemNote problem={days.problem ?? rows.problem} onClose={days.askAgain} />
      {days.value && (
        <div className="trend-grid">
          <PerDay costs={days.value} group={group} since={since} dates={used} />
          <CostBudgets budget={days.value.budget} />
          {rows.value && (
            <section className="card trend cost-card" aria-label="Costs by">
              <header>
                <h2>Costs by</h2>
                <Segmented
                  label="Costs by"
                  value={group}
                  options={COST_GROUPS.map((each) => [each, GROUP_WORDS[each]] as const)}
                  onChange={(next) => setFilter('by', next)}
                />
              </header>
              <CostTable costs={rows.value} dates={dates} used={used} />
            </section>
          )}
        </div>
      )}
    </div>
  )
}

/** When the prices were noted by which something was worked out. */
const datesUsed = (
  rows: Costs['rows'],
  dates: ReadonlyMap<string, string | null>,
): readonly string[] =>
  rows.flatMap(({ key, registryUsd }) =>
    registryUsd !== null && registryUsd > 0 ? (dates.get(key ?? '') ?? []) : [],
  )

const SPAN_WORDS: Readonly<Record<CostSpan, string>> = { '7d': '7 d', '30d': '30 d', all: 'All' }
const GROUP_WORDS: Readonly<Record<CostGroup, string>> = {
  day: 'Day',
  model: 'Model',
  executor: 'Executor',
  task: 'Task',
}

const setFilter = (name: string, value: string): void =>
  navigate({ filters: { ...currentRoute().filters, [name]: value } }, { replace: true })

/** Asked anew as agents come and go: what they cost is known when they have ended. */
function useCosts(by: CostGroup, span: CostSpan, group: CostGroup = 'day') {
  const turnover = useTurnover()
  return useAnswer(
    ({ page }) => {
      const since = sinceOf(span, Date.now())
      return page.cost({
        by,
        limit: by === 'day' ? MOST_DAYS : MOST_ROWS,
        ...(since === null ? {} : { since }),
        ...(group === 'day' ? {} : { parts: group }),
      })
    },
    { key: `${by} ${group} ${span} ${turnover}`, everyMs: ASK_EVERY_MS },
  )
}

interface PerDayProps {
  readonly costs: Costs
  /** What each day is divided by; `day` = by nothing. */
  readonly group: CostGroup
  /** Null = from the first agent on. */
  readonly since: string | null
  readonly dates: readonly string[]
}

function PerDay({ costs, group, since, dates }: PerDayProps) {
  const [kind, setKind] = useState<CostKind>('cost')
  const { total, budget, to } = costs
  const rows = useMemo(() => allDays(costs.rows, since, to), [costs.rows, since, to])
  const isDivided = group !== 'day'
  const series = useMemo(
    () => (isDivided ? partSeries : costSeries)(rows, kind, budget.day),
    [isDivided, rows, kind, budget.day],
  )
  const title = kind === 'cost' ? 'Cost per day' : 'Tokens per day'
  const amounts = series.filter(({ look }) => look === 'bars')
  const format = kind === 'cost' ? moneyText : tokensText
  const figure = kind === 'cost' ? total.costUsd : tokensOf(total)
  const sums = sumOfRows(rows)
  const source = sourceText(sums, dates)
  return (
    <section className="card trend cost-card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <b>{figure === null ? '' : boundText(sums, format(figure))}</b>
        <span>{total.tries === 0 ? '' : plural(total.tries, 'try', 'tries')}</span>
        <Segmented
          label="Costs as"
          value={kind}
          options={[
            ['cost', 'Cost'],
            ['tokens', 'Tokens'],
          ]}
          onChange={setKind}
        />
      </header>
      {isUnknown(amounts) || greatest(amounts) === 0 ? (
        <EmptyNote
          text={
            kind === 'cost'
              ? 'No agent said what it cost, and no price is known for what it used.'
              : 'No agent said how many tokens it used.'
          }
        />
      ) : (
        <Plot
          label={title}
          at={rows.map(({ key }) => `${key ?? ''}T12:00:00`)}
          series={series}
          isStacked={isDivided}
          format={format}
          timeText={(ms) => weekdayDate.format(ms)}
        />
      )}
      {source !== null && kind === 'cost' && <p className="cost-source">{source}.</p>}
    </section>
  )
}
