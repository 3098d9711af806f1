/** What many scores say together: how they spread, how many passed, what a passed result costs. Pure. */
import { mean, quantileSorted } from 'simple-statistics'
import {
  DIMENSIONS,
  type Dimension,
  type Dimensions,
  parseGate,
  passesGate,
} from '../domain/judging/score.ts'

/** One scored try. */
export interface ScoredResult {
  /** Effective, in [0, 1]. */
  readonly score: number
  /** As it was then: `0.7`, `score`, `person`, `off`. */
  readonly gate: string
  /** Of the work, US dollars; null = unknown. */
  readonly workUsd: number | null
  readonly dimensions: Partial<Dimensions> | null
}

export interface ScoreFigures {
  readonly n: number
  readonly isFew: boolean
  readonly mean: number | null
  readonly quartiles: { readonly p25: number; readonly p50: number; readonly p75: number } | null
  /** Of those that had a threshold. */
  readonly gated: number
  readonly passed: number
  readonly passedShare: number | null
  /** Of all that had one; null where they differ, or none had. */
  readonly threshold: number | null
  readonly meanCostUsd: number | null
  /** All that is known to have been spent, over those that passed. */
  readonly costPerPassedUsd: number | null
  readonly dimensions: Dimensions
  /** Equal bins from 0 to 1; `below` of them did not pass their gate. */
  readonly bins: readonly { readonly n: number; readonly below: number }[]
}

const ENOUGH = 10
export const BINS = 20

export function scoreFigures(results: readonly ScoredResult[]): ScoreFigures {
  const scores = results.map(({ score }) => score).toSorted((a, b) => a - b)
  const gates = results.map(({ gate }) => thresholdOf(gate))
  const thresholds = new Set(gates.filter((threshold) => threshold !== null))
  const [threshold] = thresholds
  const gated = results.filter(({ gate }) => thresholdOf(gate) !== null)
  const passed = gated.filter(isPassed)
  const costs = results.flatMap(({ workUsd }) => workUsd ?? [])
  const spent = costs.reduce((sum, cost) => sum + cost, 0)
  return {
    n: results.length,
    isFew: results.length < ENOUGH,
    mean: scores.length === 0 ? null : mean(scores),
    quartiles: quartilesOf(scores),
    gated: gated.length,
    passed: passed.length,
    passedShare: gated.length === 0 ? null : passed.length / gated.length,
    threshold: thresholds.size === 1 ? (threshold ?? null) : null,
    meanCostUsd: costs.length === 0 ? null : spent / costs.length,
    costPerPassedUsd: perPassed(gated),
    dimensions: meansOf(results),
    bins: binsOf(results),
  }
}

const thresholdOf = (gate: string): number | null => {
  const parsed = parseGate(gate)
  return parsed?.mode === 'gated' ? parsed.threshold : null
}

const isPassed = ({ gate, score }: ScoredResult): boolean => {
  const parsed = parseGate(gate)
  return parsed === null || passesGate(parsed, score)
}

function quartilesOf(sorted: number[]): ScoreFigures['quartiles'] {
  if (sorted.length === 0) return null
  const at = (share: number): number => quantileSorted(sorted, share)
  return { p25: at(0.25), p50: at(0.5), p75: at(0.75) }
}

/** What did not pass was paid for, too. Null where nothing passed, or where a cost is unknown. */
function perPassed(gated: readonly ScoredResult[]): number | null {
  const passed = gated.filter(isPassed).length
  if (passed === 0 || gated.some(({ workUsd }) => workUsd === null)) return null
  return gated.reduce((sum, { workUsd }) => sum + (workUsd ?? 0), 0) / passed
}

/** Of each dimension over those of which something is told. */
function meansOf(results: readonly ScoredResult[]): Dimensions {
  const meanOf = (name: Dimension): number | null => {
    const known = results.flatMap(({ dimensions }) => dimensions?.[name] ?? [])
    return known.length === 0 ? null : mean(known)
  }
  return Object.fromEntries(DIMENSIONS.map((name) => [name, meanOf(name)])) as Dimensions
}

function binsOf(results: readonly ScoredResult[]): ScoreFigures['bins'] {
  const bins = Array.from({ length: BINS }, () => ({ n: 0, below: 0 }))
  for (const result of results) {
    const bin = bins[binOf(result.score)]
    if (!bin) continue
    bin.n += 1
    if (!isPassed(result)) bin.below += 1
  }
  return bins
}

/** Floats: 0.7 × 20 is 13.999…, and belongs above the line of 0.70. */
const binOf = (score: number): number => Math.min(BINS - 1, Math.floor(score * BINS + 1e-9))
