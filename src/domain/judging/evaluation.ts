/** What was judged of a task's result, and what people say of that. */
import { agentIdSchema, dimensionsSchema, taskIdSchema } from '../schemas.ts'
import { z } from 'zod'
import { DIMENSIONS, gateText, parseGate, strictestGate, type Gate, type Weights } from './score.ts'

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
/** An evaluation has the number of the judgement that began it. */
export const evaluationIdOf = (judgement: JudgementId): EvaluationId =>
  `eval-${judgementNumberOf(judgement)}` as EvaluationId

const markSchema = z.enum([
  'same-family',
  'place-not-found',
  'criteria-disagree',
  'tests-touched',
  'plea',
  'flagged-judge',
])

const checkSchema = z.strictObject({ name: z.string(), ok: z.boolean(), tail: z.string() })

/** What one answer of a judge says of a result. */
export const findingsSchema = z.strictObject({
  /** Null = it says nothing that a score can be made of. */
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
  marks: z.array(markSchema),
  facts: z.array(z.string()),
  /** SHA-256 of diff, answer and artifacts: the same work keeps its score. */
  work: z.string(),
})
export type Findings = z.infer<typeof findingsSchema>

export const lookSchema = z.strictObject({
  judgementId: judgementIdSchema,
  judge: judgeSchema.nullable(),
  findings: findingsSchema,
  costUsd: z.number().nonnegative().nullable(),
  /** Absent where none was run. */
  checks: z.array(checkSchema).optional(),
  /** Said of the very same work before: nobody was asked. Absent = a judge was. */
  isKept: z.literal(true).optional(),
})
export type Look = z.infer<typeof lookSchema>

/** What was judged of one result. Recorded once; what people say of it stands beside it. */
export const evaluationSchema = findingsSchema.extend({
  id: evaluationIdSchema,
  taskId: taskIdSchema,
  agentId: agentIdSchema,
  generation: z.number().int(),
  /** Under which it is counted; see `kindOf`. */
  kind: z.string().nullable(),
  at: z.number().int(),
  status: z.enum(['scored', 'unscored']),
  /** Why it is unscored. */
  reason: z.string().nullable(),
  /** Unrounded; null = unscored. */
  score: z.number().min(0).max(1).nullable(),
  checks: z.array(checkSchema),
  judge: judgeSchema.nullable(),
  judgements: z.array(judgementIdSchema),
  /** Answers that it was made of; 0 = nobody was asked, or nobody answered. */
  looks: z.number().int().nonnegative().default(1),
  /** Highest minus lowest score of its looks; null for one. */
  spread: z.number().nullable(),
  /** As it was then: `0.7`, `score`, `person`, `off`. */
  gate: z.string(),
  /** Null where its gate asked for no score. */
  passed: z.boolean().nullable(),
  costUsd: z.number().nullable(),
  /** The very same work was scored before and keeps that score, a person's where there is one: nobody was asked. Absent = it is its own. */
  kept: z
    .strictObject({
      evaluation: evaluationIdSchema,
      score: z.number().min(0).max(1),
      /** The person whose score it is; null = the judge's. */
      by: z.string().nullable(),
    })
    .optional(),
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
  /** The person whose score it is; absent = the judge's. */
  by: z.string().optional(),
})

/** Of whose word a gate is. */
export interface GateChoice {
  readonly gate: Gate
  readonly source: 'task' | 'config' | `tag ${string}`
  /** Said of the task itself: it holds for whatever runs it. */
  readonly isOwn: boolean
}

/** What is to become of a judged result, by the settings of this moment. */
export interface EvaluationPolicy {
  readonly gate: GateChoice
  /** What kind of work it is. */
  readonly kind: string
  readonly weights: Weights
  /** Times in a row that a gate sends a result back. */
  readonly retries: number
  /** Within so much of the threshold two more judgements are asked for; 0 = never. */
  readonly secondLook: number
  readonly onFailure: 'pass' | 'hold' | 'fail'
  /** False: a task whose gate is `score` is done at once and scored behind. */
  readonly waits: boolean
}

/**
 * A task's own word, else the strictest of its tags, else the yard's. Tags of a task that an agent added are that agent's choice: they
 * never make its gate laxer than the yard's.
 */
export function gateOf(
  {
    gate,
    tags,
    addedBy = null,
  }: {
    readonly gate?: string | null
    readonly tags: readonly string[]
    readonly addedBy?: string | null
  },
  settings: { readonly gate: Gate; readonly tags: Readonly<Record<string, Gate>> },
): GateChoice {
  const own = gate == null ? null : parseGate(gate)
  if (own) return { gate: own, source: 'task', isOwn: true }
  const known = tags.flatMap((tag) => {
    const said = Object.hasOwn(settings.tags, tag) ? settings.tags[tag] : undefined
    return said ? [{ tag, gate: said }] : []
  })
  if (known.length === 0) return { gate: settings.gate, source: 'config', isOwn: false }
  const strictest = strictestGate(known.map(({ gate }) => gate))
  if (addedBy !== null && strictestGate([strictest, settings.gate]) !== strictest)
    return { gate: settings.gate, source: 'config', isOwn: false }
  const by = known.find(({ gate }) => gateText(gate) === gateText(strictest))
  return { gate: strictest, source: `tag ${by?.tag ?? ''}`, isOwn: false }
}
