/** Two sides of a bench that took turns: the ratio of each row with its spread, and what follows from it. */
import { median } from './measure.ts'
import { isMet, rounded, type Row } from './report.ts'

/** The rows of each round. */
export interface Rounds {
  readonly base: readonly (readonly Row[])[]
  readonly here: readonly (readonly Row[])[]
}

/** `worse`: every round here was worse than every round of the base. `same`: the rounds overlap. */
export type Verdict = 'better' | 'same' | 'worse'

/** Here against base. The spread is over every pair of rounds, one of each side. */
export interface Ratio {
  readonly median: number
  readonly least: number
  readonly most: number
}

export interface ComparedRow {
  readonly what: string
  readonly unit: string
  /** Medians. */
  readonly base: number
  readonly here: number
  /** Null where a value is not above zero. */
  readonly ratio: Ratio | null
  readonly verdict: Verdict
  readonly target: Row['target'] | null
  /** The base meets the target, this side does not. */
  readonly isMissed: boolean
}

export interface ComparedBench {
  readonly name: string
  readonly rows: readonly ComparedRow[]
  /** Rows that the other side alone has. */
  readonly missing: { readonly base: readonly string[]; readonly here: readonly string[] }
}

export function compareRounds(name: string, { base, here }: Rounds): ComparedBench {
  const [before, after] = [valuesByRow(base), valuesByRow(here)]
  const rows = [...after].flatMap(([what, ours]) => {
    const theirs = before.get(what)
    return theirs === undefined ? [] : [compareRow(theirs, ours)]
  })
  const only = (some: typeof before, others: typeof before): string[] =>
    [...some.keys()].filter((what) => !others.has(what))
  return { name, rows, missing: { base: only(after, before), here: only(before, after) } }
}

interface RowValues {
  readonly row: Row
  readonly values: number[]
}

function valuesByRow(rounds: readonly (readonly Row[])[]): Map<string, RowValues> {
  const found = new Map<string, RowValues>()
  for (const row of rounds.flat()) {
    const known = found.get(row.what)
    if (known) known.values.push(row.value)
    else found.set(row.what, { row, values: [row.value] })
  }
  return found
}

function compareRow(base: RowValues, here: RowValues): ComparedRow {
  const { what, unit } = here.row
  const target = here.row.target ?? base.row.target ?? null
  const [before, after] = [median(base.values), median(here.values)]
  return {
    what,
    unit,
    base: before,
    here: after,
    ratio: ratioOf(base.values, here.values),
    verdict: verdictOf(base.values, here.values, isMoreBetter(unit, target)),
    target,
    isMissed: target !== null && isMet(before, target) && !isMet(after, target),
  }
}

function ratioOf(base: readonly number[], here: readonly number[]): Ratio | null {
  if ([...base, ...here].some((value) => !(value > 0))) return null
  return {
    median: median(here) / median(base),
    least: Math.min(...here) / Math.max(...base),
    most: Math.max(...here) / Math.min(...base),
  }
}

/** Without a target, a rate is better when higher, all else (times, sizes, ratios of costs) when lower. */
const isMoreBetter = (unit: string, target: Row['target'] | null): boolean =>
  target ? 'min' in target : unit.endsWith('/s')

function verdictOf(
  base: readonly number[],
  here: readonly number[],
  isMoreBetter: boolean,
): Verdict {
  const isAbove = Math.min(...here) > Math.max(...base)
  const isBelow = Math.max(...here) < Math.min(...base)
  if (!isAbove && !isBelow) return 'same'
  return isAbove === isMoreBetter ? 'better' : 'worse'
}

/** A line of a table for each row. */
export const tableOf = ({ rows }: ComparedBench) =>
  rows.map((row) => ({
    what: row.what,
    base: `${rounded(row.base)} ${row.unit}`,
    here: `${rounded(row.here)} ${row.unit}`,
    ratio: ratioText(row.ratio),
    '': remarksOf(row).join(', '),
  }))

/** "1.02 (0.91–1.10)" */
export const ratioText = (ratio: Ratio | null): string =>
  ratio === null
    ? '—'
    : `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)})`

/** Rows and benches that cannot be compared, a sentence each. */
export const missingText = ({ name, missing }: ComparedBench): string[] => [
  ...missing.base.map((what) => `${name}: the base has no row "${what}"`),
  ...missing.here.map((what) => `${name}: only the base has a row "${what}"`),
]

/** Header, rule and row for the table of docs/benchmarks.md: of each bench the first row with a target. */
export function markdownOf(
  lead: Readonly<Record<string, string>>,
  names: readonly string[],
  benches: readonly ComparedBench[],
): string {
  const cells = names.map((name) => {
    const rows = benches.find((bench) => bench.name === name)?.rows ?? []
    const row = rows.find(({ target }) => target !== null)
    if (!row) return '—'
    return [ratioText(row.ratio), ...remarksOf(row)].join(', ')
  })
  const titles = [...Object.keys(lead), ...names.map((name) => `\`${name}\``)]
  const lines = [titles, titles.map(() => '---'), [...Object.values(lead), ...cells]]
  return lines.map((words) => `| ${words.join(' | ')} |`).join('\n')
}

const remarksOf = ({ verdict, isMissed }: ComparedRow): string[] => [
  ...(verdict === 'same' ? [] : [verdict]),
  ...(isMissed ? ['TARGET MISSED'] : []),
]
