import { expect, test } from 'vitest'
import type { AgentView } from '../../../src/contract/view.ts'
import { forceQuestionOf, questionOf } from '../../../src/renderer/actions/kill-question.ts'
import { graceOf } from '../../../src/renderer/actions/stop-grace.ts'

const agent = (id: string, startedAt: string | null) => ({ id, startedAt }) as AgentView
const now = Date.parse('2026-05-01T10:00:00Z')

test('one agent and several are asked about in their own words', () => {
  const one = questionOf([agent('agent-1', '2026-05-01T09:48:00Z')], { again: false, now })
  expect([one.title, ...one.lines]).toEqual([
    'Kill agent-1?',
    '12m 00s of work stops; its files stay where they are.',
    'Its task is paused until you start it again.',
  ])
  const two = questionOf(
    [agent('agent-1', '2026-05-01T09:59:00Z'), agent('agent-2', '2026-05-01T09:58:00Z')],
    { again: true, now },
  )
  expect([two.title, ...two.lines, two.choices[0]?.label]).toEqual([
    'Kill 2 agents?',
    '3m 00s of work stops; their files stay where they are.',
    'Their tasks start again at once.',
    'Kill 2 agents',
  ])
})

test('who was asked to stop already is ended by force, with what that costs', () => {
  const one = forceQuestionOf([agent('agent-1', null)])
  expect([one.title, ...one.lines]).toEqual([
    'End agent-1 by force?',
    'It was asked to stop and may still be saving work. By force nothing more is saved.',
    'Its files stay where they are.',
  ])
  const two = forceQuestionOf([agent('agent-1', null), agent('agent-2', null)])
  expect([two.title, two.lines[1]]).toEqual([
    'End 2 agents by force?',
    'Their files stay where they are.',
  ])
})

test('a length that is not known is not told as zero', () => {
  const [line] = questionOf([agent('agent-1', null)], { again: false, now }).lines
  expect(line).toBe('The work stops; its files stay where they are.')
})

test.each([
  ['10s', 10_000],
  [10, 10_000],
  ['500ms', 500],
  ['2m', 120_000],
])('the grace of %s is understood', (value, ms) => {
  expect(graceOf([{ key: 'agent.stop_grace', value }] as never)).toBe(ms)
  expect(graceOf([])).toBeNull()
})
