/** What a judged result is worth: eight dimensions in [0, 1], one score made from seven of them, the gate that it has to pass. Pure. */

/** Those that the score is made of, with their default weights. */
export const DEFAULT_WEIGHTS = {
  correctness: 0.3,
  completeness: 0.2,
  efficiency: 0.1,
  style_adherence: 0.1,
  downstream_usability: 0.15,
  coordination_overhead: 0.1,
  blocking_impact: 0.05,
} as const
export type WeightedDimension = keyof typeof DEFAULT_WEIGHTS
export const WEIGHTED_DIMENSIONS = Object.keys(DEFAULT_WEIGHTS) as readonly WeightedDimension[]

/** In the order in which they are shown. Fidelity to the intent stands beside the score and is no part of it. */
export const DIMENSIONS = [
  'correctness',
  'completeness',
  'efficiency',
  'style_adherence',
  'downstream_usability',
  'coordination_overhead',
  'blocking_impact',
  'intent_fidelity',
] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Null = nothing tells. */
export type Dimensions = Record<Dimension, number | null>
export type Weights = Readonly<Record<WeightedDimension, number>>

/**
 * The weighted mean over the dimensions that something tells about, unrounded. Null = unscored: without a word on correctness no
 * other dimension says that the work is right.
 */
export function scoreOf(dimensions: Dimensions, weights: Weights = DEFAULT_WEIGHTS): number | null {
  if (dimensions.correctness === null) return null
  let sum = 0
  let weight = 0
  for (const name of WEIGHTED_DIMENSIONS) {
    const value = dimensions[name]
    if (value === null) continue
    sum += weights[name] * value
    weight += weights[name]
  }
  return weight === 0 ? null : sum / weight
}

/** Of several looks at one result: the median of each dimension, of those that tell of it. */
export function medianOfLooks(looks: readonly Dimensions[]): Dimensions {
  const medians = DIMENSIONS.map((name) => [name, median(looks.map((look) => look[name]))] as const)
  return Object.fromEntries(medians) as Dimensions
}

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b)
  const middle = known.length / 2
  const [low, high] = [known[Math.ceil(middle) - 1], known[Math.floor(middle)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}

/** A score is a sum of floats: what is equal on paper counts as equal. */
const TOLERANCE = 1e-9

/** Whose score a result has that nobody was asked about. */
export const keptText = (kept: {
  readonly evaluation: string
  readonly by: string | null
}): string =>
  `same work as ${kept.evaluation}, score${kept.by === null ? '' : ` of ${kept.by}`} kept; nobody was asked`

/** Two decimals, half up. */
export const scoreText = (score: number): string =>
  (Math.floor(score * 100 + 0.5 + TOLERANCE) / 100).toFixed(2)

/** `0.93 (gate 0.70 passed)`; of a gate that asked for no score the number alone. */
export function scoredText(
  score: number,
  against: { readonly gate: string; readonly passed: boolean | null } | null = null,
): string {
  if (against === null || against.passed === null) return scoreText(score)
  const verdict = against.passed ? 'passed' : 'not passed'
  return `${scoreText(score)} (gate ${scoreText(Number(against.gate))} ${verdict})`
}

export const GATE_MODES = ['off', 'score', 'gated', 'person'] as const

/**
 * off: nothing is judged. score: judged, whatever comes of it is done. gated: done from `threshold` on. person: a person decides.
 */
export type Gate =
  | { readonly mode: 'off' | 'score' | 'person' }
  | { readonly mode: 'gated'; readonly threshold: number }

/** `off`, `score`, `person`, or a threshold: a number with 0 < T ≤ 1. Null = none of them. */
export function parseGate(text: string): Gate | null {
  if (text === 'off' || text === 'score' || text === 'person') return { mode: text }
  const threshold = /^(?:0?\.\d+|0|1(?:\.0*)?|0\.\d*)$/.test(text) ? Number(text) : NaN
  return threshold > 0 && threshold <= 1 ? { mode: 'gated', threshold } : null
}

/** For whatever is no gate. */
export const GATE_FORM =
  'must be "off", "score", "person" or the least score that passes, above 0 and at most 1'

export const gateText = (gate: Gate): string =>
  gate.mode === 'gated' ? String(gate.threshold) : gate.mode

/** A person, then the highest threshold, then a score, then off. */
export function strictestGate(gates: readonly Gate[]): Gate {
  const rank = (gate: Gate): number =>
    gate.mode === 'gated' ? 1 + gate.threshold : { off: 0, score: 1, person: 3 }[gate.mode]
  return gates.reduce<Gate>((best, gate) => (rank(gate) > rank(best) ? gate : best), {
    mode: 'off',
  })
}

export const passesGate = (gate: Gate, score: number): boolean =>
  gate.mode !== 'gated' || score >= gate.threshold - TOLERANCE

/** So near to the threshold that one look does not decide. `around` 0 = never. */
export const isCloseCall = (gate: Gate, score: number, around: number): boolean =>
  gate.mode === 'gated' && around > 0 && Math.abs(score - gate.threshold) <= around + TOLERANCE
