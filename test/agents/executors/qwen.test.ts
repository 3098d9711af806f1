import { describe, expect, it } from 'vitest'
import { describeReader, readerOf } from './readers/reader-suite.ts'
import { only, RECORDED_AT } from './readers/transcript.ts'

const { read, readEvents } = readerOf('qwen')

describeReader('qwen', {
  knowsExitCodes: false,
  tellsThinking: true,
  tellsUsage: true,
  shell: 'run_shell_command',
  failures: [
    ['400', 'crash'],
    ['401', 'auth'],
    ['403', 'auth'],
    ['404', 'bad-model'],
    ['500', 'overload'],
    ['529', 'overload'],
    ['overflow', 'context-overflow'],
    ['streamerr', 'overload'],
    ['drop', 'overload'],
  ],
})

const answer = (text: string, tokens: number) => ({
  type: 'assistant',
  message: {
    content: [{ type: 'text', text }],
    usage: { input_tokens: tokens, output_tokens: tokens },
  },
})
const result = (text: string) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: text,
  usage: { input_tokens: 5, output_tokens: 5 },
})

describe('qwen alone', () => {
  it('fails although its result is clean and its exit code 0', () => {
    const { reports, summary } = read('401')
    expect(summary.final).toEqual({ ok: false, text: 'Mock: invalid API key' })
    expect(only(reports, 'text')).toEqual([])
  })

  it.each([
    ['429 Rate limit reached for requests', 'rate-limit'],
    ['500 internal error', 'overload'],
    ['529 Overloaded', 'overload'],
    ['429 You exceeded your current quota', 'quota'],
    ['429 You exceeded your current quota.]\nPossible quota limitations in place', 'quota'],
    ['Connection error. (cause: connect ECONNREFUSED 127.0.0.1:1)', 'overload'],
  ])('%s is %s', (message, failureClass) => {
    // Below an error that may pass it prints a line of advice.
    const text = message.includes('\n') ? `[API Error: ${message}` : `[API Error: ${message}]`
    expect(readEvents(answer(text, 0), result(text)).summary).toMatchObject({
      final: { ok: false, text: expect.any(String) },
      failure: { class: failureClass },
    })
  })

  it('has its input told with what came from a cache, which is counted once', () => {
    const usage = { input_tokens: 1000, cache_read_input_tokens: 800, output_tokens: 5 }
    const { summary } = readEvents({ ...result('well'), usage })
    expect(summary.usage).toMatchObject({ inputTokens: 1000, cachedTokens: 800, outputTokens: 5 })
  })

  it('takes nothing that an agent wrote for a failure: an answer of a model has cost tokens', () => {
    const text = 'It printed: [API Error: 401 invalid API key]'
    expect(readEvents(answer(text, 9), result(text)).summary).toMatchObject({
      final: { ok: true, text },
      failure: null,
    })
  })

  it('counts as waiting while its model is silent, for so long as its tries may take', () => {
    const { reports, summary } = read('quota')
    expect(only(reports, 'waiting')).toEqual([
      { kind: 'waiting', until: RECORDED_AT + 600_000, why: 'its model has not answered yet' },
    ])
    expect(summary.final).toBeNull()
    expect(read('tool').reports.at(-1)?.kind).toBe('result')
    expect(only(read('tool').reports, 'waiting')).toHaveLength(2)
  })
})
