/** Why a task stands where it stands: a code for programs beside the line for people. */

export const REASON_CODES = [
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

export interface Reason {
  code: ReasonCode
  /** The task, the breaker's key or the agent that is meant. */
  subject: string | null
  /** When it ends by itself, ms. */
  until: number | null
  /** One short line, e.g. `3 to go`, `Starts 22:00`. */
  text: string
}

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

/** `blocked (2 to go)`; a fact that says the state once more is left out. */
export const stateText = (state: string, fact: string | null, reason: Worded | null): string =>
  fact === null || repeatsState(reason) ? state : `${state} (${reasonInSentence(fact, reason)})`

/** It says no more than the shown state of the task does. */
export const repeatsState = (reason: Pick<Reason, 'code'> | null): boolean =>
  reason?.code === 'paused' || reason?.code === 'abandoned'

/** What can hold agents back, beside the rules. */
export const BREAKER_KINDS = [
  'respawn',
  'launch',
  'silence',
  'provider',
  'budget',
  'unreachable',
] as const
export type BreakerKind = (typeof BREAKER_KINDS)[number]
