import { expect, test, vi } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import type { OpenYard, YardClient } from '../../src/desktop/open-yards.ts'
import { livingHere, quitAnswer, quitQuestion, stopAgents } from '../../src/desktop/quit.ts'
import { summaryOf } from '../support/scripted-host.ts'

function yardOf(
  kind: 'owner' | 'joined',
  alive: number,
  killAll: () => Promise<unknown>,
): OpenYard {
  return {
    root: '/atlas',
    name: 'atlas',
    host: { kind, connect: async () => null, close: async () => {} },
    glimpse: () => ({ summary: summaryOf({ agents: { alive, max: 4 } }), agents: [] }),
    client: () => ({ agent: { killAll } }) as unknown as YardClient,
  }
}

test('only agents of yards that this app runs are asked about and stopped', async () => {
  const [own, other] = [
    vi.fn<() => Promise<null>>(async () => null),
    vi.fn<() => Promise<null>>(async () => null),
  ]
  const yards = { all: () => [yardOf('owner', 2, own), yardOf('joined', 3, other)] }
  expect(livingHere(yards)).toBe(2)
  await stopAgents(yards, silentLog)
  expect([own.mock.calls.length, other.mock.calls.length]).toEqual([1, 0])
})

test('a yard that cannot be reached does not keep the agents of another alive', async () => {
  const own = vi.fn<() => Promise<null>>(async () => null)
  const error = vi.fn<() => void>()
  const yards = {
    all: () => [
      yardOf('owner', 1, () => Promise.reject(new Error('gone'))),
      yardOf('owner', 1, own),
    ],
  }
  await stopAgents(yards, { ...silentLog, error })
  expect([own.mock.calls.length, error.mock.calls.length]).toEqual([1, 1])
})

test.each([
  [0, 'leave'],
  [1, 'stop'],
  [2, 'cancel'],
  [9, 'cancel'],
])('button %i means %s', (response, answer) => expect(quitAnswer(response)).toBe(answer))

test('the question counts the agents, and Escape cancels', () => {
  expect(quitQuestion(1)).toMatchObject({
    message: '1 agent is at work. Quit Yardmaster?',
    buttons: ['Leave running', 'Stop 1 agent', 'Cancel'],
    cancelId: 2,
  })
  expect(quitQuestion(3).buttons[1]).toBe('Stop 3 agents')
})
