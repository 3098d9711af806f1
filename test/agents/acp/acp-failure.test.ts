import { RequestError } from '@agentclientprotocol/sdk'
import { describe, expect, it } from 'vitest'
import { failureOfEnd, failureOfError, failureOfStop } from '../../../src/agents/acp/acp-failure.ts'
import { JsonObject } from '../../../src/agents/executors/readers/reader.ts'

const AT = 1_800_000_000_000
const failureOf = (error: unknown, words = '') =>
  failureOfError(error, { initialized: new JsonObject(null), stderrTail: words, at: AT })

describe('errors of the Agent Client Protocol', () => {
  it.each([
    [500, 'Mock: model not found', undefined, 'bad-model'],
    [500, 'it went wrong', undefined, 'overload'],
    [500, '{"error":{"code":404,"message":"gone"}}', undefined, 'bad-model'],
    [401, '{"error":{"code":401,"message":"no"}}', undefined, 'auth'],
    [429, 'Rate limit exceeded. Try again later.', undefined, 'rate-limit'],
    [-32603, 'Internal error: The usage limit has been reached', { errorName: 'X' }, 'quota'],
    [-32603, 'Internal error', { details: 'prompt is too long' }, 'context-overflow'],
    [-32603, 'Internal error', { error: { type: 'overloaded_error' } }, 'overload'],
    [-32603, 'Internal error', 'plain words', 'crash'],
    [-32602, 'Invalid params', undefined, 'crash'],
  ])('%s %s is sorted', (code, message, data, failureClass) => {
    const failure = failureOf(new RequestError(code, message, data))
    expect(failure.class).toBe(failureClass)
    expect(failure.reason).not.toMatch(/^Internal error: |^\{/)
  })

  it('finds the reset of a limit in what the agent said beside the protocol, and only then', () => {
    const words = 'Please retry in 7200s.\nsomething else in 5s'
    const limit = failureOf(new RequestError(429, 'You exceeded your current quota'), words)
    expect(limit).toMatchObject({ class: 'quota', resetAt: AT + 7_200_000 })
    expect(failureOf(new RequestError(401, 'no'), words).resetAt).toBeNull()
  })

  it('is quiet about a sign-in that names no way', () => {
    const failure = failureOf(RequestError.authRequired())
    expect(failure).toMatchObject({
      class: 'auth',
      reason: expect.stringContaining('not signed in'),
    })
  })

  it('says how a program went', () => {
    const end = { code: null, signal: 'SIGSEGV', stderrTail: 'one\ntwo' }
    expect(failureOfEnd(end, 'it had answered').reason).toBe(
      'its program was ended by SIGSEGV before it had answered: two',
    )
  })

  it('knows each stop reason, and takes none that it does not know for a good end', () => {
    const classes = [
      'end_turn',
      'max_tokens',
      'max_turn_requests',
      'refusal',
      'cancelled',
      'new',
      null,
    ]
    expect(classes.map((reason) => failureOfStop(reason)?.class)).toEqual([
      undefined,
      'context-overflow',
      'crash',
      'reported',
      'crash',
      'crash',
      'crash',
    ])
  })
})
