/** How far a judge is from people on the canaries, and whether it may gate anything. Pure. */
import { mean } from 'simple-statistics'
import type { CanaryFlag } from '../domain/judging/judgement.ts'
import { CANARIES, canaryScore } from './canaries/canaries.ts'

export interface CanaryFigures {
  readonly n: number
  readonly answered: number
  /** Mean of model − person over the answered good ones: below 0 is severe. Null = none was answered. */
  readonly biasGood: number | null
  /** The same over the bad ones: above 0 is lenient. */
  readonly biasBad: number | null
  /** Mean absolute error over all that were answered. */
  readonly mae: number | null
  /** Null = nothing speaks against it. */
  readonly flag: CanaryFlag | null
}

const LEAST_ANSWERED = 12
const MOST_LENIENT = 0.1
const MOST_INEXACT = 0.15

/** Scores are sums of floats: what is on the bound on paper is not above it. */
const TOLERANCE = 1e-9

/** `answers`: overall scores by id of canary; null or absent = unanswered. */
export function canaryFigures(answers: ReadonlyMap<string, number | null>): CanaryFigures {
  const errors = CANARIES.flatMap((canary) => {
    const model = answers.get(canary.id) ?? null
    return model === null ? [] : [{ isGood: canary.isGood, error: model - canaryScore(canary) }]
  })
  const biasOf = (isGood: boolean): number | null =>
    meanOf(errors.filter((each) => each.isGood === isGood).map(({ error }) => error))
  const figures = {
    n: CANARIES.length,
    answered: errors.length,
    biasGood: biasOf(true),
    biasBad: biasOf(false),
    mae: meanOf(errors.map(({ error }) => Math.abs(error))),
  }
  return { ...figures, flag: flagOf(figures) }
}

/** Too few answers first: the other figures say little then. Lenient before inexact: it names the direction. */
function flagOf({ answered, biasBad, mae }: Omit<CanaryFigures, 'flag'>): CanaryFlag | null {
  if (answered < LEAST_ANSWERED) return 'unanswered'
  if (biasBad !== null && biasBad > MOST_LENIENT + TOLERANCE) return 'lenient'
  return mae !== null && mae > MOST_INEXACT + TOLERANCE ? 'inexact' : null
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : mean([...values])
