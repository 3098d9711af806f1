/** Why an agent's turn, or its start, failed: sorted by the protocol's errors, never by the agent's text. */
import { RequestError } from '@agentclientprotocol/sdk'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, oneLine } from '../../domain/output.ts'
import { WorkFailed } from '../executors/readers/exec-events.ts'
import {
  parseApiError,
  parseResetAt,
  providerFailure,
  type ProviderError,
} from '../executors/readers/provider-failure.ts'
import { JsonObject } from '../executors/readers/reader.ts'
import type { AgentEnd } from './agent-process.ts'

/** The code of the protocol. */
export const AUTH_REQUIRED = -32000

/** The circumstances of an error. */
export interface ErrorContext {
  /** The agent's answer to `initialize`, which lists its sign-in methods. */
  readonly initialized: JsonObject
  /** The end of its stderr: some agents print the reset time of a limit only there. */
  readonly stderrTail: string
  readonly at: number
}

export function failureOfError(
  error: unknown,
  { initialized, stderrTail: words, at }: ErrorContext,
): WorkFailure {
  if (error instanceof WorkFailed) return error.failure
  if (!(error instanceof RequestError))
    return workFailure('crash', `it could not be spoken to: ${oneLine(String(error))}`)
  const { message, status } = parseApiError(messageOf(error))
  if (error.code === AUTH_REQUIRED)
    return workFailure('auth', `it is not signed in: ${signInText(error, initialized)}`, {
      detail: clip(message, 4096),
    })
  const failure = sorted(error, { message, status, at })
  const isLimit = failure.class === 'quota' || failure.class === 'rate-limit'
  return isLimit && failure.resetAt === null
    ? { ...failure, resetAt: parseResetAt(words.split('\n').findLast(mentionsReset) ?? '', at) }
    : failure
}

/** The provider's message is more precise than the agent's status, which is 500 where it knows no better. */
function sorted(
  error: RequestError,
  {
    message,
    status,
    at,
  }: { readonly status: number | null } & Pick<ProviderError, 'message' | 'at'>,
): WorkFailure {
  const data = new JsonObject(error.data)
  const code = data.text('code') ?? data.text('type') ?? data.object('error').text('type')
  const resetAt = retryAfter(data, at)
  const told = status ?? httpStatus(error.code) ?? httpStatus(data.number('status'))
  const by = (known: number | null): WorkFailure =>
    providerFailure({ code, status: known, message, resetAt, at })
  if (told !== 500) return by(told)
  const byWords = by(null)
  return byWords.class === 'crash' ? by(told) : byWords
}

const mentionsReset = (line: string): boolean => /\b(?:retry|try again|resets?)\b/i.test(line)

/** The program ended before it answered. */
export function failureOfEnd(
  { code, signal, stderrTail: words }: AgentEnd,
  before: string,
): WorkFailure {
  const how = signal === null ? `exited with ${code ?? 'no code'}` : `was ended by ${signal}`
  const last = oneLine(words.split('\n').at(-1) ?? '')
  const reason = `its program ${how} before ${before}${last === '' ? '' : `: ${last}`}`
  return workFailure('crash', reason, { exitCode: code, signal, detail: clip(words, 4096) })
}

const STOPS: Readonly<Record<string, WorkFailure>> = {
  max_tokens: workFailure('context-overflow', 'its model reached its limit of tokens'),
  max_turn_requests: workFailure('crash', 'it reached its limit of requests in one turn'),
  refusal: workFailure('reported', 'its model refused to go on'),
  cancelled: workFailure('crash', 'its turn was cancelled, though nobody here asked for it'),
}

/** Null where it ended well. */
export function failureOfStop(stopReason: unknown): WorkFailure | null {
  if (stopReason === 'end_turn') return null
  const known = typeof stopReason === 'string' ? STOPS[stopReason] : undefined
  return known ?? workFailure('crash', 'it stopped for a reason that is not known here')
}

function signInText(error: RequestError, initialized: JsonObject): string {
  const fromError = new JsonObject(error.data).objects('authMethods')
  const methods = fromError.length > 0 ? fromError : initialized.objects('authMethods')
  const words = methods.flatMap((method) => {
    const name = oneLine(method.text('name') ?? method.text('id') ?? '')
    const said = oneLine(method.text('description') ?? '')
    return name === '' ? [] : [said === '' ? name : `${name} (${said})`]
  })
  if (words.length === 0) return oneLine(error.message) || 'it does not say how it can be'
  return clip(`it offers ${words.join(', ')}`, 400)
}

/** The text of an error is in its data as often as in its message, which may only be "Internal error". */
function messageOf(error: RequestError): string {
  const data = new JsonObject(error.data)
  const more =
    typeof error.data === 'string'
      ? error.data
      : (data.text('details') ?? data.text('message') ?? data.object('error').text('message'))
  const message = error.message.trim().replace(/^Internal error: (?=\S)/, '')
  if (!more?.trim() || message.includes(more.trim())) return message
  return message === '' || message === 'Internal error' ? more : `${message}: ${more}`
}

const httpStatus = (code: number | null): number | null =>
  code !== null && code >= 400 && code <= 599 ? code : null

function retryAfter(data: JsonObject, at: number): number | null {
  const seconds = data.number('retryAfter') ?? data.number('retry_after')
  return seconds === null ? null : at + seconds * 1000
}
