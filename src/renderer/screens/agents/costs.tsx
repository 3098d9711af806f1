/** Costs: what agents have used and cost, per day and by whom, beside what they may. */
import { useMemo, useState } from 'react'
import type { Costs } from '../../../contract/page.ts'
import { ConfigRow } from '../../components/config-row.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { boundText, tokensOf } from '../../components/usage-text.ts'
import { useTurnover } from '../../model/session/session-context.tsx'
import { navigate, useRouteChoice } from '../../model/route.ts'
import { useAnswer } from '../../model/use-answer.ts'
import { DataTable, type DataColumn } from '../../ui/data-table.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { capital, countText, instantText, moneyText, plural, tokensText } from '../../ui/format.ts'
import { EmptyNote } from '../../ui/screen.tsx'
import { useNow } from '../../ui/timers.ts'
import { DayPlot, TrendCard } from './trends.tsx'
import {
  allDays,
  COST_GROUPS,
  COST_KINDS,
  COST_SPANS,
  costSeries,
  partSeries,
  sinceOf,
  sourceText,
  sumOfRows,
  type CostGroup,
  type CostKind,
  type CostRow,
  type CostSpan,
} from './cost-data.ts'
import './costs.css'

const ASK_EVERY_MS = 30_000
const MOST_ROWS = 200
/** Ten years: the plot has every day. */
const MOST_DAYS = 3660

export function CostsView() {
  const [span, setSpan] = useRouteChoice('span', COST_SPANS, '30d')
  const [group, setGroup] = useRouteChoice('by', COST_GROUPS, 'model')
  const days = useCosts('day', span, group)
  const rows = useCosts(group, span)
  const models = useAnswer(({ service }) => service.models())
  const byModel = useCosts('model', span)
  const now = useNow(ASK_EVERY_MS)
  const dates = new Map((models.value ?? []).map(({ name, priceDate }) => [name, priceDate]))
  const used = datesUsed(byModel.value?.rows ?? [], dates)
  return (
    <div className="screen-body trends" tabIndex={-1}>
      <Segmented label="Span" value={span} options={COST_SPANS} onChange={setSpan} />
      <ProblemNote problem={days.problem ?? rows.problem} onClose={days.askAgain} />
      {days.value && (
        <div className="trend-grid">
          <PerDay costs={days.value} group={group} since={sinceOf(span, now)} dates={used} />
          <Budgets budget={days.value.budget} />
          {rows.value && (
            <TrendCard
              title="Costs by"
              className="cost-card"
              tools={
                <Segmented
                  label="Costs by"
                  value={group}
                  options={COST_GROUPS}
                  onChange={setGroup}
                />
              }
            >
              <CostTable costs={rows.value} dates={dates} used={used} />
            </TrendCard>
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
  const format = kind === 'cost' ? moneyText : tokensText
  const figure = kind === 'cost' ? total.costUsd : tokensOf(total)
  const sums = sumOfRows(rows)
  const source = sourceText(sums, dates)
  return (
    <TrendCard
      title={title}
      className="cost-card"
      figure={boundText(sums, format(figure))}
      note={total.tries === 0 ? '' : plural(total.tries, 'try', 'tries')}
      tools={<Segmented label="Costs as" value={kind} options={COST_KINDS} onChange={setKind} />}
    >
      <DayPlot
        label={title}
        days={rows.map(({ key }) => key ?? '')}
        series={series}
        isStacked={isDivided}
        format={format}
        none={
          kind === 'cost'
            ? 'No agent said what it cost, and no price is known for what it used.'
            : 'No agent said how many tokens it used.'
        }
      />
      {source !== null && kind === 'cost' && <p className="cost-source">{source}.</p>}
    </TrendCard>
  )
}

// What was spent, row by row, with who says so. What nobody knows is empty.

interface CostTableProps {
  readonly costs: Costs
  /** When the price of a model was noted, by its name. */
  readonly dates: ReadonlyMap<string, string | null>
  /** Of all models by whose prices something was worked out. */
  readonly used: readonly string[]
}

export function CostTable({ costs: { by, rows, isWhole }, dates, used }: CostTableProps) {
  if (rows.length === 0) return <EmptyNote text="No agent ended in this time." />
  const datesOf = ({ key }: CostRow): readonly string[] =>
    by === 'model' ? [dates.get(key ?? '') ?? []].flat() : used
  const columns: readonly DataColumn<CostRow>[] = [
    [capital(by), (row) => <Name by={by} row={row} />, { isRowHead: true, sortBy: 'key' }],
    ['Cost', (row) => boundText(row, moneyText(row.costUsd)), figure('costUsd')],
    ['Input', (row) => boundText(row, tokensText(row.inputTokens)), figure('inputTokens')],
    ['Cached', (row) => tokensText(row.cachedTokens), figure('cachedTokens')],
    ['Output', (row) => boundText(row, tokensText(row.outputTokens)), figure('outputTokens')],
    ['Tries', (row) => countText(row.tries), figure('tries')],
    ['Who says so', (row) => sourceText(row, datesOf(row))],
  ]
  return (
    <div className="cost-table" tabIndex={0} role="region" aria-label={`Costs by ${by}, table`}>
      <DataTable
        label={`Costs by ${by}`}
        columns={columns}
        rows={by === 'day' ? rows.toReversed() : rows}
        keyOf={({ key }) => key ?? ''}
      />
      {!isWhole && <p className="cost-source">The dearest {plural(rows.length, 'row')}.</p>}
    </div>
  )
}

const figure = (sortBy: keyof CostRow) => ({ className: 'num', sortBy })

/** Leads to what it names, while that is still there. */
function Name({ by, row: { key, title } }: Pick<Costs, 'by'> & { readonly row: CostRow }) {
  if (key === null) return <span className="text-text-3">no model</span>
  const open = {
    day: null,
    purpose: null,
    model: () => navigate({ screen: 'tasks', filters: { q: `model:${key}` } }),
    executor: () => navigate({ screen: 'executors', filters: { executor: key } }),
    task: title === null ? null : () => navigate({ task: key }),
  }[by]
  const name = <span dir="auto">{title ?? key}</span>
  return open === null ? (
    name
  ) : (
    <button type="button" className="text-button" onClick={open}>
      {name}
    </button>
  )
}

// What may be spent, and how much of it is; each cap is changed where it stands.

type Budget = Costs['budget']

const NO_NAMES = { executors: [], models: [] }
const KEYS: readonly string[] = [
  'budget.day_usd',
  'budget.day_tokens',
  'budget.graph_usd',
  'budget.graph_tokens',
]

export function Budgets({ budget }: { readonly budget: Budget }) {
  const config = useAnswer(({ page }) => page.settings({}), { key: JSON.stringify(budget) })
  const { day, graph, graphSince } = budget
  const budgets = (config.value?.entries ?? []).filter(({ key }) => KEYS.includes(key))
  return (
    <TrendCard title="Budgets" className="cost-card">
      <dl className="cost-meters text-12">
        <Meter name="Today, dollars" of={day} unit="usd" />
        <Meter name="Today, tokens" of={day} unit="tokens" />
        <Meter name="In all, dollars" of={graph} unit="usd" />
        <Meter name="In all, tokens" of={graph} unit="tokens" />
      </dl>
      {graphSince !== null && (
        <p className="cost-source">In all is counted from {instantText(graphSince)}.</p>
      )}
      <p className="cost-source">
        At a cap no new agent starts; those that run go on. Raised, everything goes on by itself.
      </p>
      <details>
        <summary>Change budgets</summary>
        {budgets.map((entry) => (
          <ConfigRow
            key={entry.key}
            entry={entry}
            names={NO_NAMES}
            scope="project"
            onSaved={config.askAgain}
          />
        ))}
      </details>
      <ProblemNote problem={config.problem} onClose={config.askAgain} />
    </TrendCard>
  )
}

interface BudgetMeterProps {
  readonly name: string
  readonly of: Budget['day']
  readonly unit: 'usd' | 'tokens'
}

/** Nothing where neither what was spent is known nor a cap set. */
function Meter({ name, of, unit }: BudgetMeterProps) {
  const isMoney = unit === 'usd'
  const [spent, cap] = isMoney ? [of.costUsd, of.capUsd] : [of.tokens, of.capTokens]
  const format = isMoney ? moneyText : tokensText
  if (spent === null && cap === null) return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {boundText(of, format(spent))}
        {cap !== null && `${spent === null ? '' : ' of '}${format(cap)}`}
        {cap !== null && spent !== null && (
          <progress
            max={cap}
            value={Math.min(cap, spent)}
            data-over={spent >= cap || undefined}
            aria-label={`${name} used`}
          />
        )}
      </dd>
    </div>
  )
}
