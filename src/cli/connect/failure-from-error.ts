/** Turns errors that the connection or the core threw into failures with a message. Nothing else inspects them. */
import { errorText } from '../../base/text.ts'
import { FAILURE_KINDS, failure, type Failure, type FailureKind } from '../../domain/failure.ts'

export function failureFromError(error: unknown): Failure {
  return fromContract(error) ?? fromSystem(error) ?? fromNetwork(error) ?? internal(error)
}

/** True when the answer was lost, not refused: the same command may be sent again. */
export const isLostConnection = (error: unknown): boolean =>
  fromContract(error) === null && fromNetwork(error) !== null

/** A host sends every refusal whole; before it has authenticated the caller it sends a status only. */
function fromContract(error: unknown): Failure | null {
  if (!(error instanceof Error) || !('code' in error) || !('defined' in error)) return null
  const sent = 'data' in error ? toFailure(error.data) : null
  if (sent) return sent
  switch (error.code) {
    case 'UNAUTHORIZED':
      return failure('unauthorized', 'the token of this caller is not valid any more')
    case 'FORBIDDEN':
      return failure('not-allowed', 'the host of this yard refuses this caller')
    default:
      return failure('internal', error.message)
  }
}

function toFailure(data: unknown): Failure | null {
  if (!isRecord(data) || !isFailureKind(data.kind) || typeof data.message !== 'string') return null
  return {
    kind: data.kind,
    message: data.message,
    ...(typeof data.hint === 'string' ? { hint: data.hint } : {}),
    ...(isRecord(data.facts) ? { facts: data.facts } : {}),
  }
}

const SYSTEM_ERRORS: Readonly<Record<string, readonly [FailureKind, string]>> = {
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
  const known = SYSTEM_ERRORS[String(error.code)]
  if (!known) return null
  const path = 'path' in error ? String(error.path) : 'a file'
  return failure(known[0], `${path}: ${known[1]}`)
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
  return failure('internal', `this should not have happened: ${errorText(error).split('\n')[0]}`, {
    hint: 'run it again with --debug to see where',
  })
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const isFailureKind = (value: unknown): value is FailureKind =>
  typeof value === 'string' && Object.hasOwn(FAILURE_KINDS, value)
