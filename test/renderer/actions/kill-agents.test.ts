import { afterEach, expect, test, vi } from 'vitest'
import { err } from '../../../src/base/result.ts'
import { killAgents } from '../../../src/renderer/actions/kill-agents.ts'
import type { Session } from '../../../src/renderer/model/session/session.ts'
import { ask } from '../../../src/renderer/actions/ask.ts'
import { eventually } from '../../support/eventually.ts'
import { agentOf } from '../../support/scripted-host.ts'
import { liveSession } from '../model/session/live-session.ts'

vi.mock('../../../src/renderer/actions/ask.ts', () => ({ ask: vi.fn<typeof ask>() }))
afterEach(() => void vi.mocked(ask).mockReset())

const AGENT = agentOf('agent-1', 'build', { startedAt: '2026-01-01T00:00:00Z' })
const titles = () => vi.mocked(ask).mock.calls.map(([{ title }]) => title)

/** `isLinked` false: nothing goes out, and it says so in the end. Killing takes until `end` is called. */
function open(isLinked: boolean) {
  const over = Promise.withResolvers<void>()
  const kills: unknown[] = []
  const linked = liveSession({
    service: { config: async () => [] },
    agent: {
      kill: async (input: unknown) => {
        kills.push(input)
        await over.promise
      },
    },
  })
  const call = async (): Promise<unknown> => {
    await over.promise
    return err({ kind: 'link', message: 'Not sent.', hint: null })
  }
  const cut: Session = { ...linked, call: call as Session['call'] }
  return { session: isLinked ? linked : cut, kills, end: over.resolve }
}

const press = (session: Session) => killAgents(session, [AGENT], { again: false })

test('the second K means force before the yard has said that the agent is stopping', async () => {
  const { session, kills, end } = open(true)
  vi.mocked(ask).mockResolvedValue({ choice: 'kill', text: '' })
  const first = press(session)
  await eventually(() => expect(kills).toHaveLength(1))
  vi.mocked(ask).mockResolvedValue(null)
  await press(session)
  expect(titles()).toEqual(['Kill agent-1?', 'End agent-1 by force?'])
  end()
  await first
})

test('whoever was not asked yet is not ended by force', async () => {
  const { session, end } = open(false)
  vi.mocked(ask).mockResolvedValue({ choice: 'kill', text: '' })
  const first = press(session)
  await Promise.resolve()
  vi.mocked(ask).mockResolvedValue(null)
  await press(session)
  end()
  await first
  await press(session)
  expect(titles()).toEqual(['Kill agent-1?', 'Kill agent-1?', 'Kill agent-1?'])
})
