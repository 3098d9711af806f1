/**
 * Every way a thing can go wrong, in one place.
 * A `Failure` is what a request is answered with when it cannot be done; a `WorkFailure` is how an agent's try ended badly.
 * Both are plain data. Exit codes, HTTP statuses and retry verdicts are decided here and nowhere else.
 */
import { clip } from '../base/text.ts'
import { err, type Result } from '../base/result.ts'

/** kind → [exit code of the command line, HTTP status] */
export const FAILURE_KINDS = {
  'bad-request': [2, 422],
  'bad-key': [2, 422],
  'unknown-task': [3, 404],
  'unknown-agent': [3, 404],
  'unknown-executor': [3, 404],
  'unknown-model': [3, 404],
  'unknown-dependency': [3, 404],
  'unknown-worktree': [3, 404],
  'unknown-folder': [3, 404],
  'unknown-evaluation': [3, 404],
  'unknown-judgement': [3, 404],
  'unknown-identity': [3, 404],
  'unknown-member': [3, 404],
  'unknown-message': [3, 404],
  'unknown-job': [3, 404],
  'unknown-token': [3, 404],
  'id-taken': [4, 409],
  cycle: [4, 409],
  'stale-generation': [4, 409],
  'wrong-state': [4, 409],
  blocked: [4, 409],
  'in-use': [4, 409],
  'too-far': [4, 409],
  'too-many': [4, 429],
  'not-allowed': [4, 403],
  unauthorized: [4, 401],
  'no-yard': [5, 404],
  untrusted: [1, 409],
  'read-only': [1, 507],
  'config-broken': [1, 409],
  'file-broken': [1, 422],
  'not-running': [1, 409],
  'no-judge': [1, 409],
  locked: [1, 409],
  timeout: [1, 504],
  git: [1, 409],
  io: [1, 500],
  'too-new': [1, 500],
  version: [1, 426],
  internal: [1, 500],
} as const satisfies Record<string, readonly [number, number]>

export type FailureKind = keyof typeof FAILURE_KINDS

/** What a person and a program are told. `message` is one line: what happened, to what. `hint` is the way out. */
export interface Failure {
  readonly kind: FailureKind
  readonly message: string
  readonly hint?: string
  /** The field, path, ids or line concerned; JSON only. */
  readonly facts?: Readonly<Record<string, unknown>>
}

export function failure(
  kind: FailureKind,
  message: string,
  more: { hint?: string; facts?: Record<string, unknown> } = {},
): Failure {
  return { kind, message, ...more }
}

/** The same as a refused result. */
export const fail = (...parts: Parameters<typeof failure>): Result<never, Failure> =>
  err(failure(...parts))

export const exitCodeOf = (f: Failure): number => FAILURE_KINDS[f.kind][0]
export const httpStatusOf = (f: Failure): number => FAILURE_KINDS[f.kind][1]

/**
 * What a class of failure means for the task.
 * park: sleep until the provider's reset and resume the same conversation; spends no attempt.
 * back-off: the provider or this machine is unwell; try again later with jitter; spends no attempt.
 * ask: wait for a person. fail: never retried by itself. retry: up to `max_attempts`, with back-off.
 * retry-if-asked: only when the task itself names `max_attempts`.
 */
export type Verdict = 'park' | 'back-off' | 'ask' | 'fail' | 'retry' | 'retry-if-asked'

export const VERDICTS = {
  quota: 'park',
  'rate-limit': 'back-off',
  overload: 'back-off',
  auth: 'ask',
  'context-overflow': 'fail',
  'bad-model': 'fail',
  exit: 'retry-if-asked',
  crash: 'retry',
  lost: 'retry',
  timeout: 'retry',
  launch: 'retry',
  'machine-busy': 'back-off',
  'missing-program': 'fail',
  isolation: 'fail',
  unreachable: 'retry',
  'no-work': 'retry',
  verify: 'retry',
  gate: 'fail',
  evaluation: 'fail',
  reported: 'fail',
  question: 'ask',
  budget: 'ask',
  killed: 'fail',
} as const satisfies Record<string, Verdict>

export type FailureClass = keyof typeof VERDICTS
// Its own keys, and no others.
export const FAILURE_CLASSES = Object.keys(VERDICTS) as readonly FailureClass[]

export interface WorkFailure {
  class: FailureClass
  /** One line for people. */
  reason: string
  exitCode: number | null
  signal: string | null
  /** When the provider said it will work again, ms; null when it did not say. */
  resetAt: number | null
  /** The last lines of stderr or the provider's own words, at most 4 kB. */
  detail: string | null
}

export function workFailure(
  failureClass: FailureClass,
  reason: string,
  more: Partial<Omit<WorkFailure, 'class' | 'reason'>> = {},
): WorkFailure {
  const detail = more.detail == null ? null : more.detail.slice(-4096)
  return {
    class: failureClass,
    reason,
    exitCode: null,
    signal: null,
    resetAt: null,
    ...more,
    detail,
  }
}

export const DEFAULT_MAX_ATTEMPTS = 3

/** How many tries a failure of that class is worth, by what the task says; null = it is final whatever the count. */
export function attemptLimit(
  failureClass: FailureClass,
  maxAttempts: number | null,
): number | null {
  const verdict: Verdict = VERDICTS[failureClass]
  if (verdict === 'retry') return maxAttempts ?? DEFAULT_MAX_ATTEMPTS
  return verdict === 'retry-if-asked' ? (maxAttempts ?? 1) : null
}

const MAX_RETRY_DELAY_MS = 300_000
/** With its jitter, which adds up to a half. */
export const MAX_BACK_OFF_MS = 1.5 * MAX_RETRY_DELAY_MS

/** Back-off before try n+1 after n spent attempts: `min(10 s · 2^(n-1), 5 min)`. */
export const retryDelayMs = (attempts: number): number =>
  Math.min(10_000 * 2 ** Math.max(0, attempts - 1), MAX_RETRY_DELAY_MS)

/** A try that could not begin, because what its task builds on does not merge: the task waits until that is settled. */
export const isHeldUp = (agent: {
  readonly outcome: string | null
  readonly failure: Pick<WorkFailure, 'class'> | null
}): boolean => agent.outcome === 'superseded' && agent.failure?.class === 'isolation'

/** Lines of a failure's last output that are shown at a glance, and of each so many UTF-16 units. */
const LAST_LINES = 6
const LAST_LINE_UNITS = 300

/** The last lines that say something, oldest first; null where there is none. */
export function lastLines(detail: string | null, count = LAST_LINES): string | null {
  const lines = (detail ?? '').split('\n').filter((line) => line.trim() !== '')
  const shown = lines.slice(-count).map((line) => clip(line.trimEnd(), LAST_LINE_UNITS))
  return shown.length === 0 ? null : shown.join('\n')
}
