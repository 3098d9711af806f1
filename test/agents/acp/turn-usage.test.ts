import { expect, it } from 'vitest'
import { sessionsInExport, usageInExport } from '../../../src/agents/acp/turn-usage.ts'

const message = (role: string, created: number, input: number) => ({
  info: { role, time: { created }, tokens: { input, output: 2, reasoning: 1, cache: { read: 5 } } },
})
const text = (...messages: object[]): string => JSON.stringify({ info: {}, messages })

it('sums the answers of the turn, and none before it', () => {
  const exported = text(
    ...[message('assistant', 50, 1000), message('user', 100, 7)],
    ...[message('assistant', 110, 10), message('assistant', 120, 20)],
  )
  expect(usageInExport(exported, 100)).toMatchObject({
    inputTokens: 40,
    outputTokens: 6,
    cachedTokens: 10,
    reasoningTokens: 2,
    costUsd: null,
  })
})

it('finds the sessions of sub-agents that the turn began, and none before it', () => {
  const asking = (created: number, sessionId: string, tool = 'task') => ({
    ...message('assistant', created, 1),
    parts: [{ type: 'text' }, { type: 'tool', tool, state: { metadata: { sessionId } } }],
  })
  const exported = text(asking(50, 'ses_1'), asking(110, 'ses_2'), asking(120, 'ses_3', 'bash'))
  expect(sessionsInExport(exported, 100)).toEqual(['ses_2'])
  expect(sessionsInExport('no', 0)).toEqual([])
})

it.each(['', 'no', '[]', '{}', '{"messages":[null,{"info":7}]}'])('reads %s as nothing', (said) => {
  expect(usageInExport(said, 0)).toBeNull()
})
