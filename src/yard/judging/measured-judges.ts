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

/** A run of canaries that did not come to its end, or has not yet. */
export interface PartialRun {
  /** Its latest answer, ms. */
  readonly at: number
  /** How many canaries it came to. */
  readonly n: number
}

/** What is known of one judge. */
export interface CanaryRecord {
  /** By its latest whole run; null = there was none. */
  readonly measured: MeasuredJudge | null
  /** A later run that decides nothing; null = there is none. */
  readonly partial: PartialRun | null
}

/** By `judgeKey`. A run that was ended half-way measures nothing, and takes nothing from what an earlier one has shown. */
export function canaryRecords(answers: readonly CanaryAnswer[]): ReadonlyMap<string, CanaryRecord> {
  const known = new Set(CANARIES.map(({ id }) => id))
  const told = answers.filter(({ subject, isCutShort }) => known.has(subject) && !isCutShort)
  const runs = [...Map.groupBy(told, ({ run, ...judge }) => `${run} ${judgeKey(judge)}`).values()]
  const records = new Map<string, CanaryRecord>()
  // Oldest first: a map keeps the order in which its keys came.
  for (const run of runs) {
    const [first] = run
    if (!first) continue
    const key = judgeKey(first)
    const measured = records.get(key)?.measured ?? null
    const scores = new Map(run.map(({ subject, score }) => [subject, score]))
    const at = Math.max(...run.map((each) => each.at))
    const isWhole = scores.size === CANARIES.length
    records.set(
      key,
      isWhole
        ? { measured: { ...canaryFigures(scores), at }, partial: null }
        : { measured, partial: { at, n: scores.size } },
    )
  }
  return records
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
