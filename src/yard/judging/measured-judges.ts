/** What is known of judges by the canaries that they answered, and whether they may gate anything. */
import { scoreText } from '../../domain/judging/score.ts'
import type { Judge } from '../../domain/judging/evaluation.ts'
import { CANARIES } from '../../judging/canaries/canaries.ts'
import { canaryFigures, type CanaryFigures } from '../../judging/canary-figures.ts'
import type { CanaryAnswer } from '../../store/judging.ts'

export interface MeasuredJudge extends CanaryFigures {
  /** Its latest answer, ms. */
  readonly at: number
}

type Name = Pick<Judge, 'executor' | 'model' | 'prompt'>

/** One judge is an executor with a model and a version of the prompt. */
export const judgeKey = ({ executor, model, prompt }: Name): string =>
  JSON.stringify([executor, model, prompt])

/** By `judgeKey`; a judge is in it once it was asked all canaries. */
export function measuredJudges(
  answers: readonly CanaryAnswer[],
): ReadonlyMap<string, MeasuredJudge> {
  const known = new Set(CANARIES.map(({ id }) => id))
  const byJudge = Map.groupBy(
    answers.filter(({ subject }) => known.has(subject)),
    judgeKey,
  )
  const measured = [...byJudge].filter(([, own]) => own.length === CANARIES.length)
  return new Map(
    measured.map(([key, own]) => {
      const figures = canaryFigures(new Map(own.map(({ subject, score }) => [subject, score])))
      return [key, { ...figures, at: Math.max(...own.map(({ at }) => at)) }]
    }),
  )
}

/** Why its scores decide nothing; null = nothing speaks against it. */
export function flagText({ flag, biasBad, mae, answered, n }: CanaryFigures): string | null {
  switch (flag) {
    case null:
      return null
    case 'lenient':
      return `bad work is scored ${scoreText(biasBad ?? 0)} too high on average (more than 0.10)`
    case 'inexact':
      return `it is off by ${scoreText(mae ?? 0)} on average (more than 0.15)`
    case 'unanswered':
      return `it answered ${answered} of ${n} canaries`
  }
}
