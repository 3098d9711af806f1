import { describe, expect, it } from 'vitest'
import { createCodexReader } from '../../../src/agents/executors/codex.ts'
import { outputReportSchema } from '../../../src/domain/output.ts'
import { only, readAll, RECORDED_AT, transcript, type Reading } from './readers/transcript.ts'

const read = (name: string): Reading => readAll(createCodexReader(), transcript(`codex-${name}`))
const readEvents = (...events: object[]): Reading =>
  readAll(createCodexReader(), events.map((event) => JSON.stringify(event)).join('\n'))
const failed = (message: string): object => ({ type: 'turn.failed', error: { message } })
const completed = {
  type: 'turn.completed',
  usage: { input_tokens: 10, cached_input_tokens: 4, output_tokens: 3 },
}

describe('a run that ends well', () => {
  it('gives its text, result, usage and conversation', () => {
    const { reports, summary } = read('text')
    expect(only(reports, 'text')).toEqual([{ kind: 'text', text: 'Hello from the mock model.' }])
    expect(summary.final).toEqual({ ok: true, text: 'Hello from the mock model.' })
    expect(summary.failure).toBeNull()
    expect(summary.usage?.inputTokens).toBeGreaterThan(100)
    expect(summary.usage?.costUsd).toBeNull()
    expect(only(reports, 'conversation')).toEqual([
      { kind: 'conversation', id: summary.conversation },
    ])
  })

  it('is not failed by a warning', () => {
    const { reports, summary } = read('text')
    expect(only(reports, 'error')).toEqual([
      { kind: 'error', message: expect.stringContaining('metadata'), class: null },
    ])
    expect(summary.failure).toBeNull()
  })

  it('tells thinking apart from text', () => {
    expect(only(read('think').reports, 'thinking')).toEqual([
      { kind: 'thinking', text: 'The mock model thinks about it.' },
    ])
  })

  it('joins a command and its result by their id, and counts a change', () => {
    const { reports, summary } = read('tool')
    const calls = only(reports, 'tool-call')
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      name: 'shell',
      summary: expect.stringContaining('echo hi > out.txt'),
    })
    expect(only(reports, 'tool-result')).toEqual([
      { kind: 'tool-result', id: calls[0]?.id, ok: true, text: 'seen\n' },
    ])
    expect(summary.mutatingToolCalls).toBe(1)
  })

  it('does not count a command that failed or only read', () => {
    const failing = read('tool-fails')
    expect(only(failing.reports, 'tool-result')[0]).toMatchObject({ ok: false })
    expect(failing.summary.mutatingToolCalls).toBe(0)
    const item = {
      id: '1',
      type: 'command_execution',
      command: "/bin/bash -lc 'git log -3'",
      exit_code: 0,
      status: 'completed',
    }
    expect(readEvents({ type: 'item.completed', item }).summary.mutatingToolCalls).toBe(0)
  })

  it('shows an edit by its files, also when only its end is told', () => {
    const item = {
      id: '1',
      type: 'file_change',
      changes: [{ path: 'a.ts', kind: 'update' }],
      status: 'completed',
    }
    const { reports, summary } = readEvents({ type: 'item.completed', item })
    expect(reports).toMatchObject([
      { kind: 'tool-call', name: 'edit', summary: 'update a.ts' },
      { kind: 'tool-result', ok: true },
    ])
    expect(summary.mutatingToolCalls).toBe(1)
  })

  it('names a tool of an MCP server with its server', () => {
    const item = {
      id: '1',
      type: 'mcp_tool_call',
      server: 'docs',
      tool: 'find',
      arguments: { q: 'x' },
      status: 'in_progress',
    }
    const { reports } = readEvents({ type: 'item.started', item })
    expect(reports).toEqual([
      { kind: 'tool-call', id: '1', name: 'docs/find', summary: '{"q":"x"}', input: '{"q":"x"}' },
    ])
  })

  it('shows its sub-agents, of whose tokens it tells nothing', () => {
    const item = { id: '1', type: 'collab_tool_call', tool: 'spawn_agent', prompt: 'You help.' }
    const usage = { input_tokens: 10, cached_input_tokens: 0, output_tokens: 2 }
    const { reports, summary } = readEvents(
      { type: 'item.completed', item: { ...item, status: 'completed' } },
      { type: 'turn.completed', usage },
    )
    expect(reports[0]).toMatchObject({
      kind: 'tool-call',
      name: 'spawn_agent',
      summary: 'You help.',
    })
    expect(summary.usage).toMatchObject({ inputTokens: 10, atLeast: true })
  })

  it('after retries is no failure', () => {
    const retry = {
      type: 'error',
      message: 'Reconnecting... 1/5 (unexpected status 529: Overloaded)',
    }
    const message = {
      type: 'item.completed',
      item: { id: '1', type: 'agent_message', text: 'done' },
    }
    const { reports, summary } = readEvents(retry, message, completed)
    expect(only(reports, 'waiting')).toEqual([
      { kind: 'waiting', until: null, why: expect.stringContaining('1/5') },
    ])
    expect(summary).toMatchObject({ final: { ok: true, text: 'done' }, failure: null })
    expect(read('529-recovers').summary).toMatchObject({ final: { ok: true }, failure: null })
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
    ['streamerr', 'overload'],
    ['drop', 'overload'],
    ['overflow', 'context-overflow'],
    ['quota', 'quota'],
    ['quota-reset', 'quota'],
    ['400', 'crash'],
  ] as const)('%s is %s', (name, failureClass) => {
    const { reports, summary } = read(name)
    expect(summary.final?.ok).toBe(false)
    expect(summary.failure?.class).toBe(failureClass)
    expect(reports.at(-1)).toMatchObject({ kind: 'result', ok: false })
  })

  it.each([
    ['Missing environment variable: `MOCK_API_KEY`.', 'auth'],
    ["The 'gpt-x' model is not supported when using Codex with a ChatGPT account.", 'bad-model'],
    ['Rate limit reached for gpt-x. Please try again in 2.5s.', 'rate-limit'],
    ['Your access token could not be refreshed. Please log in again.', 'auth'],
    ['error sending request for url (http://127.0.0.1:1/v1/responses)', 'overload'],
    ['something new', 'crash'],
  ] as const)('%s is %s', (message, failureClass) => {
    expect(readEvents(failed(message)).summary.failure?.class).toBe(failureClass)
  })

  it('takes the time of a reset from its words', () => {
    const days = readEvents(
      failed("You've hit your usage limit. Try again in 3 days 4 hours 12 minutes."),
    )
    const inMs = ((3 * 24 + 4) * 60 + 12) * 60_000
    expect(days.summary.failure).toMatchObject({ class: 'quota', resetAt: RECORDED_AT + inMs })
    expect(read('quota-reset').summary.failure?.resetAt).toBeGreaterThan(RECORDED_AT)
  })

  it('that is cut off while it retries leaves the reason, and no final word', () => {
    const { summary } = readEvents({
      type: 'error',
      message: 'Reconnecting... 2/5 (unexpected status 401 Unauthorized)',
    })
    expect(summary.final).toBeNull()
    expect(summary.failure?.class).toBe('auth')
  })
})

describe('what it used', () => {
  const item = (more: object) => ({ type: 'item.completed', item: { id: '1', ...more } })
  const said = item({ type: 'agent_message', text: 'x'.repeat(400) })
  const ran = item({
    type: 'command_execution',
    command: 'y'.repeat(40),
    aggregated_output: 'z'.repeat(800),
    exit_code: 0,
    status: 'completed',
  })
  const turn = { type: 'turn.started' }

  it('is a lower bound by what was seen, where its turn was cut off', () => {
    expect(readEvents(turn, ran, said).summary.usage).toMatchObject({
      inputTokens: 310,
      outputTokens: 110,
      atLeast: true,
    })
    const failed = { type: 'turn.failed', error: { message: 'no' } }
    expect(readEvents(turn, said, failed).summary.usage).toMatchObject({ outputTokens: 100 })
    expect(readEvents(turn).summary.usage).toBeNull()
  })

  it('is a lower bound where a stream broke off and was asked for again', () => {
    const broken = {
      type: 'error',
      message: 'Reconnecting... 1/5 (stream disconnected before completion: closed)',
    }
    expect(readEvents(turn, broken, said, completed).summary.usage?.atLeast).toBe(true)
    const refused = { type: 'error', message: 'Reconnecting... 1/5 (unexpected status 529)' }
    expect(readEvents(turn, refused, said, completed).summary.usage).not.toHaveProperty('atLeast')
  })
})

describe('whatever comes', () => {
  it('words that an agent wrote decide nothing', () => {
    const text = 'unexpected status 401: you hit your usage limit, try again at 4:13 AM'
    const command = {
      id: '2',
      type: 'command_execution',
      command: 'true',
      aggregated_output: text,
      exit_code: 1,
      status: 'failed',
    }
    const { summary } = readEvents(
      { type: 'item.completed', item: { id: '1', type: 'agent_message', text } },
      { type: 'item.completed', item: command },
      completed,
    )
    expect(summary).toMatchObject({ final: { ok: true, text }, failure: null })
  })

  it.each([
    '{"type":"thread.started"}',
    '{"type":"item.completed"}',
    '{"type":"item.completed","item":{"type":"command_execution","command":7,"exit_code":"0"}}',
    '{"type":"item.started","item":{"type":"mcp_tool_call","arguments":null}}',
    '{"type":"item.completed","item":{"type":"web_search"}}',
    '{"type":"turn.failed"}',
    '{"type":"turn.completed","usage":[]}',
    '{"type":"error","message":null}',
    'Reading prompt from stdin...',
  ])('%s is read without a fault and gives well-formed reports', (line) => {
    for (const report of readAll(createCodexReader(), line).reports) {
      expect(outputReportSchema.safeParse(report).success).toBe(true)
    }
  })
})
