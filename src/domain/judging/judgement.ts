/**
 * A judgement: one question of the yard to a model, and what came of it. It is neither a task nor an agent: it has no token, no tools and no
 * repository, and nothing waits for a slot because of it.
 */
import { z } from 'zod'
import { costSourceSchema, usageSchema } from '../agent.ts'
import { agentIdSchema, taskIdSchema } from '../ids.ts'
import { judgementIdSchema, judgeSchema } from './evaluation.ts'

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
