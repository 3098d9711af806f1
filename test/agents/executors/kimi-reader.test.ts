/** Unproved: its events are those of its documentation, none was recorded. */
import { expect, it } from 'vitest'
import { outputReportSchema } from '../../../src/domain/output.ts'
import { readerOf } from './reader-suite.ts'
import { only } from './transcript.ts'

const { readEvents } = readerOf('kimi')
const call = (name: string, args: object) => ({
  role: 'assistant',
  content: 'Let me look.',
  tool_calls: [
    { type: 'function', id: 'tc_1', function: { name, arguments: JSON.stringify(args) } },
  ],
})
const told = { role: 'tool', tool_call_id: 'tc_1', content: 'a.py' }

it('takes an answer without tool calls for its final one', () => {
  const { reports, summary } = readEvents(call('Shell', { command: 'ls' }), told, {
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
  expect(only(reports, 'tool-call')[0]).toMatchObject({ id: 'tc_1', name: 'Shell', summary: 'ls' })
  expect(only(reports, 'thinking')).toEqual([{ kind: 'thinking', text: 'Hm.' }])
})

it('is not done while its last message calls a tool', () => {
  expect(readEvents(call('Shell', { command: 'ls' }), told).summary.final).toBeNull()
})

it('counts what changes something', () => {
  const { summary } = readEvents(call('WriteFile', { path: 'a' }), told)
  expect(summary.mutatingToolCalls).toBe(1)
})

it('reads nonsense without a fault', () => {
  for (const content of [null, 7, [], [{}], {}])
    for (const report of readEvents({ role: 'assistant', content, tool_calls: [{}] }).reports)
      expect(outputReportSchema.safeParse(report).error).toBeUndefined()
})
