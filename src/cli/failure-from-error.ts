/** Errors that were thrown on the way to or in the core, as failures with words. The one place that looks inside them. */
import { FAILURE_KINDS, failure, type Failure, type FailureKind } from '../domain/failure.ts'

export function failureFromError(error: unknown): Failure {
  return fromContract(error) ?? fromSystem(error) ?? fromNetwork(error) ?? internal(error)
}

/** True when the answer was lost, not refused: the same command may be sent again. */
export const isLostConnection = (error: unknown): boolean =>
  fromContract(error) === null && fromNetwork(error) !== null

function fromContract(error: unknown): Failure | null {
  if (!(error instanceof Error) || !('code' in error) || !('data' in error)) return null
  const { data } = error
  if (isRecord(data) && isFailureKind(data.kind))
    return failure(data.kind, text(data.message) ?? error.message, {
      ...(text(data.hint) ? { hint: text(data.hint) ?? '' } : {}),
      ...(isRecord(data.facts) ? { facts: data.facts } : {}),
    })
  if (isRecord(data) && Array.isArray(data.issues)) return fromIssues(data.issues)
  if (error.code === 'UNAUTHORIZED')
    return failure('unauthorized', 'the token of this caller is not valid any more')
  if (error.code === 'FORBIDDEN') return failure('not-allowed', error.message)
  if ('defined' in error) return failure('internal', error.message)
  return null
}

/** The contract's schemas name the field that is wrong. */
function fromIssues(issues: readonly unknown[]): Failure {
  const words = issues.filter(isRecord).map((issue) => {
    const path = Array.isArray(issue.path) ? issue.path.map(String).join('.') : ''
    return path ? `${path}: ${String(issue.message)}` : String(issue.message)
  })
  return failure('bad-request', words.slice(0, 5).join('; ') || 'the request is not valid')
}

const SYSTEM_WORDS: Readonly<Record<string, readonly [FailureKind, string]>> = {
  ENOSPC: ['io', 'the disk is full'],
  EDQUOT: ['io', 'the disk quota is used up'],
  EROFS: ['read-only', 'the file system is read-only'],
  EACCES: ['io', 'not permitted'],
  EPERM: ['io', 'not permitted'],
  ENOENT: ['io', 'not there'],
  ENOTDIR: ['io', 'not a folder'],
  EISDIR: ['io', 'a folder, not a file'],
  EMFILE: ['io', 'too many open files'],
}

function fromSystem(error: unknown): Failure | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null
  const words = SYSTEM_WORDS[String(error.code)]
  if (!words) return null
  const path = 'path' in error ? String(error.path) : 'a file'
  return failure(words[0], `${path}: ${words[1]}`)
}

const LOST = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|UND_ERR_.*)$/

function fromNetwork(error: unknown): Failure | null {
  if (!(error instanceof Error)) return null
  const cause: unknown = error.cause ?? error
  const code = isRecord(cause) ? String(cause.code) : ''
  if (error.message !== 'fetch failed' && error.message !== 'terminated' && !LOST.test(code))
    return null
  return failure('not-running', 'the connection to the host of this yard was lost', {
    hint: 'try again',
  })
}

function internal(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  return failure('internal', `this should not have happened: ${message.split('\n')[0]}`, {
    hint: 'run it again with --debug to see where',
  })
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const isFailureKind = (value: unknown): value is FailureKind =>
  typeof value === 'string' && Object.hasOwn(FAILURE_KINDS, value)
