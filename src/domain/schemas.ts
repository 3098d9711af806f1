/**
 * Schemas of the small values of the domain. Apart from the values, because zod takes longer to load and to make them than a
 * command that only shows a value takes as a whole.
 */
import { z } from 'zod'
import { FAILURE_CLASSES, type WorkFailure } from './failure.ts'
import { AGENT_ID_PATTERN, GIVEN_ID_PATTERN, TASK_ID_PATTERN } from './ids.ts'
import { type Dimensions, DIMENSIONS } from './judging/score.ts'
import { CONFIG_SOURCES, type Origin } from './origin.ts'
import { type Reason, REASON_CODES } from './reason.ts'

const ID_FORM =
  'an id is 1 to 100 letters, digits, dots, dashes or underscores and starts with none of dot and dash'

export const taskIdSchema = z.string().regex(TASK_ID_PATTERN, ID_FORM).brand<'TaskId'>()
/** Not that of a standing task. */
export const givenTaskIdSchema = z.string().regex(GIVEN_ID_PATTERN, ID_FORM).brand<'TaskId'>()

export const agentIdSchema = z.string().regex(AGENT_ID_PATTERN).brand<'AgentId'>()

export const failureClassSchema = z.enum(FAILURE_CLASSES)

/** The classes that a report of a failure may name. The others are found by the yard itself. */
export const reportableClassSchema = failureClassSchema.exclude([
  ...(['lost', 'launch', 'machine-busy', 'missing-program', 'isolation'] as const),
  ...(['unreachable', 'question', 'budget', 'killed', 'gate', 'evaluation'] as const),
])

export const workFailureSchema = z.strictObject({
  class: failureClassSchema,
  reason: z.string(),
  exitCode: z.number().int().nullable().default(null),
  signal: z.string().nullable().default(null),
  resetAt: z.number().int().nullable().default(null),
  detail: z.string().max(4096).nullable().default(null),
}) satisfies z.ZodType<WorkFailure>

export const dimensionsSchema = z.record(
  z.enum(DIMENSIONS),
  z.number().min(0).max(1).nullable(),
) satisfies z.ZodType<Dimensions>

export const originSchema = z.object({
  level: z.enum(['task', ...CONFIG_SOURCES]),
  key: z.string().nullable(),
  file: z.string().nullable(),
  line: z.number().nullable(),
}) satisfies z.ZodType<Origin>

export const reasonSchema = z.object({
  code: z.enum(REASON_CODES),
  subject: z.string().nullable(),
  until: z.number().int().nullable(),
  text: z.string(),
}) satisfies z.ZodType<Reason>
