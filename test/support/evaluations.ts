/** Policies, findings and replies of judges, as tests give them. */
import type { Evaluation, EvaluationPolicy, Findings } from '../../src/domain/judging/evaluation.ts'
import type { JudgementReply } from '../../src/domain/judging/judgement.ts'
import type { TriageVerdict } from '../../src/domain/judging/triage.ts'
import {
  DEFAULT_WEIGHTS,
  DIMENSIONS,
  parseGate,
  type Dimensions,
} from '../../src/domain/judging/score.ts'

/** Said of the task itself, so that it holds for a shell task too. */
export function policyOf(
  text: string,
  more: Partial<Omit<EvaluationPolicy, 'gate'>> = {},
): EvaluationPolicy {
  const gate = parseGate(text)
  if (!gate) throw new Error(`no gate ${text}`)
  return {
    gate: { gate, source: 'task', isOwn: true },
    kind: 'other',
    weights: DEFAULT_WEIGHTS,
    retries: 2,
    secondLook: 0,
    onFailure: 'hold',
    waits: true,
    ...more,
  }
}

/** Every dimension alike, so that the score is that number. */
export const alike = (score: number | null): Dimensions =>
  Object.fromEntries(DIMENSIONS.map((name) => [name, score])) as Dimensions

export const findingsOf = (score: number | null, more: Partial<Findings> = {}): Findings => ({
  dimensions: alike(score),
  evidence: {},
  criteria: [],
  notes: `notes at ${score}`,
  marks: [],
  facts: [],
  work: '',
  ...more,
})

export const answered = (
  score: number | null,
  { checks = [], ...more }: Partial<Findings> & Partial<Pick<Evaluation, 'checks'>> = {},
): JudgementReply => ({
  value: { purpose: 'evaluation', findings: findingsOf(score, more), checks },
  reason: null,
  usage: null,
  costSource: null,
})

export const verdict = (
  said: TriageVerdict,
  more: { readonly reason?: string; readonly note?: string } = {},
): JudgementReply => ({
  value: { purpose: 'triage', verdict: said, reason: `because ${said}`, note: '', ...more },
  reason: null,
  usage: null,
  costSource: null,
})

export const unanswered = (reason = 'it said nothing'): JudgementReply => ({
  value: null,
  reason,
  usage: null,
  costSource: null,
})
