/** What was spent, by task, model, executor or day, and what may be. */
import type { Costs } from '../../contract/page.ts'
import type { CostGroup, UsageSum } from '../../store/spending.ts'
import { createPacer } from '../slices.ts'
import { dayOf } from '../spending.ts'
import { isoOrNull, isoTime } from '../views/iso-time.ts'
import type { Yard } from '../yard.ts'

type Source = Pick<Yard, 'plan' | 'store' | 'config' | 'spending'>

interface Wish {
  readonly by: Costs['by']
  /** What each day is divided by. */
  readonly parts?: CostGroup | undefined
  readonly from: number
  readonly to: number
  readonly limit: number
}

export async function readCosts(yard: Source, wish: Wish, signal?: AbortSignal): Promise<Costs> {
  const { by, from, to, limit } = wish
  const { spending } = yard.store
  const rows = by === 'day' ? await dayRows(yard, wish, signal) : groupRows(yard, by, wish)
  const total = spending.usageBetween(from, to)
  return {
    by,
    from: isoTime(from),
    to: isoTime(to),
    rows: rows.slice(0, limit),
    isWhole: rows.length <= limit,
    total: sumOf(total),
    budget: budgetOf(yard, to),
  }
}

const sumOf = ({ costUsd, inputTokens, outputTokens, tries }: UsageSum) => ({
  costUsd,
  inputTokens,
  outputTokens,
  tries,
})

function groupRows(yard: Source, by: CostGroup, wish: Wish): Costs['rows'] {
  const { from, to, limit } = wish
  const rows = yard.store.spending.by(by, { from, to }, limit + 1)
  return rows.map((row) => ({ ...row, title: titleOf(yard, by, row.key) }))
}

/** Days on which an agent ended, oldest first, in the zone of this machine. */
async function dayRows(yard: Source, wish: Wish, signal?: AbortSignal): Promise<Costs['rows']> {
  const { spending } = yard.store
  const first = spending.firstAt()
  const rows: Costs['rows'] = []
  if (first === null) return rows
  const pacer = createPacer(signal)
  for (let at = Math.max(wish.from, first); at < wish.to;) {
    const { start, end } = dayOf(at)
    const span = { from: Math.max(start, wish.from), to: Math.min(end, wish.to) }
    const { tries, ...sum } = spending.inAll(span)
    const key = isoTime(start).slice(0, 10)
    if (tries > 0) rows.push({ title: null, tries, ...sum, key, ...partsOf(yard, wish, span) })
    at = end
    const wait = pacer.check()
    if (wait) await wait
  }
  return rows
}

const titleOf = (
  { plan }: Pick<Source, 'plan'>,
  by: CostGroup,
  key: string | null,
): string | null => (by === 'task' ? (plan.tasks.get(key as never)?.title ?? null) : null)

/** So many of a day are told apart. */
const MOST_PARTS = 50

function partsOf(
  { plan, store }: Source,
  { parts }: Wish,
  span: { readonly from: number; readonly to: number },
): Pick<Costs['rows'][number], 'parts'> {
  if (parts === undefined) return {}
  const sums = store.spending.by(parts, span, MOST_PARTS)
  return {
    parts: sums.map(({ key, costUsd, inputTokens, outputTokens }) => ({
      key,
      costUsd,
      inputTokens,
      outputTokens,
      title: titleOf({ plan }, parts, key),
    })),
  }
}

/** The caps of the yard, and what counts towards them by now. */
function budgetOf(yard: Source, now: number): Costs['budget'] {
  const { spending } = yard
  const { budget } = yard.config().settings
  const day = spending.today(now)
  const { usd: graphUsd, ...graph } = spending.since(budget.graphSince ?? 0)
  return {
    day: { capUsd: budget.dayUsd, capTokens: budget.dayTokens, ...day },
    graph: {
      capUsd: budget.graphUsd,
      capTokens: budget.graphTokens,
      costUsd: graphUsd,
      ...graph,
    },
    graphSince: isoOrNull(budget.graphSince),
  }
}
