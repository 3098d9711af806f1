/** What a person may decide of a result, and what is sent for it. */
import { describe, expect, test } from 'vitest'
import type { Action, ActionContext, Subject } from '../../../../src/renderer/actions/action.ts'
import { actionsFor } from '../../../../src/renderer/actions/registry.ts'
import { approve, reject } from '../../../../src/renderer/actions/task/approve.ts'
import { evaluate } from '../../../../src/renderer/actions/task/evaluate.ts'
import { card } from '../../model/cards.ts'

const subject = (facts: Parameters<typeof card>[1]): Subject => ({
  card: card('a', { agent: 'agent-1', attempts: 1, ...facts }),
  agent: null,
  isHeld: false,
  isByHand: false,
})
const pending = subject({ status: 'pending-eval', state: 'pending-eval' })
const held = subject({ status: 'waiting', state: 'waiting', waitsFor: 'evaluation' })
const asked = subject({ status: 'waiting', state: 'waiting', waitsFor: 'answer' })
const done = subject({ status: 'done', state: 'done' })

/** What an action asks of the yard. */
async function sentBy(action: Action, text = ''): Promise<unknown[]> {
  const sent: unknown[] = []
  const task = new Proxy(
    {},
    { get: (_, verb) => (input: object) => void sent.push([verb, { ...input, commandId: 'c' }]) },
  )
  const context = {
    send: async (send: (client: unknown, commandId: string) => unknown) => {
      await send({ task }, 'c')
      return { ok: true, value: null }
    },
  } as unknown as ActionContext
  expect(await action.run(context, [pending], null, text)).toBe(true)
  return sent
}

describe('a result', () => {
  test('is approved while nothing is decided of it', async () => {
    expect(approve.blocked(pending)).toBeNull()
    expect(approve.blocked(held)).toBeNull()
    expect(approve.blocked(asked)).not.toBeNull()
    expect(approve.blocked(done)).not.toBeNull()
    expect(await sentBy(approve)).toEqual([['approve', { id: 'a', commandId: 'c' }]])
  })

  test('is rejected with a note, also when it is done and has not landed', async () => {
    expect(reject.blocked(pending)).toBeNull()
    expect(reject.blocked(done)).toBeNull()
    expect(reject.blocked(subject({ status: 'done', landing: 'landed' }))).toBe(
      'Its result has landed',
    )
    expect(reject.blocked(asked)).not.toBeNull()
    const facts = { tasks: new Map(), now: 0, killing: new Set<string>() }
    expect(reject.ask?.([pending], facts)?.field).toMatchObject({ isRequired: true })
    expect(await sentBy(reject, ' wrong file ')).toEqual([
      ['reject', { id: 'a', note: 'wrong file', commandId: 'c' }],
    ])
  })

  test('is judged again once there is one, and not while that goes on', async () => {
    expect(evaluate.blocked(done)).toBeNull()
    expect(evaluate.blocked(pending)).toBe('It is being judged')
    expect(evaluate.blocked(subject({ agent: null }))).toBe('Nothing of it has ended yet')
    expect(await sentBy(evaluate)).toEqual([['evaluate', { id: 'a', commandId: 'c' }]])
  })

  test('has its decisions first among the acts where it waits for them', () => {
    const labels = (of: Subject) => actionsFor(of).map(({ id }) => id)
    expect(labels(pending).slice(0, 2)).toEqual(['task.approve', 'task.reject'])
    expect(labels(held).slice(0, 2)).toEqual(['task.approve', 'task.reject'])
    expect(labels(asked)).not.toContain('task.approve')
  })
})
