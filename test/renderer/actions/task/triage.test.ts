/** Which tasks a model can be asked about, and what is sent for that. */
import { expect, test } from 'vitest'
import type { AgentView } from '../../../../src/contract/view.ts'
import type { ActionContext, Subject } from '../../../../src/renderer/actions/action.ts'
import { actionsFor } from '../../../../src/renderer/actions/registry.ts'
import { triage } from '../../../../src/renderer/actions/task/triage.ts'
import { agentOf } from '../../../support/scripted-host.ts'
import { card } from '../../model/cards.ts'

const subject = (
  facts: Parameters<typeof card>[1],
  agent: Partial<AgentView> | null = null,
): Subject => ({
  card: card('a', { agent: 'agent-1', attempts: 1, status: 'open', ...facts }),
  agent: agent && agentOf('agent-1', 'a', { executorType: 'claude', ...agent }),
  isHeld: false,
  isByHand: false,
})
const retried = subject({
  state: 'delayed',
  reason: { code: 'retry', subject: null, until: null },
})

test('fits an open task with an agent behind it, and an agent of a model that is at work', () => {
  expect(triage.blocked(retried)).toBeNull()
  expect(triage.blocked(subject({}, { status: 'working' }))).toBeNull()
  expect(triage.blocked(subject({}, { status: 'stopping' }))).toBe('Its agent is being stopped')
  expect(triage.blocked(subject({}, { status: 'working', executorType: 'shell' }))).not.toBeNull()
  expect(triage.blocked(subject({}, { status: 'working', by: 'pilot' }))).not.toBeNull()
  expect(triage.blocked(subject({ agent: null }))).toBe('Nothing of it has ended yet')
  expect(triage.blocked(subject({ status: 'done' }))).toBe('It is not open')
})

test('is offered where a task waits to be tried again', () => {
  const ids = (of: Subject) => actionsFor(of).map(({ id }) => id)
  expect(ids(retried)).toContain('task.triage')
  expect(ids(subject({ state: 'ready' }))).not.toContain('task.triage')
})

test('asks about the agent, also a second time', async () => {
  const sent: unknown[] = []
  const agent = { triage: (input: unknown) => void sent.push(input) }
  const context = {
    send: async (send: (client: unknown, commandId: string) => unknown) => {
      await send({ agent }, 'c')
      return { ok: true, value: null }
    },
  } as unknown as ActionContext
  expect(await triage.run(context, [retried], null, '')).toBe(true)
  expect(sent).toEqual([{ id: 'agent-1', again: true, commandId: 'c' }])
})
