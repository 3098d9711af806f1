/** Why a task stands where it stands: a code for programs beside the line for people. */
import { z } from 'zod'

const REASON_CODES = [
  'draft',
  'paused',
  'blockers',
  'upstream-failed',
  'start',
  'retry',
  'wake',
  'untrusted',
  'yard-paused',
  'stuck',
  'executor',
  'person',
  'claim',
  'breaker',
  'next',
  'stopping',
  'waiting',
  'evaluating',
  'merging',
  'conflict',
  'not-merged',
  'took',
  'scored',
  'failed',
  'abandoned',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]

export const reasonSchema = z.object({
  code: z.enum(REASON_CODES),
  /** The task, the breaker's key or the agent that is meant. */
  subject: z.string().nullable(),
  /** When it ends by itself, ms. */
  until: z.number().int().nullable(),
  /** One short line, e.g. `3 to go`, `Starts 22:00`. */
  text: z.string(),
})
export type Reason = z.infer<typeof reasonSchema>

interface Worded {
  readonly code: ReasonCode
  readonly until: unknown
}

/** Whose text is that of somebody else, in whole: a program's, a provider's, an agent's. */
const QUOTED: readonly ReasonCode[] = ['stuck', 'executor', 'waiting', 'failed']
const isQuoted = ({ code, until }: Worded): boolean =>
  QUOTED.includes(code) || (code === 'breaker' && until === null)

/** The text, to stand within a sentence. What others said in it keeps its case. */
export const reasonInSentence = (text: string, reason: Worded | null): string =>
  reason === null || isQuoted(reason) ? text : text.charAt(0).toLowerCase() + text.slice(1)

/** It says no more than the shown state of the task does. */
export const repeatsState = (reason: Pick<Reason, 'code'> | null): boolean =>
  reason?.code === 'paused' || reason?.code === 'abandoned'
