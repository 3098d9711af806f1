/** What an error of a model request means: its class, whether the same request may be sent again, and from when on. */
import { APICallError } from 'ai'
import type { WorkFailure } from '../../domain/failure.ts'
import {
  numberAt,
  objectAt,
  parseEvent,
  textAt,
  type JsonObject,
} from '../executors/readers/json-event.ts'
import { codeOfBody, providerFailure, resetOfBody } from '../executors/readers/provider-failure.ts'
import { resetOf } from './reset-headers.ts'

export interface RequestFailure {
  readonly failure: WorkFailure
  /** It may pass by itself. */
  readonly isPassing: boolean
  /** When its provider wants to be asked again, ms; null where it did not say. */
  readonly retryAt: number | null
}

/** Read from statuses, headers and error bodies only. `at`: now, ms. */
export function requestFailure(error: unknown, at: number): RequestFailure {
  const body = bodyOf(error)
  const status = statusOf(error)
  const limit = resetOf(headersOf(error), at)
  const resetAt = resetOfBody(body) ?? limit.resetAt
  const code = limit.isSpent ? 'usage_limit_reached' : codeOfBody(body)
  const message = textAt(body, 'message') ?? messageOf(error)
  const said = providerFailure({ code, status, message, resetAt, at })
  const failure = isServers(said, status, error) ? { ...said, class: OVERLOAD, resetAt } : said
  const isPassing = failure.class === OVERLOAD || failure.class === 'rate-limit'
  return { failure, isPassing, retryAt: failure.resetAt }
}

const OVERLOAD = 'overload' as const

/** A broken connection, and all that the server itself calls passing, is the server's trouble. */
const isServers = (said: WorkFailure, status: number | null, error: unknown): boolean =>
  said.class === 'crash' && (status === null ? isBroken(error) : isAgain(status))

const isAgain = (status: number): boolean => status === 408 || status === 409 || status >= 500

/** No answer, or one that broke off: fetch and the SDK say so in their own words. */
const isBroken = (error: unknown): boolean =>
  APICallError.isInstance(error) ||
  error instanceof TypeError ||
  textAt(plain(error), 'code') !== null

/** The error object of a JSON answer, or of an event in the stream. */
function bodyOf(error: unknown): JsonObject | null {
  const { responseBody, data } = plain(error)
  const body = typeof responseBody === 'string' ? parseEvent(responseBody) : null
  const event = objectAt(plain({ data }), 'data')
  return (
    objectAt(body, 'error') ??
    objectAt(objectAt(event, 'response'), 'error') ??
    objectAt(event, 'error') ??
    event ??
    body
  )
}

const plain = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null ? (value as JsonObject) : {}

/** An answer that began well and broke off is no answer. */
function statusOf(error: unknown): number | null {
  const status = numberAt(plain(error), 'statusCode')
  return status === 200 ? null : status
}

const headersOf = (error: unknown) =>
  APICallError.isInstance(error) ? (error.responseHeaders ?? {}) : {}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' && !error.message.includes(cause.message)
    ? `${error.message}: ${cause.message}`
    : error.message
}
