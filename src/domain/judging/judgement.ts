/**
 * A judgement: one question of the yard to a model, and what came of it. It is neither a task nor an agent: it has no token, no tools and no
 * repository, and nothing waits for a slot because of it.
 */
import { z } from 'zod'
import { costSourceSchema, usageSchema } from '../agent.ts'
import { agentIdSchema, taskIdSchema } from '../ids.ts'
import { dimensionsSchema, type Gate } from './score.ts'

const JUDGEMENT_ID = /^judge-[1-9][0-9]{0,14}$/
export const judgementIdSchema = z.string().regex(JUDGEMENT_ID).brand<'JudgementId'>()
export type JudgementId = z.infer<typeof judgementIdSchema>
export const judgementIdOf = (number: number): JudgementId => `judge-${number}` as JudgementId
export const judgementNumberOf = (id: JudgementId): number => Number(id.slice('judge-'.length))

export const JUDGEMENT_PURPOSES = ['evaluation', 'triage', 'assignment', 'canary'] as const
export type JudgementPurpose = (typeof JUDGEMENT_PURPOSES)[number]

/**
 * queued: asked for, nothing was sent. asked: a turn was sent, or may have been; what comes back of it counts, whoever owns the yard then.
 * ended: answered, or unanswered with its reason. It never leaves that.
 */
const judgementStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('queued') }),
  z.strictObject({
    kind: z.literal('asked'),
    since: z.number().int(),
    /** 2: the answer to the first did not fit, and it was told why. */
    turn: z.union([z.literal(1), z.literal(2)]),
  }),
  z.strictObject({
    kind: z.literal('ended'),
    at: z.number().int(),
    outcome: z.enum(['answered', 'unanswered']),
    reason: z.string().nullable(),
  }),
])
export type JudgementState = z.infer<typeof judgementStateSchema>

/** Who is asked, and why it is that one. */
const judgeSchema = z.strictObject({
  executor: z.string(),
  model: z.string().nullable(),
  modelId: z.string().nullable(),
  provider: z.string().nullable(),
  provenance: z.string(),
  /** Version of what it is asked with. */
  prompt: z.string(),
})
export type Judge = z.infer<typeof judgeSchema>

export const judgementSchema = z.strictObject({
  id: judgementIdSchema,
  purpose: z.enum(JUDGEMENT_PURPOSES),
  /** Null for a canary. */
  taskId: taskIdSchema.nullable(),
  agentId: agentIdSchema.nullable(),
  generation: z.number().int().nullable(),
  /** Of an evaluation: the first, second or third look at one result. Of a canary: which. */
  subject: z.string().nullable(),
  queuedAt: z.number().int(),
  /** Who asked: a person, an agent's end, the coordinator. */
  by: z.string(),
  state: judgementStateSchema,
  judge: judgeSchema.nullable(),
  usage: usageSchema.nullable(),
  costSource: costSourceSchema.nullable(),
})
export type Judgement = z.infer<typeof judgementSchema>

export const isLivingJudgement = ({ state }: Judgement): boolean => state.kind !== 'ended'

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
  dimensions: dimensionsSchema.partial().nullable(),
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
