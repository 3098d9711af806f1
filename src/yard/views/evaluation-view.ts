/** Evaluations and judgements as they cross to clients. */
import type { EvaluationRow, EvaluationView, JudgementView } from '../../contract/judging.ts'
import { type AgentId, isTaskId } from '../../domain/ids.ts'
import type { Opinion } from '../../domain/judging/evaluation.ts'
import type { Judgement } from '../../domain/judging/judgement.ts'
import { parseGate, passesGate } from '../../domain/judging/score.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Task } from '../../domain/task.ts'
import type { StoredEvaluation } from '../../store/judging.ts'
import { isoTime } from './iso-time.ts'

/** The latest opinion that is no audit; null where there is none, or it took an earlier one back. */
function overrideOf(opinions: readonly Opinion[]): EvaluationView['override'] {
  const said = opinions.findLast(({ isAudit }) => !isAudit)
  if (!said || said.score === null) return null
  const { score, dimensions, by, note, at } = said
  return { score, dimensions, by, note, at: isoTime(at) }
}

export function toEvaluationView({ evaluation, opinions }: StoredEvaluation) {
  const override = overrideOf(opinions)
  const { judge, marks, gate, kept } = evaluation
  // Whoever took a score back takes the judge's word.
  const own = opinions.some(({ isAudit }) => !isAudit) ? null : (kept?.score ?? null)
  return {
    id: evaluation.id,
    agent: evaluation.agentId,
    status: evaluation.status,
    reason: evaluation.reason,
    at: isoTime(evaluation.at),
    score: override?.score ?? own ?? evaluation.score,
    modelScore: evaluation.score,
    dimensions: evaluation.dimensions,
    evidence: evaluation.evidence,
    criteria: evaluation.criteria,
    notes: evaluation.notes,
    checks: evaluation.checks,
    facts: evaluation.facts,
    judge: judge && { executor: judge.executor, model: judge.model, prompt: judge.prompt },
    ...(kept ? { kept } : {}),
    looks: evaluation.looks,
    spread: evaluation.spread,
    sameFamily: marks.includes('same-family'),
    marks,
    gate,
    passed: override ? isPassedBy(gate, override.score) : evaluation.passed,
    override,
    costUsd: evaluation.costUsd,
  } satisfies EvaluationView
}

const NOTHING_YET = {
  id: null,
  score: null,
  modelScore: null,
  dimensions: null,
  evidence: {},
  criteria: [],
  notes: '',
  checks: [],
  facts: [],
  judge: null,
  looks: 0,
  spread: null,
  sameFamily: false,
  marks: [],
  gate: '',
  passed: null,
  override: null,
  costUsd: null,
} satisfies Partial<EvaluationView>

/** Of a result that waits for its score: what was asked of it, or is to be. */
export function questionOf(
  { judgements }: Pick<Plan, 'judgements'>,
  agentId: AgentId,
): Judgement | null {
  const living = [...judgements.values()].filter(
    (each) => each.purpose === 'evaluation' && each.agentId === agentId,
  )
  return living.find(({ state }) => state.kind === 'asked') ?? living[0] ?? null
}

/** Of a result that waits for its score; null where none does. */
export function pendingEvaluation(
  plan: Pick<Plan, 'judgements'>,
  task: Task,
): EvaluationView | null {
  const { state } = task
  if (state.kind !== 'pending-eval') return null
  const living = questionOf(plan, state.agentId)
  const judge = living?.state.kind === 'asked' ? living.judge : null
  return {
    ...NOTHING_YET,
    agent: state.agentId,
    status: 'pending',
    reason: judge ? `${judge.executor} is asked` : 'its judge was not asked yet',
    at: isoTime(state.since),
    judge: judge && { executor: judge.executor, model: judge.model, prompt: judge.prompt },
    looks: state.looks.filter(({ isKept }) => !isKept).length,
  }
}

const isPassedBy = (text: string, score: number): boolean | null => {
  const gate = parseGate(text)
  return gate?.mode === 'gated' ? passesGate(gate, score) : null
}

export function toEvaluationRow(
  plan: Pick<Plan, 'tasks'>,
  stored: StoredEvaluation,
): EvaluationRow {
  const { evaluation, executor, model, identity, identityName, kind, workUsd } = stored
  const { taskId, judgements } = evaluation
  const task = isTaskId(taskId) ? plan.tasks.get(taskId) : undefined
  return {
    ...toEvaluationView(stored),
    task: taskId,
    title: task?.title ?? null,
    tags: task?.tags ?? [],
    worker:
      executor === null ? null : { executor, model, identity, identityName, costUsd: workUsd },
    kind,
    judgements,
  }
}

export function toJudgementView(judgement: Judgement): JudgementView {
  const { state, judge, usage } = judgement
  return {
    id: judgement.id,
    purpose: judgement.purpose,
    task: judgement.taskId,
    agent: judgement.agentId,
    generation: judgement.generation,
    subject: judgement.subject,
    by: judgement.by,
    state: state.kind,
    outcome: state.kind === 'ended' ? state.outcome : null,
    reason: state.kind === 'ended' ? state.reason : null,
    ...(state.kind === 'ended' && state.kept ? { kept: state.kept } : {}),
    queuedAt: isoTime(judgement.queuedAt),
    askedAt: state.kind === 'asked' ? isoTime(state.since) : null,
    endedAt: state.kind === 'ended' ? isoTime(state.at) : null,
    judge: judge && {
      executor: judge.executor,
      model: judge.model,
      provider: judge.provider,
      provenance: judge.provenance,
      prompt: judge.prompt,
    },
    usage,
    costUsd: usage?.costUsd ?? null,
    costSource: judgement.costSource,
  }
}
