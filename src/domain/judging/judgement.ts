/**
 * A judgement: one question of the yard to a model, and what came of it. It is neither a task nor an agent: it has no token, no tools and no
 * repository, and nothing waits for a slot because of it.
 */
import { agentIdSchema, taskIdSchema } from '../schemas.ts'
import { z } from 'zod'
import type { Assignment } from './assignment.ts'
import { costSourceSchema, usageSchema, type CostSource, type Usage } from '../agent.ts'
import type { Withdrawal } from '../landing.ts'
import {
  evaluationIdSchema,
  judgementIdSchema,
  judgeSchema,
  type Evaluation,
  type Findings,
  type Judge,
} from './evaluation.ts'
import type { TriageVerdict } from './triage.ts'

/** lenient: bad work passes. inexact: far off either way. unanswered: too few answers to tell. */
export const CANARY_FLAGS = ['lenient', 'inexact', 'unanswered'] as const
export type CanaryFlag = (typeof CANARY_FLAGS)[number]

/**
 * What is wrong with a judge whose scores would pass or fail results. unmeasured: never asked what a person has scored. changed: its executor
 * was, with another model or version of the question. flagged: see `CANARY_FLAGS`.
 */
export const JUDGE_ISSUES = ['unmeasured', 'changed', 'flagged'] as const

export interface JudgeIssue extends Pick<Judge, 'executor' | 'model' | 'prompt'> {
  readonly kind: (typeof JUDGE_ISSUES)[number]
  /** Why it is flagged; null for the rest. */
  readonly flag: { readonly code: CanaryFlag; readonly text: string } | null
  /** When it, or what it was before it changed, was measured, ms; null = never. */
  readonly measuredAt: number | null
  /** What a check asks. */
  readonly canaries: readonly string[]
  /** Of a check, US dollars, about; null = no price is known. */
  readonly costUsd: number | null
  /** A check of it has not ended. */
  readonly isUnderWay: boolean
  /** The yard is to check it by itself, now. */
  readonly isDue: boolean
  /** Why the yard, which would, does not check it now; null = it does, or would not. */
  readonly hold: string | null
}

export const JUDGEMENT_PURPOSES = ['evaluation', 'triage', 'assignment', 'canary'] as const
export type JudgementPurpose = (typeof JUDGEMENT_PURPOSES)[number]

/**
 * queued: asked for, nothing was sent. asked: it was sent, or may have been; what comes back of it counts, whoever owns the yard then.
 * ended: answered, or unanswered with its reason. It never leaves that.
 */
const judgementStateSchema = z.discriminatedUnion('kind', [
  /** `notBefore`: its provider wants to be left alone until then. */
  z.strictObject({ kind: z.literal('queued'), notBefore: z.number().int().nullable() }),
  z.strictObject({
    kind: z.literal('asked'),
    since: z.number().int(),
  }),
  z.strictObject({
    kind: z.literal('ended'),
    at: z.number().int(),
    outcome: z.enum(['answered', 'unanswered']),
    reason: z.string().nullable(),
    /** A person ended it, or it was not sent any more: it says nothing of its judge. Absent = it does. */
    isCutShort: z.literal(true).optional(),
    /** Nobody was asked: the very same work keeps the score of this evaluation. */
    kept: evaluationIdSchema.optional(),
  }),
])

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
  /** Without an answer by then it is ended, ms; absent = only the limits of the port hold. */
  dueAt: z.number().int().optional(),
  /** Who asked: a person, an agent's end, the coordinator. */
  by: z.string(),
  state: judgementStateSchema,
  /** Number of the turn that its asking begins with; raised where a provider refused, so that no turn has a name twice. */
  turn: z.number().int().positive(),
  /** The executor and the model that a person wants asked; null = by the settings. */
  wish: z
    .strictObject({ executor: z.string().nullable(), model: z.string().nullable() })
    .nullable(),
  judge: judgeSchema.nullable(),
  usage: usageSchema.nullable(),
  costSource: costSourceSchema.nullable(),
  /** What it came to, of an evaluation or a canary; null = it says nothing that a score can be made of. */
  score: z.number().min(0).max(1).nullable().default(null),
})
export type Judgement = z.infer<typeof judgementSchema>

export const isLivingJudgement = ({ state }: Judgement): boolean => state.kind !== 'ended'

/** What a judge said that fits its purpose. */
export type JudgedValue =
  | {
      readonly purpose: 'evaluation'
      readonly findings: Findings
      readonly checks: Evaluation['checks']
      /** The findings are those of the very same work, by this judge: nobody was asked. Absent = they are an answer. */
      readonly kept?: Pick<Evaluation, 'id' | 'judge'>
      /** Why its judge decides nothing; absent = nothing speaks against it. */
      readonly flag?: string
    }
  | { readonly purpose: 'canary'; readonly score: number | null }
  | { readonly purpose: 'assignment'; readonly assignment: Assignment }
  | {
      readonly purpose: 'triage'
      readonly verdict: TriageVerdict
      readonly reason: string
      /** For whoever tries next; may be empty. */
      readonly note: string
    }

/** What turns have used. */
export interface Paid {
  /** Null where nothing was sent, or nothing was told. */
  readonly usage: Usage | null
  readonly costSource: CostSource | null
}

/** How the asking of one judgement ended, and what all its turns have used. */
export interface JudgementReply extends Paid {
  /** Null = unanswered. */
  readonly value: JudgedValue | null
  /** Why it is unanswered. */
  readonly reason: string | null
}

/** Its provider is unwell: nothing was answered, and it is asked again. */
export interface Postponement {
  readonly until: number
  readonly reason: string
  /** Whose sleep it is, for everybody who would ask it; null = only this judgement waits. */
  readonly provider: string | null
  /** Number of the next turn. */
  readonly turn: number
  /** Of all its turns so far; absent or null = nothing was told. */
  readonly usage?: Usage | null
  readonly costSource?: CostSource | null
}

/** Who is asked now; or why nobody is yet, and when to look again (ms, null = when something changes); or why nobody will be. */
interface JudgeWait {
  readonly kind: 'wait'
  readonly reason: string
  /** When it is looked at again, ms; null = a person must act. */
  readonly until: number | null
  /** When the first that could be asked wakes, ms; absent or null = not known. */
  readonly wakesAt?: number | null
  /** What it waits for; absent = a provider, or a person. */
  readonly of?: 'machine'
}

export type JudgeChoice =
  | { readonly kind: 'judge'; readonly judge: Judge }
  | JudgeWait
  /** `hint`: the setting that decides it. */
  | { readonly kind: 'refuse'; readonly reason: string; readonly hint?: string }

/** Asks models, outside the loop. */
export interface JudgePort {
  choose(judgement: Judgement, now: number): JudgeChoice
  /**
   * Never throws. The same judgement again, after a crash too, asks no turn a second time; null = not now, ask again later. Once `withdrawn`
   * is aborted nobody wants the answer.
   */
  ask(judgement: Judgement, withdrawn: Withdrawal): Promise<JudgementReply | Postponement | null>
  /** Something was launched for it since it was asked: it is let finish where nothing new may begin. Absent = always. */
  hasBegun?(judgement: Judgement): boolean
  /** By all its turns up to now, for one that is ended without its reply. Never throws. Absent = nothing is known. */
  paidFor?(judgement: Judgement): Paid
}
