import { describe, expect, it } from 'vitest'
import { describeReader, readerOf } from './readers/reader-suite.ts'
import { errorTranscript, only, RECORDED_AT } from './readers/transcript.ts'

const { create, read, readEvents } = readerOf('opencode')

describeReader('opencode', {
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
    ['streamerr', 'overload'],
    ['drop', 'overload'],
  ],
})

const finish = (reason: string, more: object = {}) => ({
  type: 'step_finish',
  sessionID: 'ses_1',
  part: { reason, tokens: { input: 10, output: 2, reasoning: 1, cache: { read: 5 } }, ...more },
})

describe('opencode alone', () => {
  it('adds up the tokens and the price of its steps', () => {
    const { summary } = readEvents(
      finish('tool-calls', { cost: 0.25 }),
      finish('stop', { cost: 0.5 }),
    )
    expect(summary.usage).toEqual({
      inputTokens: 30,
      outputTokens: 6,
      cachedTokens: 10,
      reasoningTokens: 2,
      costUsd: 0.75,
    })
    expect(read('text').summary.usage?.costUsd).toBeNull()
  })

  it('tells nothing of the tokens of its sub-agents, so its own are a lower bound', () => {
    const call = (tool: string, metadata: object) => ({
      type: 'tool_use',
      part: { tool, callID: '1', state: { status: 'completed', metadata } },
    })
    const { summary } = readEvents(call('task', { sessionId: 'ses_2' }), finish('stop'))
    expect(summary.usage).toMatchObject({ inputTokens: 15, atLeast: true })
    const refused = readEvents(call('task', {}), finish('stop'))
    expect(refused.summary.usage).not.toHaveProperty('atLeast')
  })

  it('marks a step that broke off before it told its tokens', () => {
    const broken = finish('unknown', { tokens: { input: 0, output: 0, cache: { read: 0 } } })
    const { summary } = readEvents(broken, finish('stop'))
    expect(summary).toMatchObject({
      final: { ok: true },
      usage: { inputTokens: 15, atLeast: true },
    })
  })

  it.each([
    ['after tool calls', finish('tool-calls'), null],
    ['in an answer that was cut', finish('length'), false],
    ['with its last word', finish('stop'), true],
  ] as const)('that ends %s', (_, event, ok) => {
    const { summary } = readEvents(event)
    expect(summary.final?.ok ?? null).toBe(ok)
  })

  it('that goes on after its last word has not said it yet', () => {
    const { summary } = readEvents(finish('stop'), { type: 'step_start', sessionID: 'ses_1' })
    expect(summary.final).toBeNull()
  })

  it('takes the time of a reset from the body or the header of an error', () => {
    const error = (data: object) => ({
      type: 'error',
      sessionID: 'ses_1',
      error: { name: 'APIError', data: { message: 'no more', statusCode: 429, ...data } },
    })
    const body = JSON.stringify({ error: { type: 'usage_limit_reached', resets_at: 1795300000 } })
    expect(readEvents(error({ responseBody: body })).summary.failure).toMatchObject({
      class: 'quota',
      resetAt: 1795300000_000,
    })
    const header = { isRetryable: true, responseHeaders: { 'retry-after': '30' } }
    expect(readEvents(error(header)).summary.failure).toMatchObject({
      class: 'rate-limit',
      resetAt: RECORDED_AT + 30_000,
    })
  })

  it('knows errors of its own by their names', () => {
    const error = (name: string) => ({ type: 'error', error: { name, data: { message: 'no' } } })
    expect(readEvents(error('ProviderAuthError')).summary.failure?.class).toBe('auth')
    expect(readEvents(error('ProviderModelNotFoundError')).summary.failure?.class).toBe('bad-model')
    expect(readEvents(error('SomethingNew')).summary.failure?.class).toBe('crash')
  })

  it('sees on stderr that it tries again', () => {
    const reports = errorTranscript('opencode-529-recovers')
      .split('\n')
      .flatMap((line) => create().readError?.(line, RECORDED_AT) ?? [])
    expect(reports).toEqual([
      { kind: 'waiting', until: null, why: expect.stringContaining('Overloaded') },
    ])
  })

  it('has used at least what its steps told, where one was cut off or begun again', () => {
    const step = { type: 'step_start', part: {} }
    const tokens = { input: 10, output: 2, reasoning: 0, cache: { read: 0, write: 0 } }
    const ended = (reason: string) => ({ type: 'step_finish', part: { reason, tokens, cost: 0 } })
    const used = (...events: readonly object[]) => readEvents(...events).summary.usage
    expect(used(step, ended('tool-calls'), step)).toMatchObject({ inputTokens: 10, atLeast: true })
    expect(used(step, step, ended('stop'))).toMatchObject({ inputTokens: 10, atLeast: true })
    expect(used(step, ended('tool-calls'), step, ended('stop'))).not.toHaveProperty('atLeast')
  })

  it('tells a refused call and goes on', () => {
    const { reports, summary } = read('ask')
    expect(only(reports, 'tool-result')[0]).toMatchObject({
      ok: false,
      text: expect.stringContaining('rejected'),
    })
    expect(summary.final?.ok).toBe(true)
  })
})
