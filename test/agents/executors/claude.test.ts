import { describe, expect, it } from 'vitest'
import { createClaudeReader } from '../../../src/agents/executors/claude.ts'
import { outputReportSchema } from '../../../src/domain/output.ts'
import { only, readAll, RECORDED_AT, transcript, type Reading } from './readers/transcript.ts'

const read = (name: string): Reading => readAll(createClaudeReader(), transcript(`claude-${name}`))
const readEvents = (...events: object[]): Reading =>
  readAll(createClaudeReader(), events.map((event) => JSON.stringify(event)).join('\n'))

describe('a run that ends well', () => {
  it('gives its text, result, usage, cost and conversation', () => {
    const { reports, summary } = read('text')
    expect(only(reports, 'text')).toEqual([{ kind: 'text', text: 'Hello from the mock model.' }])
    expect(summary.final).toEqual({ ok: true, text: 'Hello from the mock model.' })
    expect(summary.failure).toBeNull()
    expect(summary.usage?.inputTokens).toBeGreaterThan(100)
    expect(summary.usage?.outputTokens).toBeGreaterThan(0)
    expect(summary.usage?.costUsd).toBeGreaterThan(0)
    expect(only(reports, 'conversation')).toEqual([
      { kind: 'conversation', id: summary.conversation },
    ])
    expect(reports.at(-1)).toEqual({ kind: 'result', ok: true, text: 'Hello from the mock model.' })
  })

  it('tells thinking apart from text', () => {
    const { reports } = read('think')
    expect(only(reports, 'thinking')).toEqual([
      { kind: 'thinking', text: 'The mock model thinks about it.' },
    ])
    expect(only(reports, 'text')).toHaveLength(1)
  })

  it('joins a tool call and its result by their id, and counts a change', () => {
    const { reports, summary } = read('tool')
    const [call] = only(reports, 'tool-call')
    expect(call).toMatchObject({ name: 'Bash', summary: 'echo hi > out.txt; echo seen' })
    expect(only(reports, 'tool-result')).toEqual([
      { kind: 'tool-result', id: call?.id, ok: true, text: 'seen' },
    ])
    expect(summary.mutatingToolCalls).toBe(1)
  })

  it('counts a written file, and not a tool that failed or was refused', () => {
    expect(read('write').summary.mutatingToolCalls).toBe(1)
    const failed = read('tool-fails')
    expect(only(failed.reports, 'tool-result')[0]).toMatchObject({
      ok: false,
      text: expect.stringContaining('Exit code 3'),
    })
    expect(failed.summary.mutatingToolCalls).toBe(0)
    const refused = read('ask')
    expect(refused.summary.mutatingToolCalls).toBe(0)
    expect(only(refused.reports, 'error')).toEqual([
      { kind: 'error', message: 'its permissions refused 1 tool call', class: null },
    ])
  })

  it('shows a retry as waiting, and is no failure once it was got over', () => {
    const { reports, summary } = read('529-recovers')
    const [waiting] = only(reports, 'waiting')
    expect(waiting?.why).toContain('529')
    expect(waiting?.until).toBeGreaterThan(RECORDED_AT)
    expect(summary).toMatchObject({ final: { ok: true }, failure: null })
  })

  it.each(['streamerr', 'drop'])('gets over %s without a word', (name) => {
    expect(read(name).summary).toMatchObject({ final: { ok: true }, failure: null })
  })
})

describe('usage while it runs', () => {
  const answer = (id: string, input: number, output: number) => ({
    type: 'assistant',
    message: { id, content: [], usage: { input_tokens: input, output_tokens: output } },
  })

  it('is the sum of its answers, each once, until its result has the last word', () => {
    const { reports, summary } = readEvents(
      ...[answer('m1', 100, 1), answer('m1', 100, 1), answer('m1', 100, 9), answer('m2', 200, 2)],
    )
    const told = only(reports, 'usage').map(({ usage }) => [usage.inputTokens, usage.outputTokens])
    expect(told).toEqual([
      [100, 1],
      [100, 9],
      [300, 11],
    ])
    // It was ended before its result.
    expect(summary.usage).toMatchObject({ inputTokens: 300, outputTokens: 11, costUsd: null })
  })

  it('of a whole run is what its result says', () => {
    const { reports, summary } = read('tool')
    expect(only(reports, 'usage').length).toBeGreaterThan(1)
    expect(only(reports, 'usage').at(-1)?.usage).toEqual(summary.usage)
    expect(summary.usage?.costUsd).toBeGreaterThan(0)
  })
})

describe('what it used', () => {
  const message = (id: string, content: object, input: number) => ({
    type: 'assistant',
    message: {
      id,
      model: 'claude-opus-4-6',
      stop_reason: null,
      content: [content],
      usage: { input_tokens: input, cache_read_input_tokens: 0, output_tokens: 1 },
    },
  })
  const text = (length: number) => ({ type: 'text', text: 'x'.repeat(length) })
  const call = { type: 'tool_use', id: 't', name: 'Bash', input: { command: 'make' } }

  it('is that of all models, sub-agents and side questions included', () => {
    const { summary } = readEvents({
      type: 'result',
      is_error: false,
      result: 'well',
      total_cost_usd: 4.5,
      usage: { input_tokens: 1000, output_tokens: 10 },
      modelUsage: {
        main: { inputTokens: 1000, outputTokens: 10, cacheReadInputTokens: 50 },
        sub: { inputTokens: 800_000, outputTokens: 10_000, cacheCreationInputTokens: 7 },
      },
    })
    expect(summary.usage).toMatchObject({
      inputTokens: 801_057,
      outputTokens: 10_010,
      cachedTokens: 50,
      costUsd: 4.5,
      byModel: [{ model: 'main' }, { model: 'sub', inputTokens: 800_007, writtenTokens: 7 }],
    })
    expect(read('drop').summary.usage).toMatchObject({ inputTokens: 1655, outputTokens: 17 })
  })

  it('is told while it works by the length of what it says, and by the model that answers', () => {
    const { reports, summary } = readEvents(
      message('a', text(4000), 500),
      message('a', call, 500),
      message('b', text(400), 600),
    )
    const told = only(reports, 'usage').map(({ usage }) => usage)
    expect(told.map(({ outputTokens }) => outputTokens)).toEqual([1000, 1005, 1105])
    expect(told[0]?.byModel).toEqual([
      {
        model: 'claude-opus-4-6',
        inputTokens: 500,
        outputTokens: 1000,
        cachedTokens: 0,
        writtenTokens: 0,
      },
    ])
    // Without a result it used at least that.
    expect(summary.usage).toMatchObject({ inputTokens: 1100, outputTokens: 1105, atLeast: true })
  })

  it('is told with the call that begins now: it reads all before, and says about as much again', () => {
    const { reports } = readEvents(message('a', text(4000), 500), message('a', call, 500))
    const [said, called] = only(reports, 'usage').map(({ usage }) => usage)
    expect(said).not.toHaveProperty('next')
    expect(called?.next).toMatchObject({ inputTokens: 1505, outputTokens: 1005 })
  })

  it('is a lower bound where a stream broke and was asked for again in one piece', () => {
    expect(read('drop').summary.usage?.atLeast).toBe(true)
    expect(read('tool').summary.usage).not.toHaveProperty('atLeast')
  })
})

describe('a run that fails', () => {
  it.each([
    ['401', 'auth'],
    ['403', 'auth'],
    ['404', 'bad-model'],
    ['429', 'rate-limit'],
    ['500', 'overload'],
    ['529', 'overload'],
    ['overflow', 'context-overflow'],
    ['quota', 'quota'],
    ['quota-reset', 'quota'],
    ['400', 'crash'],
  ] as const)('%s is %s, although its subtype says success', (name, failureClass) => {
    const { reports, summary } = read(name)
    expect(summary.final?.ok).toBe(false)
    expect(summary.failure?.class).toBe(failureClass)
    expect(only(reports, 'error').at(-1)?.class).toBe(failureClass)
    expect(only(reports, 'text')).toEqual([])
  })

  it('takes the time of a reset from its field, to the second', () => {
    const told = /"resetsAt":(\d+)/.exec(transcript('claude-quota-reset'))?.[1]
    const { reports, summary } = read('quota-reset')
    expect(summary.failure?.resetAt).toBe(Number(told) * 1000)
    expect(only(reports, 'waiting')[0]).toMatchObject({
      until: Number(told) * 1000,
      why: expect.stringContaining('five-hour'),
    })
  })

  it('takes the time of a reset from the words where there is no field', () => {
    const error = { type: 'assistant', error: 'rate_limit', message: { content: [] } }
    const text = "You've hit your weekly limit · resets Nov 23, 3pm (Europe/Berlin)"
    const { summary } = readEvents(error, {
      type: 'result',
      is_error: true,
      api_error_status: 429,
      result: text,
    })
    expect(summary.failure).toMatchObject({
      class: 'quota',
      resetAt: Date.UTC(2026, 10, 23, 14, 1),
    })
  })

  it('is a matter of auth when nobody is signed in', () => {
    const error = {
      type: 'assistant',
      error: 'authentication_failed',
      message: { model: '<synthetic>', content: [] },
    }
    const text = 'Not logged in · Please run /login'
    const { summary } = readEvents(error, {
      type: 'result',
      is_error: true,
      api_error_status: null,
      result: text,
    })
    expect(summary.failure?.class).toBe('auth')
  })

  it('is a crash that says why when its conversation is gone', () => {
    const errors = ['No conversation found with session ID: 1111']
    const { summary } = readEvents({
      type: 'result',
      subtype: 'error_during_execution',
      is_error: true,
      errors,
    })
    expect(summary.final).toEqual({ ok: false, text: errors[0] })
    expect(summary.failure).toMatchObject({ class: 'crash', reason: errors[0] })
  })

  it('that is cut off while it retries leaves the reason of the retries, and no final word', () => {
    const retries = transcript('claude-529')
      .split('\n')
      .filter((line) => line.includes('"api_retry"'))
    const { summary } = readAll(createClaudeReader(), retries.join('\n'))
    expect(summary.final).toBeNull()
    expect(summary.failure?.class).toBe('overload')
  })

  it('has no class but crash when it ends without an error of its provider', () => {
    const { summary } = readEvents({
      type: 'result',
      subtype: 'error_max_turns',
      is_error: true,
      result: 'usage limit, 401, overloaded',
    })
    expect(summary.failure?.class).toBe('crash')
  })
})

describe('what an agent writes decides nothing', () => {
  const words =
    'API Error: 401 You have hit your usage limit, resets 3pm (UTC). {"type":"result","is_error":true}'

  it('in a text, in a tool result or in a final answer', () => {
    const { summary } = readEvents(
      { type: 'assistant', message: { content: [{ type: 'text', text: words }] } },
      {
        type: 'user',
        message: {
          content: [{ type: 'tool_result', tool_use_id: 'a', content: words, is_error: true }],
        },
      },
      { type: 'result', is_error: false, result: words },
    )
    expect(summary.failure).toBeNull()
    expect(summary.final).toEqual({ ok: true, text: words })
  })

  it('and a result that does not say whether it is an error is no success', () => {
    expect(readEvents({ type: 'result', result: 'fine' }).summary.final?.ok).toBe(false)
  })
})

describe('whatever a line holds', () => {
  it.each([
    '{"type":"assistant"}',
    '{"type":"assistant","message":{"content":[null,7,{"type":"text"},{"type":"tool_use"}]}}',
    '{"type":"user","message":{"content":"text"}}',
    '{"type":"system","subtype":"api_retry","retry_delay_ms":"soon"}',
    '{"type":"rate_limit_event","rate_limit_info":null}',
    '{"type":"result","is_error":true,"usage":{"input_tokens":-1,"output_tokens":"many"}}',
    '{"type":{}}',
    '{"half":',
    '[1,2]',
    'Warning: plain words \u0000\ud800',
  ])('%s is read without a fault and gives well-formed reports', (line) => {
    const { reports } = readAll(createClaudeReader(), line)
    for (const report of reports) expect(outputReportSchema.safeParse(report).success).toBe(true)
  })

  it('long texts are cut to the bound of a report', () => {
    const long = 'x'.repeat(100_000)
    const { reports } = readEvents(
      {
        type: 'assistant',
        session_id: long,
        message: {
          content: [
            { type: 'text', text: long },
            { type: 'tool_use', id: long, name: long, input: { command: long } },
          ],
        },
      },
      {
        type: 'user',
        message: {
          content: [
            { type: 'tool_result', tool_use_id: long, content: [{ type: 'text', text: long }] },
          ],
        },
      },
      { type: 'result', is_error: true, result: long },
    )
    expect(reports.length).toBeGreaterThanOrEqual(6)
    for (const report of reports) expect(outputReportSchema.safeParse(report).success).toBe(true)
  })

  it('a question is a report of its own', () => {
    const block = {
      type: 'tool_use',
      id: 'q',
      name: 'AskUserQuestion',
      input: { questions: [{ question: 'Which one?' }] },
    }
    const { reports } = readEvents({ type: 'assistant', message: { content: [block] } })
    expect(reports).toEqual([{ kind: 'question', text: 'Which one?' }])
  })
})

describe('an answer whose stream closed before its end', () => {
  const answer = (id: string, input: number, block: object) => ({
    type: 'assistant',
    message: {
      id,
      model: 'm',
      content: [block],
      stop_reason: null,
      usage: { input_tokens: input, output_tokens: 1 },
    },
  })
  const result = (stop_reason: string | null) => ({
    type: 'result',
    subtype: 'success',
    is_error: false,
    result: 'I have wr',
    stop_reason,
    modelUsage: { m: { inputTokens: 100, outputTokens: 20, costUSD: 0.5 } },
    total_cost_usd: 0.5,
  })
  const call = { type: 'tool_use', id: 't', name: 'Bash', input: { command: 'ls' } }
  const text = { type: 'text', text: 'I have wr' }

  it('is none, though Claude takes it for one, and counts with what was seen of it', () => {
    const events = [answer('a', 100, call), answer('b', 130, text), result('tool_use')]
    const { summary } = readEvents(...events)
    expect(summary.final).toMatchObject({ ok: false })
    expect(summary.failure).toMatchObject({
      class: 'crash',
      reason: expect.stringContaining('broke off'),
    })
    expect(summary.usage).toMatchObject({ inputTokens: 230, outputTokens: 23, atLeast: true })
  })

  it('is not suspected where it has its reason to end, or is counted', () => {
    const whole = readEvents(answer('b', 130, text), result('end_turn')).summary
    expect(whole.final?.ok).toBe(true)
    const counted = readEvents(answer('b', 100, text), result(null)).summary
    expect(counted).toMatchObject({ final: { ok: true }, usage: { inputTokens: 100 } })
    expect(counted.usage?.atLeast).toBeUndefined()
  })
})
