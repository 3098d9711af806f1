import { afterEach, expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { err } from '../../src/base/result.ts'
import type { AgentView } from '../../src/contract/view.ts'
import { killAgents } from '../../src/renderer/composer/kill-agents.ts'
import type { Session } from '../../src/renderer/session/session.ts'
import { emptyView } from '../../src/renderer/session/yard-view.ts'
import { ask } from '../../src/renderer/workspace/ask.ts'

vi.mock('../../src/renderer/workspace/ask.ts', () => ({ ask: vi.fn<typeof ask>() }))
afterEach(() => void vi.mocked(ask).mockReset())

const AGENT = {
  id: 'agent-1',
  status: 'running',
  startedAt: '2026-01-01T00:00:00Z',
} as Partial<AgentView> as AgentView
const titles = () => vi.mocked(ask).mock.calls.map(([{ title }]) => title)

test('the second K means force before the yard has said that the agent is stopping', async () => {
  const lost = Promise.withResolvers<void>()
  const call = async (): Promise<unknown> => {
    await lost.promise
    return err({ kind: 'link', message: 'Not sent.', hint: null })
  }
  const session = {
    yard: createStore(() => emptyView),
    connection: createStore(() => ({ kind: 'live' as const })),
    call: call as Session['call'],
    tryNow: () => {},
    close: () => {},
  }
  vi.mocked(ask).mockResolvedValue({ choice: 'kill', text: '' })
  const first = killAgents(session, [AGENT], { again: false })
  await Promise.resolve()
  vi.mocked(ask).mockResolvedValue(null)
  await killAgents(session, [AGENT], { again: false })
  expect(titles()).toEqual(['Kill agent-1?', 'End agent-1 by force?'])
  lost.resolve()
  await first
  await killAgents(session, [AGENT], { again: false })
  expect(titles().at(-1), 'what was not sent is asked anew').toBe('Kill agent-1?')
})
