/** Procedures about judgements: what was judged of results, who judged it, what people say of that. */
import { dimensionsSchema } from '../domain/schemas.ts'
import { z } from 'zod'
import { costSourceSchema, usageSchema } from '../domain/agent.ts'
import { evaluationSchema } from '../domain/judging/evaluation.ts'
import { JUDGEMENT_PURPOSES, judgementSchema } from '../domain/judging/judgement.ts'
import { CANARY_FLAGS } from '../domain/judging/judgement.ts'
import { DIMENSIONS, GATE_MODES } from '../domain/judging/score.ts'
import { taskDefinitionSchema } from '../domain/task.ts'
import { commandIdSchema, get, idInput, post } from './route.ts'

const time = z.string()
const share = z.number().min(0).max(1)

/** A person's own score of a result; the latest counts in place of the model's. */
const overrideSchema = z.object({
  score: share,
  dimensions: z.partialRecord(z.enum(DIMENSIONS), share).nullable(),
  by: z.string(),
  note: z.string(),
  at: time,
})

/** Of a task: how its next result is judged, by whom it is done, as what it counts. */
export const judgedAsShape = {
  /** What its result must pass now; `threshold` null unless the mode is `gated`. `source`: `task`, `tag docs`, `config`. */
  gate: z.object({
    mode: z.enum(GATE_MODES),
    threshold: z.number().nullable(),
    source: z.union([z.enum(['task', 'config']), z.templateLiteral(['tag ', z.string()])]),
  }),
  /** Lines of `[evaluation.checks]` that its result has to pass, or that its judge is told. */
  checks: z.array(z.object({ name: z.string(), run: z.string(), gates: z.boolean() })),
  /** Who its next agent is asked to be; null = nobody in particular. `id` null: there is no such identity now. */
  identity: z.object({ id: z.string().nullable(), name: z.string() }).nullable(),
  /** Under which it is counted. */
  kind: taskDefinitionSchema.shape.kind.unwrap(),
  /** As the task itself says, word for word; null = not said. */
  own: taskDefinitionSchema.pick({ gate: true, identity: true, kind: true, member: true }),
}

const said = evaluationSchema.shape

export const evaluationViewSchema = z.object({
  /** Null while it is pending. */
  id: z.string().nullable(),
  /** Whose result it is about. */
  agent: z.string(),
  status: z.enum(['pending', 'scored', 'unscored']),
  /** Why it is unscored, or what it waits for. */
  reason: z.string().nullable(),
  /** Of a pending one: since when. */
  at: time,
  /** The one that counts: a person's where there is one. Unrounded, as all scores. */
  score: share.nullable(),
  modelScore: share.nullable(),
  /** As the model says; a person's own are in `override`. Null = unscored. */
  dimensions: dimensionsSchema.nullable(),
  /** By dimension. `at`: `src/a.ts:12`, `verify`, `check:NAME` or `log:3`. */
  evidence: said.evidence,
  criteria: said.criteria,
  notes: said.notes,
  checks: said.checks,
  facts: said.facts,
  /** Null where nobody was asked. */
  judge: z
    .object({
      executor: z.string(),
      model: z.string().nullable(),
      /** Version of what it was asked with. */
      prompt: z.string(),
    })
    .nullable(),
  /** The very same work was scored before and keeps that score, of a person (`by`) where there is one: nobody was asked. Absent = it is its own. */
  kept: z.object({ evaluation: z.string(), score: share, by: z.string().nullable() }).optional(),
  /** Answers that the score was made of; 0 = nobody was asked, or nobody answered. */
  looks: z.number(),
  /** Highest minus lowest score of them; null for one. */
  spread: z.number().nullable(),
  /** The judge's provider is the worker's. */
  sameFamily: z.boolean(),
  marks: said.marks,
  /** As it was then: `0.7`, `score`, `person`, `off`. */
  gate: z.string(),
  /** Of the gate of then; null without one. */
  passed: z.boolean().nullable(),
  override: overrideSchema.nullable(),
  /** Of the judging alone. */
  costUsd: z.number().nullable(),
})
export type EvaluationView = z.infer<typeof evaluationViewSchema>

/** What was judged of a task's latest result. */
export const judgedShape = {
  /** Effective: a person's where there is one; null = not judged, or unscored. */
  score: share.nullable(),
  /** Pending while a result waits for its score. */
  evaluation: evaluationViewSchema.nullable(),
}

/** Who did the work that was judged. */
const workerSchema = z.object({
  executor: z.string(),
  model: z.string().nullable(),
  identity: z.string().nullable(),
  identityName: z.string().nullable(),
  /** Of the work of this try; null = unknown. */
  costUsd: z.number().nullable(),
})

export const evaluationRowSchema = evaluationViewSchema.extend({
  id: z.string(),
  task: z.string(),
  /** Null for a task that is gone. */
  title: z.string().nullable(),
  tags: z.array(z.string()),
  /** Null where the agent was forgotten before that was kept. */
  worker: workerSchema.nullable(),
  kind: z.string().nullable(),
  /** What was asked for it: `judge-3`. */
  judgements: z.array(z.string()),
})
export type EvaluationRow = z.infer<typeof evaluationRowSchema>

export const EVALUATION_GROUPS = ['model', 'executor', 'identity', 'kind'] as const
export type EvaluationGroup = (typeof EVALUATION_GROUPS)[number]

/** Of the latest scored evaluation of each try. */
export const evaluationFiguresSchema = z.object({
  /** Null: the worker had none. */
  key: z.string().nullable(),
  /** Of an identity, whose key is its id; null for the rest. */
  name: z.string().nullable(),
  /** The executor that most of them ran with, beside a model's name. */
  executor: z.string().nullable(),
  n: z.number(),
  /** Fewer than 10 say little. */
  isFew: z.boolean(),
  mean: z.number().nullable(),
  quartiles: z.object({ p25: z.number(), p50: z.number(), p75: z.number() }).nullable(),
  /** Of those that had a gate to pass. */
  gated: z.number(),
  passed: z.number(),
  passedShare: share.nullable(),
  /** The threshold of all that had one; null where they differ or none had. */
  threshold: z.number().nullable(),
  /** Of the work, not of judging it; over those whose cost is known. */
  meanCostUsd: z.number().nullable(),
  costPerPassedUsd: z.number().nullable(),
  dimensions: dimensionsSchema,
  /** Twenty equal bins from 0 to 1; 1 is in the last. */
  bins: z.array(z.object({ n: z.number(), below: z.number() })),
})
export type EvaluationFigures = z.infer<typeof evaluationFiguresSchema>

/** Executor, model and identity are the worker's. */
const filter = {
  task: z.string().optional(),
  model: z.string().optional(),
  executor: z.string().optional(),
  /** Its name, or a prefix of its id. */
  identity: z.string().optional(),
  kind: z.string().optional(),
  tag: z.string().optional(),
  /** Effective scores less than this. */
  below: z.coerce.number().min(0).max(1).optional(),
  /** A point in time or a day. */
  since: time.optional(),
}

const evaluatorInterval = z
  .object({ value: z.number(), low: z.number(), high: z.number() })
  .nullable()
/** With 90 % intervals; null where it cannot be computed. */
const agreementSchema = z.object({
  n: z.number(),
  /** Fewer than 20. */
  isFew: z.boolean(),
  /** Mean of model − person: above 0 is lenient. */
  bias: evaluatorInterval,
  mae: evaluatorInterval,
  spearman: evaluatorInterval,
  kappa: evaluatorInterval,
})

const [queued, asked, ended] = judgementSchema.shape.state.options

export const judgementViewSchema = z.object({
  id: z.string(),
  purpose: z.enum(JUDGEMENT_PURPOSES),
  /** Null for a canary. */
  task: z.string().nullable(),
  agent: z.string().nullable(),
  generation: z.number().nullable(),
  /** Of an evaluation: which look it is. Of a canary: which. */
  subject: z.string().nullable(),
  by: z.string(),
  state: z.enum([queued, asked, ended].map(({ shape }) => shape.kind.value)),
  outcome: ended.shape.outcome.nullable(),
  /** Why it is unanswered. */
  reason: z.string().nullable(),
  /** The evaluation whose score the very same work keeps: nothing was sent. Absent = it was asked, or is to be. */
  kept: z.string().optional(),
  queuedAt: time,
  askedAt: time.nullable(),
  endedAt: time.nullable(),
  judge: z
    .object({
      executor: z.string(),
      model: z.string().nullable(),
      provider: z.string().nullable(),
      /** Why it is that one. */
      provenance: z.string(),
      prompt: z.string(),
    })
    .nullable(),
  usage: usageSchema.nullable(),
  costUsd: z.number().nullable(),
  costSource: costSourceSchema.nullable(),
})
export type JudgementView = z.infer<typeof judgementViewSchema>

/** What keeps a judgement that is queued from being asked. */
const judgementWaitSchema = z.object({
  kind: z.enum(['pause', 'trust', 'provider', 'lane', 'machine']),
  text: z.string(),
  /** When that is over by itself; null = not known, or a person must act. */
  until: time.nullable(),
  /** What ends it; null where only time does. */
  hint: z.string().nullable(),
})
export type JudgementWait = z.infer<typeof judgementWaitSchema>

export const evaluationContract = {
  /** Newest first. With `by`: the figures of each group instead. */
  list: get('/evaluations')
    .input(
      z.strictObject({
        ...filter,
        /** Only older ones than this evaluation, for the next page. */
        before: z.string().optional(),
        limit: z.coerce.number().int().positive().max(10_000).default(100),
        by: z.enum(EVALUATION_GROUPS).optional(),
      }),
    )
    .output(z.array(z.union([evaluationRowSchema, evaluationFiguresSchema]))),
  /** Of all that the filter leaves, and of each group in it, the most tries first. */
  figures: get('/evaluations/figures')
    .input(z.strictObject({ ...filter, by: z.enum(EVALUATION_GROUPS).default('model') }))
    .output(
      z.object({
        all: evaluationFiguresSchema,
        groups: z.array(evaluationFiguresSchema),
        /** Tags of their tasks, to choose among. */
        tags: z.array(z.string()),
      }),
    ),
  get: get('/evaluation/{id}').input(idInput).output(evaluationRowSchema),
  /**
   * A person's score beside the model's, which is the effective one from then on; `clear` takes it back. With the id of a task it is that of
   * its latest evaluation, or the first of a result that waits for its score: its judge is asked no longer. With `audit` it was given before the
   * model's was seen: it measures the judge, and is not effective.
   */
  score: post('/evaluation/{id}/score')
    .input(
      idInput.extend({
        score: share.optional(),
        dimensions: z.partialRecord(z.enum(DIMENSIONS), share).optional(),
        /** Needed unless it is an audit, or clears. */
        note: z.string().trim().max(20_000).optional(),
        audit: z.boolean().optional(),
        clear: z.literal(true).optional(),
        commandId: commandIdSchema,
      }),
    )
    .output(evaluationRowSchema),
  /** Scored results drawn at random among those that no person has scored, without their scores. */
  audit: get('/evaluations/audit')
    .input(z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(1) }))
    .output(
      z.array(
        z.object({
          id: z.string(),
          task: z.string(),
          title: z.string().nullable(),
          agent: z.string(),
          at: time,
        }),
      ),
    ),
}

/** How long an answer is waited for before it is told as it is, ms. */
const waitMs = z.coerce.number().int().min(0).max(60_000).optional()

export const judgementContract = {
  /** Newest first. */
  list: get('/judgements')
    .input(
      z.strictObject({
        /** A text in a query string, where `false` must not count as true. */
        living: z.union([z.boolean(), z.stringbool()]).optional(),
        task: z.string().optional(),
        since: time.optional(),
        limit: z.coerce.number().int().positive().max(10_000).default(100),
      }),
    )
    .output(z.array(judgementViewSchema)),
  /** `waitMs`: not before it has ended, or so long. */
  get: get('/judgement/{id}')
    .input(idInput.extend({ waitMs }))
    .output(judgementViewSchema.extend({ waits: judgementWaitSchema.nullable() })),
  /** Ends it as unanswered. */
  kill: post('/judgement/{id}/kill')
    .input(idInput.extend({ commandId: commandIdSchema }))
    .output(judgementViewSchema),
  /** What was sent, or what came back, as far as its folder is still there. */
  text: get('/judgement/{id}/text')
    .input(idInput.extend({ part: z.enum(['sent', 'answer']) }))
    .output(z.object({ text: z.string(), isCut: z.boolean() })),
}

/** One judge: an executor with a model and a version of the prompt. */
export const evaluatorSchema = z.object({
  executor: z.string(),
  model: z.string().nullable(),
  prompt: z.string(),
  /** Questions for evaluations that it was asked, and what came of them. */
  asked: z.number(),
  unansweredShare: share.nullable(),
  meanCostUsd: z.number().nullable(),
  /** Blind audits. */
  people: agreementSchema,
  /** Overrides: given where people were surprised, so they look worse than the judge is. */
  overrides: agreementSchema,
  /** By results that a person has scored beforehand; null = it was never asked all of them. */
  canaries: z
    .object({
      at: time,
      n: z.number(),
      answered: z.number(),
      /** Mean of model − person over the good and the bad half; null = none of it was answered. */
      biasGood: z.number().nullable(),
      biasBad: z.number().nullable(),
      mae: z.number().nullable(),
    })
    .nullable(),
  /** A later run that was ended half-way, or is under way: it counts for nothing. Null = there is none. `n`: how many it came to. */
  partial: z.object({ at: time, n: z.number() }).nullable(),
  /** Why it gates nothing: then the gate is as without an answer. Null = it may. */
  flag: z.object({ code: z.enum(CANARY_FLAGS), text: z.string() }).nullable(),
  /** Questions of a check that have not ended; 0 = none is under way. */
  checking: z.number(),
})
export type Evaluator = z.infer<typeof evaluatorSchema>

export const evaluatorContract = {
  list: get('/evaluators').output(z.array(evaluatorSchema)),
  /** Asks a judge all canaries. Without `confirm` it is refused with the number of calls and about what they cost. */
  check: post('/evaluators/check', 202)
    .input(
      z.strictObject({
        /** `EXECUTOR` or `EXECUTOR/MODEL`; default: who would judge a result now. */
        name: z.string().optional(),
        confirm: z.boolean().default(false),
        commandId: commandIdSchema,
      }),
    )
    .output(
      z.object({
        executor: z.string(),
        model: z.string().nullable(),
        judgements: z.array(z.string()),
        calls: z.number(),
        /** US dollars, about; null = no price is known. */
        costUsd: z.number().nullable(),
      }),
    ),
}
