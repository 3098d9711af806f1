/** What agents have cost, as a plot and in words. Unknown stays unknown. Pure. */
import type { Costs } from '../../../contract/page.ts'
import type { PlotSeries } from '../../ui/plot/plot-data.ts'
import { tokensOf } from '../../components/usage-text.ts'
import { moneyText, plural } from '../../ui/format.ts'

export const COST_SPANS = [
  ['7d', '7 d'],
  ['30d', '30 d'],
  ['all', 'All'],
] as const
export type CostSpan = (typeof COST_SPANS)[number][0]
export const COST_GROUPS = [
  ['day', 'Day'],
  ['model', 'Model'],
  ['executor', 'Executor'],
  ['task', 'Task'],
  ['purpose', 'Purpose'],
] as const
export type CostGroup = Costs['by']
export const COST_KINDS = [
  ['cost', 'Cost'],
  ['tokens', 'Tokens'],
] as const
export type CostKind = (typeof COST_KINDS)[number][0]

export type CostRow = Costs['rows'][number]

const DAY_MS = 86_400_000

/** Null = from the first agent on. */
export function sinceOf(span: CostSpan, nowMs: number): string | null {
  if (span === 'all') return null
  const days = span === '7d' ? 7 : 30
  const first = new Date(nowMs - (days - 1) * DAY_MS)
  return new Date(first.getFullYear(), first.getMonth(), first.getDate()).toISOString()
}

const NOTHING: Omit<CostRow, 'key'> = {
  title: null,
  costUsd: null,
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  tries: 0,
  registryUsd: null,
  unpriced: 0,
  atLeast: 0,
}
const FEWEST_DAYS = 7

/** With the days on which no agent ended, up to the last one; a week at least, so that one bar stands among days. */
export function allDays(rows: readonly CostRow[], from: string | null, to: string): CostRow[] {
  const known = new Map(rows.map((row) => [row.key, row]))
  const last = noonOf(to)
  const earliest = noonOf(from ?? rows[0]?.key ?? to)
  const first = Math.min(earliest.getTime(), last.getTime() - (FEWEST_DAYS - 1) * DAY_MS)
  const days: CostRow[] = []
  for (const day = noonOf(first); day <= last; day.setDate(day.getDate() + 1)) {
    const key = dayKey(day)
    days.push(known.get(key) ?? { key, ...NOTHING })
  }
  return days
}

/** Noon is on the same day whatever the clocks are put forward or back. */
function noonOf(at: string | number): Date {
  const isDay = typeof at === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(at)
  const date = new Date(isDay ? `${at}T12:00:00` : at)
  date.setHours(12, 0, 0, 0)
  return date
}

const two = (value: number): string => String(value).padStart(2, '0')
const dayKey = (date: Date): string =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`

type DayCaps = Pick<Costs['budget']['day'], 'capUsd' | 'capTokens'>
const NO_CAPS: DayCaps = { capUsd: null, capTokens: null }

function budgetLine(
  days: readonly unknown[],
  kind: CostKind,
  { capUsd, capTokens }: DayCaps,
): readonly PlotSeries[] {
  const cap = kind === 'cost' ? capUsd : capTokens
  if (cap === null) return []
  const label = 'Budget of a day'
  return [{ label, color: '--text-3', look: 'dashed', values: days.map(() => cap) }]
}

type DayCost = Pick<CostRow, 'costUsd' | 'inputTokens' | 'outputTokens'> &
  Partial<Pick<CostRow, 'registryUsd'>>

/** Bars per day; over each what of it is worked out by prices; and the cap of a day as a line. What no CLI told is a gap. */
export function costSeries(
  days: readonly DayCost[],
  kind: CostKind,
  caps: DayCaps = NO_CAPS,
): readonly PlotSeries[] {
  const bars = (label: string, color: string, values: PlotSeries['values']): PlotSeries[] => [
    { label, values, color, look: 'bars' },
  ]
  const line = budgetLine(days, kind, caps)
  if (kind === 'tokens') return [...bars('Tokens', '--plot-1', days.map(tokensOf)), ...line]
  const byPrice = days.map(({ registryUsd = null }) => registryUsd)
  return [
    ...bars(
      'Cost',
      '--plot-1',
      days.map(({ costUsd }) => costUsd),
    ),
    ...(byPrice.some(Boolean) ? bars('Of that by prices', '--plot-2', byPrice) : []),
    ...line,
  ]
}

const COLOURS = ['--plot-1', '--plot-2', '--plot-3', '--plot-4', '--plot-5'] as const

type Part = NonNullable<CostRow['parts']>[number]

/** A layer of each day's bar per model, executor or task, the dearest at the foot; what has no colour of its own is summed up. */
export function partSeries(
  days: readonly CostRow[],
  kind: CostKind,
  caps: DayCaps,
): readonly PlotSeries[] {
  const amount = kind === 'cost' ? ({ costUsd }: Part) => costUsd : tokensOf
  const names = new Map<string | null, string>()
  const sums = new Map<string | null, number>()
  for (const part of days.flatMap(({ parts }) => parts ?? [])) {
    const value = amount(part)
    names.set(part.key, part.title ?? part.key ?? 'No model')
    if (value !== null && value > 0) sums.set(part.key, (sums.get(part.key) ?? 0) + value)
  }
  const keys = [...sums].toSorted(([, a], [, b]) => b - a).map(([key]) => key)
  const own = keys.slice(0, keys.length > COLOURS.length ? COLOURS.length - 1 : COLOURS.length)
  const rest = new Set(keys.slice(own.length))
  const layer = (label: string, index: number, has: (part: Part) => boolean): PlotSeries => ({
    label,
    color: COLOURS[index] ?? '--plot-5',
    look: 'bars',
    values: days.map(({ parts }) => sum((parts ?? []).filter(has).map(amount))),
  })
  return [
    ...own.map((key, index) => layer(names.get(key) ?? '', index, (part) => part.key === key)),
    ...(rest.size === 0
      ? []
      : [layer(`${rest.size} others`, own.length, ({ key }) => rest.has(key))]),
    ...budgetLine(days, kind, caps),
  ]
}

type CostParts = Pick<CostRow, 'costUsd' | 'registryUsd' | 'unpriced' | 'atLeast'>

/** Who says what it cost. `dates`: when the prices were noted. Null = nothing is known. */
export function sourceText(
  { costUsd, registryUsd, unpriced, atLeast }: CostParts,
  dates: readonly string[],
): string | null {
  const priced = registryUsd ?? 0
  const told = (costUsd ?? 0) - priced
  const parts = [
    costUsd !== null && told > 1e-9 ? `${moneyText(told)} told by the CLI` : '',
    priced > 0 ? `${moneyText(priced)} computed from prices${datesText(dates)}` : '',
    unpriced > 0 ? `${unpriced} without a known price` : '',
    atLeast > 0 ? `${plural(atLeast, 'try', 'tries')} that reported only part` : '',
  ].filter(Boolean)
  return parts.length === 0 ? null : parts.join(', ')
}

/** ` of 2026-04`, ` of 2026-04 to 2026-10` */
function datesText(dates: readonly string[]): string {
  const sorted = [...new Set(dates)].toSorted()
  const [first] = sorted
  const last = sorted.at(-1)
  if (first === undefined) return ''
  return first === last ? ` of ${first}` : ` of ${first} to ${last}`
}

/** The same of many rows together. */
export const sumOfRows = (rows: readonly CostRow[]): CostParts => ({
  costUsd: sum(rows.map(({ costUsd }) => costUsd)),
  registryUsd: sum(rows.map(({ registryUsd }) => registryUsd)),
  unpriced: rows.reduce((all, { unpriced }) => all + unpriced, 0),
  atLeast: rows.reduce((all, { atLeast }) => all + atLeast, 0),
})

/** Of those that are known; null when none is. */
export function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0)
}
