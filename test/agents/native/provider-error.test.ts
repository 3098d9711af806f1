import { APICallError } from 'ai'
import { describe, expect, it } from 'vitest'
import { requestFailure } from '../../../src/agents/native/provider-error.ts'

const NOW = Date.UTC(2026, 10, 21, 9)

function api(statusCode: number | undefined, body: object | string, headers = {}): APICallError {
  return new APICallError({
    message: 'the words of the SDK',
    url: 'https://llm.example/v1/messages',
    requestBodyValues: {},
    ...(statusCode === undefined ? {} : { statusCode }),
    responseHeaders: headers,
    responseBody: typeof body === 'string' ? body : JSON.stringify(body),
  })
}
const anthropic = (type: string, message: string) => ({ type: 'error', error: { type, message } })
const openai = (code: string | null, message: string, more = {}) => ({
  error: { message, type: 'some_error', code, ...more },
})
const judge = (error: unknown) => {
  const { failure, isPassing } = requestFailure(error, NOW)
  return [failure.class, isPassing]
}

describe('the class, and whether to ask again', () => {
  it.each([
    [401, anthropic('authentication_error', 'invalid x-api-key'), 'auth', false],
    [403, openai(null, 'no'), 'auth', false],
    [402, openai(null, 'pay'), 'quota', false],
    [404, openai('model_not_found', 'no such'), 'bad-model', false],
    [404, '<html>not found</html>', 'bad-model', false],
    [
      400,
      anthropic('invalid_request_error', 'prompt is too long: 3 > 2'),
      'context-overflow',
      false,
    ],
    [400, openai('context_length_exceeded', 'too much'), 'context-overflow', false],
    [413, 'too large', 'context-overflow', false],
    [400, openai(null, 'messages: at least one is needed'), 'crash', false],
    [429, openai('rate_limit_exceeded', 'slow down'), 'rate-limit', true],
    [429, openai('insufficient_quota', 'You exceeded your current quota'), 'quota', false],
    [500, 'oops', 'overload', true],
    [503, openai(null, 'busy'), 'overload', true],
    [529, anthropic('overloaded_error', 'Overloaded'), 'overload', true],
    [408, 'too slow', 'overload', true],
    [409, openai(null, 'conflict'), 'overload', true],
    [undefined, '', 'overload', true],
    [200, '', 'overload', true],
  ] as const)('%s %j', (status, body, failureClass, isPassing) => {
    expect(judge(api(status, body))).toEqual([failureClass, isPassing])
  })

  it('of an event in the stream', () => {
    const anthropicEvent = { type: 'overloaded_error', message: 'Overloaded' }
    const responsesEvent = { response: { error: { code: 'insufficient_quota', message: 'quota' } } }
    expect(judge(Object.assign(new Error('x'), { data: anthropicEvent }))).toEqual([
      'overload',
      true,
    ])
    expect(judge(Object.assign(new Error('x'), { data: responsesEvent }))).toEqual(['quota', false])
  })

  it('of a connection that cannot be had or breaks', () => {
    expect(judge(new TypeError('fetch failed'))).toEqual(['overload', true])
    expect(judge(Object.assign(new Error('x'), { code: 'EPIPE' }))).toEqual(['overload', true])
    expect(judge(new Error('stream ended without a reason'))).toEqual(['overload', true])
  })

  it('of a fault of our own is a crash and is not repeated', () => {
    expect(judge(new Error('undefined is no function'))).toEqual(['crash', false])
    expect(judge('nonsense')).toEqual(['crash', false])
  })
})

describe('its reset', () => {
  it('stands in a header, or in the body', () => {
    const header = requestFailure(api(429, 'x', { 'retry-after': '20' }), NOW)
    expect(header).toMatchObject({ retryAt: NOW + 20_000, failure: { class: 'rate-limit' } })
    const seconds = NOW / 1000 + 500
    const body = openai(null, 'The usage limit has been reached', { resets_at: seconds })
    expect(requestFailure(api(429, body), NOW).failure).toMatchObject({
      class: 'quota',
      resetAt: NOW + 500_000,
    })
  })

  it('of a spent subscription makes a 429 a quota', () => {
    const headers = {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': String(NOW / 1000 + 60),
    }
    const error = api(429, anthropic('rate_limit_error', 'This request would exceed'), headers)
    expect(requestFailure(error, NOW).failure).toMatchObject({
      class: 'quota',
      resetAt: NOW + 60_000,
    })
  })

  it('counts not for what no time heals', () => {
    const { failure } = requestFailure(api(401, 'x', { 'retry-after': '20' }), NOW)
    expect(failure).toMatchObject({ class: 'auth', resetAt: null })
  })
})

it('says the words of the provider, else those of the SDK', () => {
  const told = requestFailure(api(400, openai(null, 'messages: too few')), NOW)
  expect(told.failure.reason).toBe('messages: too few')
  expect(requestFailure(api(500, '<html>'), NOW).failure.reason).toBe('the words of the SDK')
})
