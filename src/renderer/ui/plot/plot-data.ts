/** The numbers behind a plot: stacked, in the right shape for the drawing, and as words. */
import { clock, date, weekdayClock } from '../format.ts'

export interface PlotSeries {
  readonly label: string
  /** One per instant; null = not known, which is drawn as a gap. */
  readonly values: readonly (number | null)[]
  /** Name of a token: `--plot-1`. */
  readonly color: string
  /** bars: one per instant. dashed: a limit, which is no amount of its own. */
  readonly look: 'line' | 'area' | 'bars' | 'dashed'
}

/** Sums from the first series upwards: each stands on those before it. A gap adds nothing to what stands on it; a limit stands alone. */
export function stacked(series: readonly PlotSeries[]): readonly PlotSeries[] {
  const length = Math.max(0, ...series.map(({ values }) => values.length))
  const sums = Array.from({ length }, () => 0)
  return series.map((each) =>
    each.look === 'dashed'
      ? each
      : {
          ...each,
          values: sums.map((sum, index) => (sums[index] = sum + (each.values[index] ?? 0))),
        },
  )
}

/** Greatest known value; null when nothing is known. */
export function greatest(series: readonly PlotSeries[]): number | null {
  let most: number | null = null
  for (const { values } of series)
    for (const value of values) if (value !== null) most = Math.max(most ?? value, value)
  return most
}

/** `14:02: Agents 3, Cap 4`. What is not known is left out. */
export function textAt(
  series: readonly PlotSeries[],
  index: number,
  format: (value: number) => string,
): string {
  return series
    .flatMap(({ label, values }) => {
      const value = values[index] ?? null
      return value === null ? [] : [`${label} ${format(value)}`]
    })
    .join(', ')
}

const DAY_MS = 86_400_000
/** A place on an axis of time, as fine as its span (ms) needs. */
export function axisTime(atMs: number, spanMs: number): string {
  if (spanMs <= DAY_MS) return clock.format(atMs)
  return (spanMs <= 3 * DAY_MS ? weekdayClock : date).format(atMs)
}

/** `14:02`, and with its day where the span is longer than one. */
export const dateTimeText = (atMs: number, spanMs: number): string =>
  (spanMs <= DAY_MS ? clock : weekdayClock).format(atMs)
