/** One firing of a job: a message that is sent to a member by the clock or by hand, and what came of it. */
import { z } from 'zod'
import { agentIdSchema } from '../schemas.ts'
import { conversationSchema } from '../task.ts'
import { messageIdSchema } from './message.ts'

export const JOB_TRIGGERS = ['schedule', 'missed', 'hand'] as const
export const JOB_OUTCOMES = ['done', 'failed', 'dead', 'skipped'] as const

export const jobRunSchema = z.strictObject({
  /** `NAME#NUMBER` */
  id: z.string(),
  job: z.string(),
  number: z.number().int().positive(),
  /** When it fired, ms. */
  at: z.number().int(),
  /** The time that it was meant for, ms; null by hand. */
  scheduledFor: z.number().int().nullable(),
  trigger: z.enum(JOB_TRIGGERS),
  /** Null where it was skipped. */
  messageId: messageIdSchema.nullable(),
  /** Null while its message is open. */
  outcome: z.enum(JOB_OUTCOMES).nullable(),
  reason: z.string().nullable(),
  agentId: agentIdSchema.nullable(),
  /** Of its turn; what the job's next run goes on with, where it resumes. */
  conversation: conversationSchema.nullable(),
  endedAt: z.number().int().nullable(),
})
export type JobRun = z.infer<typeof jobRunSchema>
