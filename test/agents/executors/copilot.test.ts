import { describe, expect, it } from 'vitest'
import { describeReader, readerOf } from './readers/reader-suite.ts'
import { only } from './readers/transcript.ts'

const { read, readEvents } = readerOf('copilot')

describeReader('copilot', {
  knowsExitCodes: true,
  tellsThinking: true,
  tellsUsage: false,
  shell: 'bash',
  failures: [
    ['400', 'crash'],
    ['401', 'auth'],
    ['403', 'auth'],
    ['404', 'bad-model'],
    ['429', 'rate-limit'],
    ['500', 'overload'],
    ['529', 'overload'],
    ['overflow', 'context-overflow'],
    ['quota', 'quota'],
    ['quota-reset', 'quota'],
    ['streamerr', 'overload'],
    ['drop', 'overload'],
  ],
})

const result = (exitCode: number) => ({ type: 'result', sessionId: 's-1', exitCode })
const failed = (data: object) => ({ type: 'model.call_failure', data })

describe('copilot alone', () => {
  it('shows each failed try as waiting', () => {
    const waits = only(read('429').reports, 'waiting')
    expect(waits.length).toBeGreaterThan(2)
    expect(waits[0]).toMatchObject({ why: 'its provider answered 429; try 1 failed' })
  })

  it('takes the time of a reset from the body of its provider', () => {
    const errorMessage = JSON.stringify({
      type: 'usage_limit_reached',
      message: 'The usage limit has been reached',
      resets_at: 1795300000,
    })
    const { summary } = readEvents(failed({ statusCode: 429, errorMessage }), result(1))
    expect(summary.failure).toMatchObject({ class: 'quota', resetAt: 1795300000_000 })
  })

  it('is done only when its last line says 0 and no error stands before it', () => {
    expect(readEvents(result(0)).summary.final?.ok).toBe(true)
    expect(readEvents(result(1)).summary).toMatchObject({
      final: { ok: false },
      failure: { class: 'crash' },
    })
    const error = { type: 'session.error', data: { errorType: 'query', message: 'no' } }
    expect(readEvents(error, result(0)).summary.final?.ok).toBe(false)
    const call = failed({ statusCode: 500 })
    expect(readEvents(call).summary).toMatchObject({ final: null, failure: { class: 'overload' } })
  })

  it('that was stopped is not done, although its last line says 0', () => {
    const idle = { type: 'assistant.idle', data: { aborted: true } }
    expect(readEvents(idle, result(0)).summary.final?.ok).toBe(false)
  })

  it('tells a refused call', () => {
    expect(only(read('ask').reports, 'tool-result')[0]).toMatchObject({
      ok: false,
      text: expect.stringContaining('Permission denied'),
    })
  })

  it('takes nothing that an agent wrote for a failure', () => {
    const content = 'HTTP 401: your usage limit is reached'
    const { summary } = readEvents({ type: 'assistant.message', data: { content } }, result(0))
    expect(summary).toMatchObject({ final: { ok: true, text: content }, failure: null })
  })
})
