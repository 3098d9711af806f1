/** The error bodies that both protocols of OpenAI have in common. */
import type { ErrorAnswer } from './protocol.ts'

const TYPES: Readonly<Record<number, string>> = {
  429: 'rate_limit_exceeded',
  400: 'invalid_request_error',
}
const CODES: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
}

export function openAiError(status: number, message: string): ErrorAnswer {
  const type = TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error')
  return {
    status,
    headers: {},
    body: { error: { message, type, param: null, code: CODES[status] ?? null } },
  }
}

/** A subscription's limit with its reset, or an account out of credit. */
export function openAiQuota(resetAtSec: number | null): ErrorAnswer {
  const message = 'You exceeded your current quota, please check your plan and billing details.'
  const outOfCredit = {
    message,
    type: 'insufficient_quota',
    param: null,
    code: 'insufficient_quota',
  }
  const limit = {
    type: 'usage_limit_reached',
    message: 'The usage limit has been reached',
    plan_type: 'pro',
  }
  const body = resetAtSec === null ? outOfCredit : { ...limit, resets_at: resetAtSec }
  return { status: 429, headers: {}, body: { error: body } }
}

/** `param`: the part of the request that holds the prompt. */
export function openAiOverflow(param: string): ErrorAnswer {
  const message =
    'Your input exceeds the context window of this model. Please adjust your input and try again.'
  const code = 'context_length_exceeded'
  return {
    status: 400,
    headers: {},
    body: { error: { message, type: 'invalid_request_error', param, code } },
  }
}
