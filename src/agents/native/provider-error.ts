/** What an error of a model request means: its class, whether the same request may be sent again, and from when on. */
import { APICallError } from 'ai'
import type { WorkFailure } from '../../domain/failure.ts'
import {
  codeOfBody,
  durationIn,
  LONGEST_MS,
  providerFailure,
  resetOfBody,
} from '../executors/readers/provider-failure.ts'
import { JsonObject, jsonIn } from '../executors/readers/reader.ts'

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
  const message = body.text('message') ?? messageOf(error)
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
  new JsonObject(error).text('code') !== null

/** The error object of a JSON answer, or of an event in the stream. */
function bodyOf(error: unknown): JsonObject {
  const said = new JsonObject(error)
  const body = jsonIn(said.text('responseBody'))
  const event = said.object('data')
  const places = [body, event.object('response'), event].map((place) => place.object('error'))
  return [...places, event].find(({ isThere }) => isThere) ?? body
}

/** An answer that began well and broke off is no answer. */
function statusOf(error: unknown): number | null {
  const status = new JsonObject(error).number('statusCode')
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

// When a provider will answer again, by the headers of its answer.

type Headers = Readonly<Record<string, string | undefined>>

export interface Limit {
  /** ms; null where it does not say. */
  readonly resetAt: number | null
  /** The account's own limit is used up, not only that of the moment. */
  readonly isSpent: boolean
}

/** `PREFIX-remaining-KIND` and `PREFIX-reset-KIND`; Anthropic turns the last two words round. */
const KINDS = ['requests', 'tokens', 'input-tokens', 'output-tokens']

/** `at`: now, ms. Header names are in small letters. */
export function resetOf(headers: Headers, at: number): Limit {
  const isSpent = headers['anthropic-ratelimit-unified-status'] === 'rejected'
  const resetS = isSpent ? amount(headers['anthropic-ratelimit-unified-reset']) : null
  const unified = resetS === null ? null : resetS * 1000
  const asked = unified ?? retryAfter(headers, at) ?? windowReset(headers, at)
  const isSane = asked !== null && asked - at <= LONGEST_MS
  return { resetAt: isSane ? Math.max(at, Math.round(asked)) : null, isSpent }
}

function retryAfter(headers: Headers, at: number): number | null {
  const ms = amount(headers['retry-after-ms'])
  if (ms !== null) return at + ms
  const said = headers['retry-after']
  const seconds = amount(said)
  if (seconds !== null) return at + seconds * 1000
  return said === undefined ? null : dateMs(said)
}

/** The latest reset of the windows in which nothing is left. */
function windowReset(headers: Headers, at: number): number | null {
  const resets = KINDS.flatMap((kind) => [
    [
      headers[`anthropic-ratelimit-${kind}-remaining`],
      headers[`anthropic-ratelimit-${kind}-reset`],
    ],
    [headers[`x-ratelimit-remaining-${kind}`], headers[`x-ratelimit-reset-${kind}`]],
  ])
    .filter(([remaining]) => amount(remaining) === 0)
    .map(([, reset = '']) => durationMs(reset, at) ?? dateMs(reset))
    .filter((reset) => reset !== null)
  return resets.length === 0 ? null : Math.max(...resets)
}

/** `6m0s`, `1.5s`, `120ms`, `2h`. */
const durationMs = (text: string, at: number): number | null =>
  /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text) ? at + durationIn(text) : null

const amount = (text: string | undefined): number | null =>
  text !== undefined && /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : null

function dateMs(text: string): number | null {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}
