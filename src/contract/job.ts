/** Procedures about jobs: messages that are sent by the clock, and what came of them. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { isStorableText, UNSTORABLE_TEXT } from '../domain/bounds.ts'
import { JOB_OUTCOMES, JOB_TRIGGERS } from '../domain/messages/job.ts'
import { isMemberName, MAX_MESSAGE, MEMBER_PATTERN } from '../domain/messages/message.ts'
import { conversationSchema } from '../domain/task.ts'
import { commandIdSchema, get, post } from './route.ts'

export const JOB_CONVERSATIONS = ['resume', 'new'] as const
export const MISSED_POLICIES = ['once', 'skip', 'all'] as const

const jobRunViewSchema = z.object({
  id: z.string(),
  /** When it fired. */
  at: z.string(),
  /** The time that it was meant for; null by hand. */
  scheduledFor: z.string().nullable(),
  trigger: z.enum(JOB_TRIGGERS),
  /** Null while its message is open. */
  outcome: z.enum(JOB_OUTCOMES).nullable(),
  reason: z.string().nullable(),
  /** Null where nothing was sent. */
  message: z.string().nullable(),
  /** Whose turn closed its message. */
  agent: z.string().nullable(),
  conversation: conversationSchema.nullable(),
  endedAt: z.string().nullable(),
})
export type JobRunView = z.infer<typeof jobRunViewSchema>

const jobViewSchema = z.object({
  name: z.string(),
  member: z.string(),
  message: z.string(),
  schedule: z.string(),
  /** Null = that of this machine. */
  tz: z.string().nullable(),
  conversation: z.enum(JOB_CONVERSATIONS),
  missed: z.enum(MISSED_POLICIES),
  paused: z.boolean(),
  /** Null while it is paused, or when its times are over. */
  next: z.string().nullable(),
  last: jobRunViewSchema.nullable(),
})
export type JobView = z.infer<typeof jobViewSchema>

const nameInput = z.strictObject({ name: z.string().max(200) })
const newName = z
  .string()
  .regex(MEMBER_PATTERN, 'must be 1 to 32 letters, digits, dashes and underscores')
  .refine(isMemberName, 'means something else where a sender is named')

export const jobContract = {
  list: get('/jobs').output(z.array(jobViewSchema)),
  /** Written to the yard's config file, as pausing, resuming and removing are. */
  add: post('/job', 201)
    .input(
      z.strictObject({
        name: newName,
        member: z.string().max(200),
        message: z.string().min(1).max(MAX_MESSAGE).refine(isStorableText, UNSTORABLE_TEXT),
        schedule: z.string().max(200),
        tz: z.string().max(200).optional(),
        conversation: z.enum(JOB_CONVERSATIONS).optional(),
        missed: z.enum(MISSED_POLICIES).optional(),
      }),
    )
    .output(jobViewSchema),
  /** Fires now, also while it is paused; its times stay as they are. */
  run: post('/job/{name}/run')
    .input(nameInput.extend({ commandId: commandIdSchema }))
    .output(jobRunViewSchema),
  pause: post('/job/{name}/pause').input(nameInput).output(jobViewSchema),
  resume: post('/job/{name}/resume').input(nameInput).output(jobViewSchema),
  /** Its history stays. */
  remove: oc
    .route({ method: 'DELETE', path: '/job/{name}' })
    .input(nameInput)
    .output(z.object({ removed: z.string() })),
  /** The 100 newest, newest first. */
  history: get('/job/{name}/history').input(nameInput).output(z.array(jobRunViewSchema)),
}
