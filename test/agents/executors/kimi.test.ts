import { expect, it } from 'vitest'
import { outputReportSchema } from '../../../src/domain/output.ts'
import { readerOf } from './readers/reader-suite.ts'
import { only } from './readers/transcript.ts'

const { create, readEvents } = readerOf('kimi')
const call = (name: string, args: object) => ({
  role: 'assistant',
  content: 'Let me look.',
  tool_calls: [
    { type: 'function', id: 'tc_1', function: { name, arguments: JSON.stringify(args) } },
  ],
})
const told = { role: 'tool', tool_call_id: 'tc_1', content: 'a.py' }

it('takes an answer without tool calls for its final one', () => {
  const { reports, summary } = readEvents(call('Bash', { command: 'ls' }), told, {
    role: 'assistant',
    content: [
      { type: 'think', think: 'Hm.' },
      { type: 'text', text: 'One file.' },
    ],
  })
  expect(summary).toMatchObject({
    final: { ok: true, text: 'One file.' },
    failure: null,
    mutatingToolCalls: 0,
  })
  expect(only(reports, 'tool-call')[0]).toMatchObject({ id: 'tc_1', name: 'Bash', summary: 'ls' })
  expect(only(reports, 'thinking')).toEqual([{ kind: 'thinking', text: 'Hm.' }])
})

it('is not done while its last message calls a tool', () => {
  expect(readEvents(call('Bash', { command: 'ls' }), told).summary.final).toBeNull()
})

it('counts what changes something', () => {
  const { summary } = readEvents(call('Write', { path: 'a' }), told)
  expect(summary.mutatingToolCalls).toBe(1)
})

it('tells its conversation at its end, and that it tries again', () => {
  const { reports, summary } = readEvents(
    { role: 'meta', type: 'turn.step.retrying', failed_attempt: 1, max_attempts: 3, delay_ms: 500 },
    { role: 'assistant', content: 'Done.' },
    { role: 'meta', type: 'session.resume_hint', session_id: 'session_1' },
  )
  expect(only(reports, 'waiting')).toHaveLength(1)
  expect(summary).toMatchObject({ final: { ok: true, text: 'Done.' }, conversation: 'session_1' })
})

it.each([
  ['provider.auth_error: 401 Invalid API key', 'auth'],
  ['provider.api_error: 404 Model not found', 'bad-model'],
  ['context.overflow: Compaction failed', 'context-overflow'],
  ['provider.rate_limit: 429 Slow down', 'rate-limit'],
  ['Session "session_1" not found.', 'crash'],
])('sorts %s as %s, unless it has answered', (said, failureClass) => {
  const reader = create()
  reader.readError?.(`error: failed to run prompt: ${said}`, 1)
  expect(reader.finish().failure?.class).toBe(failureClass)
  reader.read(JSON.stringify({ role: 'assistant', content: 'Done.' }), 2)
  expect(reader.finish().failure).toBeNull()
})

it('reads nonsense without a fault', () => {
  for (const content of [null, 7, [], [{}], {}])
    for (const report of readEvents({ role: 'assistant', content, tool_calls: [{}] }).reports)
      expect(outputReportSchema.safeParse(report).error).toBeUndefined()
})
