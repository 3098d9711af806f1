import { describe, expect, it } from 'vitest'
import { describeReader, readerOf } from './readers/reader-suite.ts'
import { only, RECORDED_AT } from './readers/transcript.ts'

const { read, readEvents } = readerOf('pi')

describeReader('pi', {
  knowsExitCodes: true,
  tellsThinking: true,
  tellsUsage: true,
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

const said = (stopReason: string, more: object = {}) => ({
  type: 'message_end',
  message: { role: 'assistant', content: [{ type: 'text', text: 'So.' }], stopReason, ...more },
})

describe('pi alone', () => {
  it('shows a retry as waiting until its time', () => {
    const [first] = only(read('429').reports, 'waiting')
    expect(first).toMatchObject({ until: RECORDED_AT + 2000 })
    expect(first?.why).toContain('try 1 of 3')
  })

  it('is judged by how its last answer stopped', () => {
    expect(
      readEvents(said('error', { errorMessage: '500 no' }), said('stop')).summary,
    ).toMatchObject({ final: { ok: true, text: 'So.' }, failure: null })
    expect(readEvents(said('stop'), said('length')).summary.final?.ok).toBe(false)
    expect(readEvents(said('stop'), said('aborted')).summary.failure?.class).toBe('crash')
    expect(readEvents(said('stop'), said('toolUse')).summary.final).toBeNull()
  })

  it('that dies while it waits for a retry leaves the reason and no final word', () => {
    const { summary } = readEvents(said('error', { errorMessage: '401 no key' }), {
      type: 'auto_retry_start',
      attempt: 1,
      maxAttempts: 3,
      delayMs: 2000,
    })
    expect(summary).toMatchObject({ final: null, failure: { class: 'auth' } })
  })

  it('adds up what its answers cost', () => {
    const usage = { input: 10, output: 2, cacheRead: 3, cacheWrite: 1, cost: { total: 0.5 } }
    expect(readEvents(said('toolUse', { usage }), said('stop', { usage })).summary.usage).toEqual({
      inputTokens: 28,
      outputTokens: 4,
      cachedTokens: 6,
      reasoningTokens: null,
      costUsd: 1,
    })
  })

  const untold = { totalTokens: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }
  const cut = said('stop', { api: 'openai-completions', usage: untold })

  it('has no answer where its stream closed without an end mark, which pi calls a stop', () => {
    expect(readEvents(cut).summary).toMatchObject({
      final: { ok: false },
      failure: { class: 'crash', reason: expect.stringContaining('broke off before its end') },
    })
    const whole = said('stop', { api: 'openai-completions', usage: { ...untold, totalTokens: 7 } })
    expect(readEvents(whole).summary.final).toEqual({ ok: true, text: 'So.' })
  })

  it('has used at least what it told, where an answer broke off', () => {
    const usage = { input: 10, output: 2, totalTokens: 12 }
    const { summary } = readEvents(said('toolUse', { usage }), cut)
    expect(summary.usage).toMatchObject({ inputTokens: 10, outputTokens: 2, atLeast: true })
    expect(read('drop').summary.usage?.atLeast).toBe(true)
    expect(read('tool').summary.usage).not.toHaveProperty('atLeast')
  })

  it('takes nothing that an agent wrote for a failure', () => {
    const content = [{ type: 'text', text: '401 invalid API key' }]
    const { summary } = readEvents(said('stop', { content }))
    expect(summary).toMatchObject({ final: { ok: true }, failure: null })
  })
})
