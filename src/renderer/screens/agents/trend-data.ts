/** The numbers of the trends: spreads of durations, and states as layers. */
import type { History } from '../../../contract/page.ts'
import type { PlotSeries } from '../../ui/plot/plot-data.ts'

export interface Spread {
  readonly name: string
  readonly count: number
  /** ms */
  readonly least: number
  readonly lower: number
  readonly median: number
  readonly upper: number
  readonly most: number
}

/** Too few to say much: shown, but greyed. */
export const FEW = 10

/** Durations of ended tries by executor, the most used first. Tries that were refused never ran. */
export function spreadsOf(tries: History['tries']): readonly Spread[] {
  const groups = Map.groupBy(
    tries.filter(({ outcome }) => outcome !== 'refused'),
    ({ executor }) => executor,
  )
  return [...groups]
    .map(([name, group]) =>
      spreadOf(
        name,
        group.map(({ tookMs }) => tookMs),
      ),
    )
    .toSorted((a, b) => b.count - a.count || a.name.localeCompare(b.name))
}

export function spreadOf(name: string, values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => quantile(sorted, share)
  return {
    name,
    count: sorted.length,
    least: at(0),
    lower: at(0.25),
    median: at(0.5),
    upper: at(0.75),
    most: at(1),
  }
}

/** Between its two neighbours where the place is not a whole one. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share
  const low = sorted[Math.floor(place)] ?? 0
  const high = sorted[Math.ceil(place)] ?? low
  return low + (high - low) * (place - Math.floor(place))
}

/** Place on a scale where each tenfold takes the same room: tries of seconds and of hours are both seen. 0 to 1. */
export function logPosition(value: number, most: number): number {
  const floor = 100
  const top = Math.log(Math.max(most, floor * 10) / floor)
  return Math.min(1, Math.max(0, Math.log(Math.max(value, floor) / floor) / top))
}

/** Stored statuses from the bottom of the stack up: what is settled lies at the bottom. */
const LAYERS = [
  ['done', 'Done', '--st-done-solid'],
  ['abandoned', 'Abandoned', '--st-abandoned-solid'],
  ['failed', 'Failed', '--st-failed-solid'],
  ['waiting', 'Waiting', '--st-waiting-solid'],
  ['pending-eval', 'Pending eval', '--st-pending-eval-solid'],
  ['in-progress', 'In progress', '--st-in-progress-solid'],
  ['open', 'Open', '--st-ready-solid'],
] as const

export const stateLayers = (states: History['states']): readonly PlotSeries[] =>
  LAYERS.flatMap(([status, label, color]) => {
    const values = states[status]
    return values?.some((count) => count > 0) ? [{ label, values, color, look: 'area' }] : []
  })
