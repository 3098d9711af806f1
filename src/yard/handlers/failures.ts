/** Failures on their way out: every refusal leaves as an ORPCError that carries the whole `Failure`. */
import { ORPCError, ValidationError } from '@orpc/server'
import { issueText } from '../../base/issue-text.ts'
import type { Result } from '../../base/result.ts'
import { FAILURE_KINDS, failure, httpStatusOf, type Failure } from '../../domain/failure.ts'

/** `code` is the failure's kind, `data` the failure itself. */
export const toOrpcError = (f: Failure, cause?: unknown): ORPCError<string, Failure> =>
  new ORPCError(f.kind, { status: httpStatusOf(f), message: f.message, data: f, cause })

export function refuse(f: Failure): never {
  throw toOrpcError(f)
}

export const refuseAs = (...parts: Parameters<typeof failure>): never => refuse(failure(...parts))

/** `what` becomes of a yard that nobody has confirmed. */
export const untrusted = (what: string): Failure =>
  failure('untrusted', `this yard was not made here: ${what}`, {
    hint: 'yard trust shows what it would run, and confirms it',
  })

export function valueOf<T>(result: Result<T, Failure>): T {
  return result.ok ? result.value : refuse(result.error)
}

/** What a thrown thing means to the caller. `isBug` says that somebody has to read the log. */
export function failureFrom(error: unknown) {
  if (!(error instanceof ORPCError)) return { failure: bug, isBug: true }
  if (isFailure(error.data)) return { failure: error.data, isBug: false }
  if (error.cause instanceof ValidationError && error.code === 'BAD_REQUEST')
    return { failure: inputFailure(error.cause.issues), isBug: false }
  if (error.status === 404)
    return { failure: failure('bad-request', 'there is no such procedure'), isBug: false }
  return error.status < 500
    ? { failure: failure('bad-request', error.message), isBug: false }
    : { failure: bug, isBug: true }
}

const bug = failure('internal', 'the host failed at this; it is a fault of the program', {
  hint: 'the log of the service says more: yard service logs',
})

export function isFailure(data: unknown): data is Failure {
  if (typeof data !== 'object' || data === null) return false
  if (!('kind' in data) || !('message' in data)) return false
  return typeof data.kind === 'string' && Object.hasOwn(FAILURE_KINDS, data.kind)
}

interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  readonly code?: unknown
  readonly keys?: unknown
}

/** Names the first field that is wrong; all of them are in `facts.issues`. */
export function inputFailure(issues: readonly Issue[]): Failure {
  const faults = issues.flatMap(faultsOf)
  const first = faults[0] ?? { field: '', message: 'the request is not as it should be' }
  return failure('bad-request', first.field ? `${first.field}: ${first.message}` : first.message, {
    facts: { field: first.field || null, issues: faults },
  })
}

function faultsOf(issue: Issue): { field: string; message: string }[] {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
  if (issue.code === 'unrecognized_keys' && Array.isArray(issue.keys))
    return issue.keys.map((key) => ({
      field: [...path, String(key)].join('.'),
      message: 'there is no such field',
    }))
  return [{ field: path.join('.'), message: issueText(issue) }]
}
