/** One evaluation of all that was answered of a result, and what is known of it because the same work was judged before. */
import {
  evaluationIdOf,
  judgementIdOf,
  judgementNumberOf,
  type Evaluation,
  type EvaluationPolicy,
  type Findings,
  type Judge,
  type Look,
} from '../judging/evaluation.ts'
import type { Judgement, JudgementReply } from '../judging/judgement.ts'
import { gateText, medianOfLooks, passesGate, scoreOf } from '../judging/score.ts'
import type { Task } from '../task.ts'

const NO_FINDINGS: Findings = {
  dimensions: null,
  evidence: {},
  criteria: [],
  notes: '',
  marks: [],
  facts: [],
  work: '',
}

interface Judged extends Pick<Evaluation, 'taskId' | 'agentId' | 'generation' | 'at'> {
  /** Whose end it comes of, answered or not. */
  readonly last: Pick<Judgement, 'id' | 'judge'>
  /** Why that is unanswered. */
  readonly reason: string | null
  readonly policy: EvaluationPolicy
}

/** Of all answers: the median of each dimension; words of the first. */
export function evaluationBy(
  looks: readonly Look[],
  { last, reason, policy, ...about }: Judged,
): Evaluation {
  const [first] = looks
  const { gate } = policy.gate
  const scored = scoreOfLooks(looks, policy)
  const answered = looks.map(({ judgementId }) => judgementId)
  const ids = [...new Set([...answered, last.id])]
  return {
    ...(first?.findings ?? NO_FINDINGS),
    ...scored,
    ...about,
    marks: [...new Set(looks.flatMap((look) => look.findings.marks))],
    id: evaluationIdOf(judgementIdOf(Math.min(...ids.map(judgementNumberOf)))),
    checks: looks.findLast(({ checks }) => checks !== undefined)?.checks ?? [],
    kind: policy.kind,
    status: scored.score === null ? 'unscored' : 'scored',
    reason: scored.score === null ? (reason ?? 'the judge said nothing of correctness') : null,
    judge: judgeOf(looks, last),
    judgements: ids,
    looks: looks.filter(({ isKept }) => !isKept).length,
    gate: gateText(gate),
    passed: isPassed(policy, scored.score),
    costUsd: sumOf(looks.map(({ costUsd }) => costUsd)),
  }
}

/** Of a kept score whoever gave it, known or not. */
function judgeOf([first]: readonly Look[], last: Judged['last']): Judge | null {
  if (first?.isKept) return first.judge
  return first?.judge ?? last.judge
}

export const isPassed = (
  { gate: { gate } }: EvaluationPolicy,
  score: number | null,
): boolean | null => (gate.mode === 'gated' && score !== null ? passesGate(gate, score) : null)

function scoreOfLooks(
  looks: readonly Look[],
  { weights }: EvaluationPolicy,
): Pick<Evaluation, 'dimensions' | 'score' | 'spread'> {
  const known = looks.flatMap(({ findings }) => findings.dimensions ?? [])
  if (known.length === 0) return { dimensions: null, score: null, spread: null }
  const dimensions = medianOfLooks(known)
  const scores = known.flatMap((each) => scoreOf(each, weights) ?? [])
  const spread = scores.length > 1 ? Math.max(...scores) - Math.min(...scores) : null
  return { dimensions, score: scoreOf(dimensions, weights), spread }
}

const sumOf = (costs: readonly (number | null)[]): number | null =>
  costs.reduce<number | null>((sum, cost) => (cost === null ? sum : (sum ?? 0) + cost), null)

const isSameWork = (before: Task['evaluation'], { agentId, work }: Evaluation): boolean =>
  work !== '' && before?.work === work && before.agentId !== agentId

/** What the very same work was scored before, by a person where one did; null where it was not, or a judge was asked anew. */
export function keptOf(
  { evaluation: before }: Task,
  evaluation: Evaluation,
  { value }: JudgementReply,
): Evaluation['kept'] | null {
  if (before === null || before.score === null || !isSameWork(before, evaluation)) return null
  const by = before.by ?? null
  const isAnswer = value?.purpose === 'evaluation' && value.kept === undefined
  return by === null && isAnswer ? null : { evaluation: before.id, score: before.score, by }
}

/** The note of the person who rejected the very same work; null where nobody did. */
export const rejectionOf = (
  { evaluation: before, rejected }: Task,
  own: Evaluation,
): string | null =>
  rejected && rejected.agentId === before?.agentId && isSameWork(before, own) ? rejected.note : null
