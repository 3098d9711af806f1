/** Procedures about identities: who agents can be asked to be, and how they did. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { identityContentSchema, identityNameSchema } from '../domain/judging/identity.ts'
import { SHOWN_STATES } from '../domain/graph/shown-state.ts'
import { evaluationFiguresSchema } from './judging.ts'
import { get, idInput } from './route.ts'

/** project, global: a file of the yard, of the user. known: no file says it any more, but an agent was asked to be it. */
export const IDENTITY_SOURCES = ['project', 'global', 'shipped', 'known'] as const

/** With the fields of its file, which its id is made of, the name apart. */
const identityViewSchema = z.object({
  ...identityNameSchema.shape,
  ...identityContentSchema.omit({ name: true }).shape,
  source: z.enum(IDENTITY_SOURCES),
  file: z.string().nullable(),
})
export type IdentityView = z.infer<typeof identityViewSchema>

export const PERFORMANCE_GROUPS = ['kind', 'model'] as const

const performanceSchema = evaluationFiguresSchema
  .pick({ n: true, isFew: true, mean: true, quartiles: true, gated: true, passed: true })
  .extend({
    ...evaluationFiguresSchema.pick({
      passedShare: true,
      meanCostUsd: true,
      costPerPassedUsd: true,
      dimensions: true,
    }).shape,
    /** Null: tries that were asked to be nobody in particular. */
    identity: identityNameSchema.nullable(),
    /** The kind of the tasks, or the model; null where it is unknown, or not asked for. */
    key: z.string().nullable(),
  })
export type IdentityPerformance = z.infer<typeof performanceSchema>

export const identityContract = {
  /** The yard's own, the user's, and those that come with Yardmaster. */
  list: get('/identities').output(z.array(identityViewSchema)),
  /** Files that were passed over, with what is wrong in one line. */
  broken: get('/identities/broken').output(
    z.array(z.object({ file: z.string(), problem: z.string() })),
  ),
  /** By its name, or by a prefix of its id of 4 characters or more. */
  get: get('/identity/{id}').input(idInput).output(identityViewSchema),
  /** Keeps a file in the yard; what is there already stays as it is. */
  add: oc
    .route({ method: 'POST', path: '/identities', successStatus: 201 })
    .input(
      z.strictObject({
        /** TOML or Markdown, as a file has it. */
        text: z.string().min(1).max(100_000),
        format: z.enum(['toml', 'md', 'auto']).default('auto'),
      }),
    )
    .output(identityViewSchema),
  /** Tasks whose next agent is asked to be it, the newest first, 500 at most. */
  tasks: get('/identity/{id}/tasks')
    .input(idInput)
    .output(z.array(z.object({ id: z.string(), title: z.string(), state: z.enum(SHOWN_STATES) }))),
  /** Of the latest scored evaluation of each try, the most tries first. */
  performance: get('/identities/performance')
    .input(z.strictObject({ by: z.enum(PERFORMANCE_GROUPS).optional() }))
    .output(z.array(performanceSchema)),
}
