import { APICallError, type ModelMessage } from 'ai'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import {
  createExecEventReader,
  execEventLine,
  type ExecEventInput,
} from '../../../src/agents/executors/readers/exec-events.ts'
import { runLoop, type LoopEnd } from '../../../src/agents/native/agent-loop.ts'
import type { NativeOrder } from '../../../src/agents/native/native-order.ts'
import {
  defineTool,
  yes,
  type Tool,
  type ToolContext,
} from '../../../src/agents/native/tools/tool.ts'
import { readAll, type Reading } from '../executors/readers/transcript.ts'
import { scriptedModel, type Script, type Scripted } from './scripted-model.ts'

const ORDER: NativeOrder = {
  v: 1,
  executor: 'mine',
  taskId: 'build',
  wire: 'chat',
  provider: 'llm.example',
  baseUrl: 'https://llm.example/v1',
  modelId: 'some-model',
  keyVariable: null,
  keysFile: '/none',
  mode: 'full',
  permissions: 'bypass',
  limits: { steps: 200, tokens: null, costUsd: null },
  price: null,
  conversations: '/none',
  conversationId: 'one',
  isResumed: false,
  answer: null,
  keepBackground: false,
}
const api = (statusCode: number, message: string, headers = {}): APICallError =>
  new APICallError({
    message,
    url: 'https://llm.example',
    requestBodyValues: {},
    statusCode,
    responseHeaders: headers,
    responseBody: JSON.stringify({ error: { message } }),
  })

interface Run extends Reading {
  readonly end: LoopEnd
  readonly events: readonly ExecEventInput[]
  readonly kept: readonly ModelMessage[]
  readonly waits: readonly number[]
  readonly ran: readonly string[]
}

interface Parts {
  readonly order?: Partial<NativeOrder>
  readonly before?: readonly ModelMessage[]
  readonly onTool?: (input: string, stop: AbortController) => string
  readonly onWait?: (stop: AbortController) => void
}

async function run(script: Script, parts: Parts = {}): Promise<Run> {
  const events: ExecEventInput[] = []
  const kept: ModelMessage[] = []
  const waits: number[] = []
  const ran: string[] = []
  const stop = new AbortController()
  let now = Date.UTC(2026, 10, 21)
  const note = (input: string): string => {
    ran.push(input)
    return parts.onTool?.(input, stop) ?? `noted ${input}`
  }
  const context: ToolContext = {
    root: '/',
    isConfined: true,
    env: {},
    signal: stop.signal,
    now: () => now,
  }
  const end = await runLoop({
    order: { ...ORDER, ...parts.order },
    model: script.model,
    instructions: 'Do it.',
    prompt: 'Build the thing.',
    tools: [noteTool(note)],
    context,
    conversation: {
      messages: parts.before ?? [],
      append: (message) => void kept.push(message),
      close: () => {},
    },
    signal: stop.signal,
    emit: (event) => void events.push(event),
    now: () => now,
    sleep: (ms, signal) => {
      waits.push(ms)
      now += ms
      parts.onWait?.(stop)
      signal.throwIfAborted()
      return Promise.resolve()
    },
    random: () => 0,
  })
  const reading = readAll(createExecEventReader(), events.map(execEventLine).join(''))
  return { end, events, kept, waits, ran, ...reading }
}

const noteTool = (note: (text: string) => string): Tool =>
  defineTool({
    name: 'note',
    description: 'Notes a word.',
    effect: 'act',
    schema: z.object({ word: z.string() }),
    changes: () => true,
    run: ({ word }) => yes(note(word)),
  })
const note = (word: string) => ({ name: 'note', input: { word } })
const ANSWER: Scripted = { text: 'All is well.' }

describe('a turn', () => {
  it('ends with the answer that calls nothing', async () => {
    const script = scriptedModel(ANSWER)
    const { end, summary, kept } = await run(script)
    expect(end).toBe('done')
    expect(summary).toMatchObject({
      final: { ok: true, text: 'All is well.' },
      failure: null,
      usage: {
        inputTokens: 10,
        outputTokens: 5,
        cachedTokens: 2,
        reasoningTokens: 1,
        costUsd: null,
      },
    })
    expect(kept).toEqual([
      { role: 'user', content: 'Build the thing.' },
      { role: 'assistant', content: [{ type: 'text', text: 'All is well.' }] },
    ])
    expect(script.requests[0]).toContain('Do it.')
  })

  it('does all calls of an answer in their order, and gives all results back', async () => {
    const script = scriptedModel({ text: 'Hm', calls: [note('a'), note('b'), note('c')] }, ANSWER)
    const { ran, reports, summary, kept } = await run(script)
    expect(ran).toEqual(['a', 'b', 'c'])
    for (const word of ran) expect(script.requests[1]).toContain(`noted ${word}`)
    expect(summary.mutatingToolCalls).toBe(3)
    expect(summary.usage).toMatchObject({ inputTokens: 20, outputTokens: 10, cachedTokens: 4 })
    expect(reports.map(({ kind }) => kind)).toEqual(
      ['text', 'usage', 'tool-call', 'tool-result', 'tool-call', 'tool-result', 'tool-call'].concat(
        ['tool-result', 'text', 'usage', 'result'],
      ),
    )
    expect(kept.map(({ role }) => role).join(' ')).toBe('user assistant tool tool tool assistant')
  })

  it('goes on after calls of what is not there, and of what does not fit', async () => {
    const script = scriptedModel(
      {
        calls: [
          { name: 'fly', input: {} },
          { name: 'note', input: {} },
          { name: 'note', input: '{"wo' },
        ],
      },
      ANSWER,
    )
    const { end, ran, reports, kept, summary } = await run(script)
    expect(end).toBe('done')
    expect(ran).toEqual([])
    expect(summary.mutatingToolCalls).toBe(0)
    const results = reports.filter((report) => report.kind === 'tool-result')
    expect(results.map(({ ok }) => ok)).toEqual([false, false, false])
    expect(kept.filter(({ role }) => role === 'tool')).toHaveLength(3)
    expect(script.requests[1]?.match(/"type":"tool-result"/g)).toHaveLength(3)
  })

  it('goes on with an answer that was cut off, but not for ever', async () => {
    const cut: Scripted = { text: 'and so', finish: 'length' }
    const script = scriptedModel(cut, ANSWER)
    expect((await run(script)).end).toBe('done')
    expect(script.requests[1]).toContain('cut off')
    const endless = await run(scriptedModel(cut, cut, cut, cut, ANSWER))
    expect(endless).toMatchObject({ end: 'failed', summary: { failure: { class: 'crash' } } })
  })

  it('that its provider refuses to answer has failed', async () => {
    const { summary } = await run(scriptedModel({ finish: 'content-filter' }))
    expect(summary).toMatchObject({ final: { ok: false }, failure: { class: 'reported' } })
  })
})

describe('permissions', () => {
  it('ask refuses what acts, as a question that is told', async () => {
    const script = scriptedModel({ calls: [note('a')] }, ANSWER)
    const { ran, reports, summary } = await run(script, { order: { permissions: 'ask' } })
    expect(ran).toEqual([])
    expect(reports.find(({ kind }) => kind === 'question')).toMatchObject({
      text: expect.stringContaining('note'),
    })
    expect(script.requests[1]).toContain('Refused')
    expect(summary).toMatchObject({ final: { ok: true }, mutatingToolCalls: 0 })
  })
})

describe('limits', () => {
  const busy = { calls: [note('a')] }
  const price = { input: 1_000_000, output: 0, cached: null, notedOn: null }

  it.each([
    ['steps', { limits: { steps: 2, tokens: null, costUsd: null } }, 'max_steps'],
    ['tokens', { limits: { steps: 9, tokens: 30, costUsd: null } }, 'max_tokens'],
    ['money', { price, limits: { steps: 9, tokens: null, costUsd: 20 } }, 'max_cost'],
  ])('of %s end it before the next request, and say what to raise', async (_what, order, key) => {
    const script = scriptedModel(busy, busy, busy)
    const { end, summary, kept } = await run(script, { order })
    expect(end).toBe('failed')
    expect(script.requests).toHaveLength(2)
    expect(summary.failure).toMatchObject({
      class: 'reported',
      reason: expect.stringContaining(`executors.mine.${key}`),
    })
    // It can be gone on with: no call is without its result.
    expect(kept.at(-1)?.role).toBe('tool')
  })

  it('of money need a price', async () => {
    const order = { limits: { steps: 9, tokens: null, costUsd: 0.01 } }
    expect((await run(scriptedModel(busy, ANSWER), { order })).end).toBe('done')
  })
})

describe('a provider that is unwell', () => {
  const overloaded = { error: api(529, 'Overloaded') }

  it('is asked again with growing pauses, which are told', async () => {
    const { end, waits, reports, summary } = await run(
      scriptedModel(overloaded, overloaded, ANSWER),
    )
    expect([end, waits]).toEqual(['done', [1000, 2000]])
    expect(reports.filter(({ kind }) => kind === 'waiting')).toHaveLength(2)
    expect(summary.failure).toBeNull()
  })

  it('is asked when it wants to be asked', async () => {
    const error = api(429, 'slow down', { 'retry-after': '20' })
    expect((await run(scriptedModel({ error }, ANSWER))).waits).toEqual([20_000])
  })

  it('is left alone after a few tries', async () => {
    const { end, waits, summary } = await run(
      scriptedModel(...Array.from({ length: 9 }, () => overloaded)),
    )
    expect(end).toBe('failed')
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000])
    expect(summary.failure?.class).toBe('overload')
  })

  it('that wants a long pause is left alone at once, until then', async () => {
    const error = api(429, 'slow down', { 'retry-after': '3600' })
    const { waits, summary } = await run(scriptedModel({ error }))
    expect(waits).toEqual([])
    expect(summary.failure).toMatchObject({
      class: 'rate-limit',
      resetAt: Date.UTC(2026, 10, 21, 1),
    })
  })

  it('whose stream ends in the middle is asked again, and nothing of that is kept', async () => {
    const script = scriptedModel({ text: 'Half of', finish: 'other' }, ANSWER)
    const { kept, summary } = await run(script)
    expect(summary.final?.text).toBe('All is well.')
    expect(JSON.stringify(kept)).not.toContain('Half of')
  })

  it('with a spent quota, a bad key or no such model is not asked again', async () => {
    for (const [status, words, failureClass] of [
      [429, 'You exceeded your current quota', 'quota'],
      [401, 'no', 'auth'],
      [404, 'no', 'bad-model'],
    ] as const) {
      const { waits, summary } = await run(scriptedModel({ error: api(status, words) }))
      expect([waits, summary.failure?.class]).toEqual([[], failureClass])
    }
  })

  it('that is silent for long is told of, for nothing else says that the agent lives', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const slow = Promise.withResolvers<void>()
      const running = run(scriptedModel({ ...ANSWER, after: slow.promise }))
      await vi.advanceTimersByTimeAsync(31_000)
      slow.resolve()
      const { events, end } = await running
      expect(end).toBe('done')
      expect(events.filter(({ type }) => type === 'waiting')).toEqual([
        expect.objectContaining({ until: Date.UTC(2026, 10, 21, 0, 5) }),
      ])
    } finally {
      vi.useRealTimers()
    }
  })

  it('words of the model about quotas are only words', async () => {
    const { summary } = await run(scriptedModel({ text: 'Error 429: quota exceeded' }))
    expect(summary).toMatchObject({ final: { ok: true }, failure: null })
  })
})

describe('a conversation that is too long', () => {
  const full = { error: api(400, 'prompt is too long: 3 tokens > 2 maximum') }
  const old = 'x'.repeat(2000)
  const history = Array.from({ length: 8 }, (_, n): ModelMessage[] => [
    {
      role: 'assistant',
      content: [{ type: 'tool-call', toolCallId: `c${n}`, toolName: 'note', input: { word: 'a' } }],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: `c${n}`,
          toolName: 'note',
          output: { type: 'text', value: old },
        },
      ],
    },
  ]).flat()

  it('is asked again without its older results, step by step', async () => {
    const script = scriptedModel(full, full, ANSWER)
    const { end, kept } = await run(script, { before: history })
    expect(end).toBe('done')
    const long = script.requests.map((request) => request.split(old).length - 1)
    expect(long).toEqual([8, 5, 1])
    expect(kept).toHaveLength(2)
  })

  it('has failed where that does not help', async () => {
    const none = await run(scriptedModel(full))
    expect(none.summary.failure?.class).toBe('context-overflow')
    const script = scriptedModel(full, full, full)
    const { summary } = await run(script, { before: history })
    expect(summary.failure?.class).toBe('context-overflow')
  })
})

describe('stopped', () => {
  it('in a tool, it keeps the result, does no other call, and does not say that it is done', async () => {
    const script = scriptedModel({ calls: [note('a'), note('b')] }, ANSWER)
    const onTool = (word: string, stop: AbortController): string => {
      stop.abort(new Error('asked to stop'))
      return word
    }
    const { end, ran, kept, summary } = await run(script, { onTool })
    expect([end, ran]).toEqual(['stopped', ['a']])
    expect(kept.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(summary.final).toBeNull()
  })

  it('while it waits for its provider, it waits no longer', async () => {
    const script = scriptedModel({ error: api(529, 'Overloaded') }, ANSWER)
    const { end } = await run(script, { onWait: (stop) => stop.abort(new Error('stop')) })
    expect(end).toBe('stopped')
    expect(script.requests).toHaveLength(1)
  })
})

it('goes on after a kill in the middle of its tools: calls without a result get one', async () => {
  const calls = ['c1', 'c2'].map((toolCallId) => ({
    type: 'tool-call' as const,
    toolCallId,
    toolName: 'note',
    input: { word: 'a' },
  }))
  const before: ModelMessage[] = [
    { role: 'user', content: 'first' },
    { role: 'assistant', content: calls },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'c1',
          toolName: 'note',
          output: { type: 'text', value: 'noted' },
        },
      ],
    },
  ]
  const script = scriptedModel(ANSWER)
  const { kept } = await run(script, { before })
  expect(kept.map(({ role }) => role)).toEqual(['tool', 'user', 'assistant'])
  expect(JSON.stringify(kept[0])).toContain('"toolCallId":"c2"')
  expect(script.requests[0]).toContain('interrupted')
  // The other one keeps what it had.
  expect(script.requests[0]).toContain('noted')
})
