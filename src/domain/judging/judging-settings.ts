/** What the configuration says about judging, triage, assignment and learned routing. */
import type { Gate, Weights } from './score.ts'

export interface JudgingSettings {
  /** Profiles that may be asked, the first first. Empty = nobody can judge. */
  readonly executors: readonly string[]
  /** At most so many questions at once, beside the cap on agents. */
  readonly lane: number
  /** One call of a model. */
  readonly timeoutMs: number
  /** So long is a sleeping provider waited for. */
  readonly patienceMs: number
  /** What judging may use a day; null = no cap of its own. */
  readonly dayUsd: number | null
  readonly dayTokens: number | null
  /** Characters of one question. */
  readonly maxInput: number
  /** Regular expressions; what they match is masked in all that is sent. */
  readonly redact: readonly string[]
  /** Globs of files that are named and never shown. Without a slash they mean the name of a file in any folder. */
  readonly exclude: readonly string[]
  /** What becomes of a judge that was never measured: people are asked, it is measured, or nothing. */
  readonly canaries: 'ask' | 'auto' | 'off'
  /** Tags that are the kind of a task which names none. */
  readonly kinds: readonly string[]
}

export const ON_FAILURE = ['pass', 'hold', 'fail'] as const

/** A line that is run in the task's folder before its judge is asked. */
export interface CheckSettings {
  readonly name: string
  readonly line: string
  /** A failed one counts as a score below the threshold. */
  readonly gates: boolean
  readonly timeoutMs: number
}

export interface EvaluationSettings {
  /** Of tasks that have none of their own and no tag with one. */
  readonly gate: Gate
  /** How often a result below the threshold is tried again. */
  readonly retries: number
  /** Scores this near to the threshold get two more looks; 0 = never. */
  readonly secondLook: number
  /** What becomes of a result that nobody could score. */
  readonly onFailure: (typeof ON_FAILURE)[number]
  /** `score`: the task is done once its score is there; else at once. */
  readonly wait: boolean
  readonly tags: Readonly<Record<string, Gate>>
  readonly weights: Weights
  readonly checks: readonly CheckSettings[]
}

export interface TriageSettings {
  readonly auto: boolean
  readonly timeoutMs: number
  /** Bytes of an agent's output that are sent. */
  readonly tail: number
}

export interface AssignmentSettings {
  readonly auto: boolean
  readonly timeoutMs: number
  /** Ids, prefixes or names of those that may be chosen; null = all. */
  readonly identities: readonly string[] | null
}

export interface RoutingArm {
  /** As written: `claude/sonnet`. */
  readonly name: string
  readonly executor: string
  readonly model: string
}

export interface RoutingSettings {
  readonly learn: boolean
  readonly arms: readonly RoutingArm[]
  /** Dollars that .01 of score is worth. */
  readonly pointUsd: number
  /** Dollars that an hour is worth. */
  readonly hourUsd: number
  /** Share of a kind's tasks that may explore. */
  readonly explore: number
  /** Tries of a kind after which an older one counts half. */
  readonly halfLife: number
}
