/** What was judged of a task's result, and what people say of that. */
import { z } from 'zod'
import { agentIdSchema, taskIdSchema } from '../ids.ts'
import { DIMENSIONS, dimensionsSchema, type Gate } from './score.ts'

const JUDGEMENT_ID = /^judge-[1-9][0-9]{0,14}$/
export const judgementIdSchema = z.string().regex(JUDGEMENT_ID).brand<'JudgementId'>()
export type JudgementId = z.infer<typeof judgementIdSchema>
export const judgementIdOf = (number: number): JudgementId => `judge-${number}` as JudgementId
export const judgementNumberOf = (id: JudgementId): number => Number(id.slice('judge-'.length))

/** Who is asked, and why it is that one. */
export const judgeSchema = z.strictObject({
  executor: z.string(),
  model: z.string().nullable(),
  modelId: z.string().nullable(),
  provider: z.string().nullable(),
  provenance: z.string(),
  /** Version of what it is asked with. */
  prompt: z.string(),
})
export type Judge = z.infer<typeof judgeSchema>

const EVALUATION_ID = /^eval-[1-9][0-9]{0,14}$/
export const evaluationIdSchema = z.string().regex(EVALUATION_ID).brand<'EvaluationId'>()
export type EvaluationId = z.infer<typeof evaluationIdSchema>

const markSchema = z.enum([
  'same-family',
  'place-not-found',
  'criteria-disagree',
  'tests-touched',
  'plea',
])

/** What was judged of one result. Recorded once; what people say of it stands beside it. */
export const evaluationSchema = z.strictObject({
  id: evaluationIdSchema,
  taskId: taskIdSchema,
  agentId: agentIdSchema,
  generation: z.number().int(),
  at: z.number().int(),
  status: z.enum(['scored', 'unscored']),
  /** Why it is unscored. */
  reason: z.string().nullable(),
  /** Unrounded; null = unscored. */
  score: z.number().min(0).max(1).nullable(),
  dimensions: dimensionsSchema.nullable(),
  evidence: z.record(z.string(), z.strictObject({ text: z.string(), at: z.string().nullable() })),
  criteria: z.array(
    z.strictObject({
      text: z.string(),
      verdict: z.enum(['met', 'partly', 'not', 'unknown']),
      at: z.string().nullable(),
    }),
  ),
  notes: z.string(),
  checks: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), tail: z.string() })),
  facts: z.array(z.string()),
  judge: judgeSchema.nullable(),
  judgements: z.array(judgementIdSchema),
  /** Highest minus lowest score of its looks; null for one. */
  spread: z.number().nullable(),
  marks: z.array(markSchema),
  /** As it was then: `0.7`, `score`, `person`. */
  gate: z.string(),
  passed: z.boolean().nullable(),
  /** Of diff, answer and artifacts: the same work keeps its score. */
  work: z.string(),
  costUsd: z.number().nullable(),
})
export type Evaluation = z.infer<typeof evaluationSchema>

/** A person's score of an evaluated result. The latest that is no audit counts in place of the model's; a null score takes it back. */
export const opinionSchema = z.strictObject({
  id: z.string(),
  evaluationId: evaluationIdSchema,
  taskId: taskIdSchema,
  at: z.number().int(),
  by: z.string(),
  score: z.number().min(0).max(1).nullable(),
  dimensions: z.partialRecord(z.enum(DIMENSIONS), z.number().min(0).max(1)).nullable(),
  note: z.string(),
  /** Given before the model's score was seen; it measures the judge and changes nothing. */
  isAudit: z.boolean(),
})
export type Opinion = z.infer<typeof opinionSchema>

/** What a task remembers of its latest evaluation. */
export const taskEvaluationSchema = z.strictObject({
  id: evaluationIdSchema,
  agentId: agentIdSchema,
  at: z.number().int(),
  modelScore: z.number().nullable(),
  /** The person's where there is one. */
  score: z.number().nullable(),
  passed: z.boolean().nullable(),
  work: z.string(),
})
export type TaskEvaluation = z.infer<typeof taskEvaluationSchema>

/** With where it comes from: `task`, `tag docs`, `config`. */
export interface GateChoice {
  readonly gate: Gate
  readonly source: string
}
