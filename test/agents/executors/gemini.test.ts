import { describe, expect, it } from 'vitest'
import { describeReader, readerOf } from './readers/reader-suite.ts'
import { errorTranscript, only, RECORDED_AT, transcript } from './readers/transcript.ts'

const { create, read, readEvents } = readerOf('gemini')

describeReader('gemini', {
  knowsExitCodes: false,
  tellsThinking: false,
  tellsUsage: true,
  shell: 'run_shell_command',
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
    ['drop', 'overload'],
  ],
})

it('counts what it thought as output, which is how it is billed', () => {
  const stats = { total_tokens: 175, input_tokens: 100, output_tokens: 25, cached: 40 }
  const event = { type: 'result', status: 'success', stats }
  const { summary } = readEvents(event)
  expect(summary.usage).toEqual({
    inputTokens: 100,
    outputTokens: 75,
    cachedTokens: 40,
    reasoningTokens: 50,
    costUsd: null,
  })
})

describe('gemini alone', () => {
  it('fails by its status, also where it gives no reason there and exits with 0', () => {
    const { summary } = read('streamerr')
    expect(summary).toMatchObject({ final: { ok: false }, failure: { class: 'overload' } })
  })

  it('joins the pieces of an answer, and tells a paragraph when it has ended', () => {
    const reader = create()
    const say = (content: string) =>
      reader.read(JSON.stringify({ type: 'message', role: 'assistant', content, delta: true }), 0)
    expect(say('First ')).toEqual([])
    expect(say('thing.\n\nSec')).toEqual([{ kind: 'text', text: 'First thing.' }])
    expect(say('ond')).toEqual([])
    expect(reader.rest?.()).toEqual([{ kind: 'text', text: 'Second' }])
    expect(reader.rest?.()).toEqual([])
    reader.read('{"type":"result","status":"success"}', 0)
    expect(reader.finish().final).toEqual({ ok: true, text: 'First thing.\n\nSecond' })
  })

  it('takes only what was said after the last tool for its answer', () => {
    const say = (content: string) => ({ type: 'message', role: 'assistant', content, delta: true })
    const tool = { type: 'tool_use', tool_name: 'read_file', tool_id: '1', parameters: {} }
    const { reports, summary } = readEvents(say('Let me see.'), tool, say('Done.'), {
      type: 'result',
      status: 'success',
    })
    expect(only(reports, 'text').map((report) => report.text)).toEqual(['Let me see.', 'Done.'])
    expect(summary.final).toEqual({ ok: true, text: 'Done.' })
  })

  it('sees on stderr that it tries again', () => {
    const reader = create()
    const reports = errorTranscript('gemini-529-recovers')
      .split('\n')
      .flatMap((line) => reader.readError?.(line, RECORDED_AT) ?? [])
    expect(reports).toEqual([
      { kind: 'waiting', until: null, why: 'its provider answered 529; try 1 failed' },
    ])
  })

  it('takes the time at which a quota is given anew from stderr, for stdout does not tell it', () => {
    const reader = create()
    for (const line of errorTranscript('gemini-quota-reset').split('\n'))
      reader.readError?.(line, RECORDED_AT)
    for (const line of transcript('gemini-quota-reset').split('\n')) reader.read(line, RECORDED_AT)
    expect(reader.finish().failure).toMatchObject({
      class: 'quota',
      resetAt: RECORDED_AT + 7_200_000,
    })
  })

  it('has failed where it went in cycles, whatever its result says', () => {
    const { summary } = readEvents(
      { type: 'message', role: 'assistant', content: 'Again.', delta: true },
      { type: 'error', severity: 'warning', message: 'Loop detected, stopping execution' },
      { type: 'result', status: 'success', stats: { total_tokens: 9 } },
    )
    expect(summary).toMatchObject({
      final: { ok: false, text: 'Loop detected, stopping execution' },
      failure: { class: 'crash' },
    })
  })

  it('counts what was seen of a turn that was cut off, as a lower bound', () => {
    const say = { type: 'message', role: 'assistant', content: 'x'.repeat(400), delta: true }
    expect(readEvents(say).summary.usage).toMatchObject({ outputTokens: 100, atLeast: true })
    expect(read('drop').summary.usage?.atLeast).toBe(true)
    expect(read('tool').summary.usage).not.toHaveProperty('atLeast')
  })

  it('takes nothing that an agent wrote for a failure', () => {
    const content = '[API Error: {"error":{"code":401,"message":"invalid API key"}}]'
    const { summary } = readEvents(
      { type: 'message', role: 'assistant', content, delta: true },
      { type: 'result', status: 'success' },
    )
    expect(summary).toMatchObject({ final: { ok: true, text: content }, failure: null })
  })
})
