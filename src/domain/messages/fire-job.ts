/** What a job does at one of its times: a run for its history, and the message that it sends. */
import type { JobSettings } from '../settings.ts'
import { derivedMessageId } from './derived-id.ts'
import type { JobRun } from './job.ts'
import { jobSender, type Message, type MessageId } from './message.ts'

export interface Firing {
  readonly name: string
  readonly job: JobSettings
  /** Of its run; greater than those of all earlier ones. */
  readonly number: number
  /** Now, ms. */
  readonly at: number
}

/** The same time of a job always has the same id, so that its message cannot be stored twice. */
export const jobMessageId = (name: string, scheduledFor: number): MessageId =>
  derivedMessageId(scheduledFor, `job ${name} ${scheduledFor}`)

export const jobMessage = ({ name, job, at }: Firing, id: MessageId): Message => ({
  id,
  at,
  from: jobSender(name),
  to: [job.member],
  kind: 'message',
  priority: 'normal',
  task: null,
  replyTo: null,
  conversation: job.conversation,
  text: job.message,
  hops: 0,
  diff: null,
  asks: null,
  decision: null,
})

type Cause = Pick<JobRun, 'trigger' | 'scheduledFor'>

export const openRun = (firing: Firing, cause: Cause, messageId: MessageId): JobRun => ({
  ...runOf(firing, cause),
  messageId,
})

/** One that sends nothing. */
export const endedRun = (
  firing: Firing,
  cause: Cause,
  outcome: 'skipped' | 'failed',
  reason: string,
): JobRun => ({ ...runOf(firing, cause), outcome, reason, endedAt: firing.at })

const runOf = ({ name, number, at }: Firing, { trigger, scheduledFor }: Cause): JobRun => ({
  id: `${name}#${number}`,
  job: name,
  number,
  at,
  scheduledFor,
  trigger,
  messageId: null,
  outcome: null,
  reason: null,
  agentId: null,
  conversation: null,
  endedAt: null,
})
