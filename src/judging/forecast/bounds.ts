/** From played runs to what is said of them: quantiles, shares of the critical path, and how honest the bounds have been. Pure. */
import { quantile, quantileSorted } from 'simple-statistics'
import type { SimulatedRuns } from './simulate.ts'

/** p05 and p95 are null where too little is known to claim them. */
export interface Bounds {
  readonly p05: number | null
  readonly p25: number
  readonly p50: number
  readonly p75: number
  readonly p95: number | null
}

export interface Quartiles {
  readonly p25: number
  readonly p50: number
  readonly p75: number
}

/** A forecast whose graph has ended since, in ms. */
export interface PastForecast {
  readonly p05: number
  readonly p50: number
  readonly p95: number
  readonly realMs: number
}

/** From so many on the bounds follow what they missed before. */
const MIN_PAST = 9
const COVERAGE = 0.9

/**
 * Conformal: how much wider the bounds would have had to be around their median, in logs, to hold 90 % of past graphs. Never below 1: a
 * lucky past narrows nothing.
 */
export function stretchOf(past: readonly PastForecast[]): number {
  if (past.length < MIN_PAST) return 1
  const misses = past
    .map(({ p05, p50, p95, realMs }) => {
      const half = Math.log(p95 / p05) / 2
      return half > 0 ? Math.abs(Math.log(realMs / p50)) / half : 1
    })
    .toSorted((a, b) => a - b)
  const at = Math.min(misses.length, Math.ceil(COVERAGE * (misses.length + 1)))
  return Math.max(1, misses[at - 1] ?? 1)
}

/** `stretch` widens around the median, in logs. */
export function boundsOf(values: Float64Array, stretch: number, isRough: boolean): Bounds {
  const sorted = [...values].toSorted((a, b) => a - b)
  const p50 = quantileSorted(sorted, 0.5)
  const at = (share: number): number => {
    const value = quantileSorted(sorted, share)
    return p50 > 0 && value > 0 ? p50 * (value / p50) ** stretch : value
  }
  return {
    p05: isRough ? null : at(0.05),
    p25: at(0.25),
    p50,
    p75: at(0.75),
    p95: isRough ? null : at(0.95),
  }
}

/** Of one task over all runs. */
export function quartilesOf(values: Float32Array, task: number, size: number): Quartiles {
  const own: number[] = []
  for (let at = task; at < values.length; at += size) own.push(values[at] ?? 0)
  const [p25 = 0, p50 = 0, p75 = 0] = quantile(own, [0.25, 0.5, 0.75])
  return { p25, p50, p75 }
}

/** Share of runs with the task on their critical path, greatest first; what never is is left out. */
export const criticalShares = ({
  critical,
  count,
}: SimulatedRuns): { readonly task: number; readonly share: number }[] =>
  [...critical]
    .map((hits, task) => ({ task, share: hits / count }))
    .filter(({ share }) => share > 0)
    .toSorted((a, b) => b.share - a.share || a.task - b.task)
