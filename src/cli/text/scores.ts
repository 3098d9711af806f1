/** Scores as a terminal shows them. */
import type { EvaluationFigures, EvaluationRow, EvaluationView } from '../../contract/judging.ts'
import { parseGate, scoreText } from '../../domain/judging/score.ts'

export const isEvaluation = (row: EvaluationRow | EvaluationFigures): row is EvaluationRow =>
  'status' in row

/** Two decimals, half up; empty where it is not known. */
export const shownScore = (score: number | null | undefined): string =>
  score == null ? '' : scoreText(score)

/** `0.93 (gate 0.70 passed)`, `0.93`, `not scored: the judge said nothing`, `not scored yet: claude is asked` */
export function resultText(
  evaluation: Pick<EvaluationView, 'score' | 'gate' | 'passed' | 'reason' | 'status'>,
): string {
  const { score, gate, passed, reason, status } = evaluation
  if (status === 'pending') return `not scored yet: ${reason ?? 'it is being judged'}`
  if (score === null) return `not scored${reason === null ? '' : `: ${reason}`}`
  const parsed = parseGate(gate)
  if (parsed?.mode !== 'gated' || passed === null) return scoreText(score)
  return `${scoreText(score)} (gate ${scoreText(parsed.threshold)} ${passed ? 'passed' : 'not passed'})`
}
