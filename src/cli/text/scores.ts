/** Scores as a terminal shows them. */
import type { EvaluationFigures, EvaluationRow, EvaluationView } from '../../contract/judging.ts'
import { parseGate, scoreText } from '../../domain/judging/score.ts'

export const isEvaluation = (row: EvaluationRow | EvaluationFigures): row is EvaluationRow =>
  'status' in row

/** Two decimals, half up; empty where it is not known. */
export const shownScore = (score: number | null | undefined): string =>
  score == null ? '' : scoreText(score)

/** `Careful Programmer (f5143935)`; of what has no name its key alone. */
export const identityText = (of: {
  readonly id: string | null
  readonly name: string | null
}): string | null =>
  of.name === null || of.id === null ? of.id : `${of.name} (${of.id.slice(0, 8)})`

/** `0.93 (gate 0.70 passed)`, `0.93`, `not scored: the judge said nothing`, `not scored yet: claude is asked` */
export function resultText(
  evaluation: Pick<
    EvaluationView,
    'score' | 'gate' | 'passed' | 'reason' | 'status' | 'marks' | 'override'
  >,
): string {
  const { score, gate, passed, reason, status } = evaluation
  if (status === 'pending') return `not scored yet: ${reason ?? 'it is being judged'}`
  if (score === null) return `not scored${reason === null ? '' : `: ${reason}`}`
  const parsed = parseGate(gate)
  const beside = markText(evaluation)
  if (parsed?.mode !== 'gated' || passed === null) return `${scoreText(score)}${beside}`
  return `${scoreText(score)} (gate ${scoreText(parsed.threshold)} ${passed ? 'passed' : 'not passed'})${beside}`
}

/** What takes from the word of its judge; nothing where a person's counts. */
function markText({ marks, override }: Pick<EvaluationView, 'marks' | 'override'>): string {
  if (override !== null) return ''
  if (marks.includes('flagged-judge')) return ', its judge is flagged: it decides nothing'
  return marks.includes('same-family') ? ', judged by the same family' : ''
}
