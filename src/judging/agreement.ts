/** How far a judge agrees with people who scored the same results. */
import { mean, quantile, sampleCorrelation } from 'simple-statistics'
import { type Random, seededRandom } from './sampling.ts'

/** Scores of one result, both in [0, 1]. */
export interface ScorePair {
  readonly model: number
  readonly person: number
}

/** With its 90 % interval; null where it cannot be computed. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface Agreement {
  readonly n: number
  /** Fewer than that say little, and the figure says so itself. */
  readonly isFew: boolean
  /** Mean of model − person: above 0 is lenient. */
  readonly bias: Estimate | null
  /** Mean absolute error. */
  readonly mae: Estimate | null
  /** Spearman's correlation of ranks; ties have their mean rank. */
  readonly spearman: Estimate | null
  /** Cohen's κ on five equal bins, disagreement weighted by its square. */
  readonly kappa: Estimate | null
}

const ENOUGH = 20
const RESAMPLES = 1000
const INTERVAL = [0.05, 0.95] as const
const SEED = 1

export function agreementOf(pairs: readonly ScorePair[]): Agreement {
  const estimate = (figure: Figure): Estimate | null => estimateOf(pairs, figure)
  return {
    n: pairs.length,
    isFew: pairs.length < ENOUGH,
    bias: estimate((sample) => mean(sample.map(({ model, person }) => model - person))),
    mae: estimate((sample) => mean(sample.map(({ model, person }) => Math.abs(model - person)))),
    spearman: estimate(spearmanOf),
    kappa: estimate(kappaOf),
  }
}

/** Null = not of this sample. */
type Figure = (sample: readonly ScorePair[]) => number | null

/** By resampling the pairs; samples without the figure, as all ranks equal, are left out. */
function estimateOf(pairs: readonly ScorePair[], figure: Figure): Estimate | null {
  const value = pairs.length === 0 ? null : figure(pairs)
  if (value === null) return null
  const random = seededRandom(SEED)
  const drawn = Array.from({ length: RESAMPLES }, () => figure(resample(pairs, random)))
  const known = drawn.filter((each) => each !== null)
  if (known.length === 0) return null
  const [low, high] = INTERVAL.map((share) => quantile(known, share))
  return low === undefined || high === undefined ? null : { value, low, high }
}

const resample = (pairs: readonly ScorePair[], random: Random): readonly ScorePair[] =>
  pairs.flatMap(() => pairs[Math.floor(random() * pairs.length)] ?? [])

function spearmanOf(sample: readonly ScorePair[]): number | null {
  if (sample.length < 3) return null
  const ranks = [
    ranksOf(sample.map(({ model }) => model)),
    ranksOf(sample.map(({ person }) => person)),
  ]
  const [ofModel, ofPerson] = ranks
  if (!ofModel || !ofPerson) return null
  const correlation = sampleCorrelation([...ofModel], [...ofPerson])
  return Number.isFinite(correlation) ? correlation : null
}

/** 1 is the lowest; equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): readonly number[] {
  const places = Map.groupBy(values.toSorted((a, b) => a - b).entries(), ([, value]) => value)
  return values.map((value) => mean((places.get(value) ?? []).map(([place]) => place + 1)))
}

const BINS = 5
const binOf = (score: number): number => Math.min(BINS - 1, Math.floor(score * BINS))

/** Null where both always say one and the same bin: nothing could differ by chance. */
function kappaOf(sample: readonly ScorePair[]): number | null {
  const ofModel = sharesOf(sample.map(({ model }) => binOf(model)))
  const ofPerson = sharesOf(sample.map(({ person }) => binOf(person)))
  const observed = mean(sample.map(({ model, person }) => (binOf(model) - binOf(person)) ** 2))
  const expected = ofModel
    .flatMap((model, i) => ofPerson.map((person, j) => model * person * (i - j) ** 2))
    .reduce((sum, each) => sum + each, 0)
  return expected === 0 ? null : 1 - observed / expected
}

const sharesOf = (bins: readonly number[]): readonly number[] =>
  Array.from({ length: BINS }, (_, bin) => bins.filter((each) => each === bin).length / bins.length)
