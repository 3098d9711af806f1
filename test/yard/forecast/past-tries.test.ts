import { describe, expect, it } from 'vitest'
import type { EntityChange } from '../../../src/domain/plan.ts'
import type { EndedAgent } from '../../../src/store/forecasts.ts'
import { createPastTries, priceOf } from '../../../src/yard/forecast/past-tries.ts'
import { createPacer } from '../../../src/yard/slices.ts'
import { taskId } from '../../support/plan-builder.ts'

const ended = (number: number, more: Partial<EndedAgent> = {}): EndedAgent => ({
  number,
  taskId: taskId('a'),
  executor: 'claude',
  executorType: 'claude',
  model: null,
  tags: [],
  by: 'process',
  startedAt: 0,
  endedAt: 60_000,
  outcome: 'done',
  failure: null,
  costUsd: null,
  ...more,
})

/** A store of these, newest first as it is asked. */
const storeOf = (rows: readonly EndedAgent[], rejected: readonly number[] = []) =>
  createPastTries({
    endedAgents: (before, limit) =>
      rows
        .filter(({ number }) => number < before)
        .toSorted((a, b) => b.number - a.number)
        .slice(0, limit),
    rejectedAgents: () => [...rejected],
  })
const pacer = createPacer()
const numbersOf = async (tries: ReturnType<typeof storeOf>) =>
  (await tries.all(pacer)).map(({ number }) => number)

describe('past tries', () => {
  it('are those that ended by their own doing', async () => {
    const failed = (number: number, failure: string): EndedAgent =>
      ended(number, { outcome: 'failed', failure })
    const tries = storeOf([
      ended(1),
      failed(2, 'verify'),
      failed(3, 'rate-limit'),
      failed(4, 'lost'),
      ended(5, { outcome: 'killed', failure: 'killed' }),
      ended(6, { by: 'person' }),
      ended(7, { startedAt: null }),
      ended(8, { executorType: 'of-tomorrow' as never }),
      failed(9, 'timeout'),
    ])
    expect((await tries.all(pacer)).map(({ number, isSuccess }) => [number, isSuccess])).toEqual([
      [1, true],
      [2, false],
      [9, false],
    ])
  })

  it('are read once in pieces, oldest first, and no more than the newest', async () => {
    const all = Array.from({ length: 5300 }, (_, at) => ended(at + 1))
    const numbers = await numbersOf(storeOf(all))
    expect(numbers).toHaveLength(5000)
    expect([numbers[0], numbers.at(-1)]).toEqual([301, 5300])
  })

  it('go on with what ends, also while the store is read, each once', async () => {
    const rows = [ended(1)]
    const tries = storeOf(rows)
    const first = tries.all(pacer)
    note(tries, 2)
    rows.push(ended(2))
    await first
    note(tries, 3)
    expect(await numbersOf(tries)).toEqual([1, 2, 3])
  })

  it('with a result that did not pass its gate are no successes', async () => {
    const tries = storeOf([ended(1), ended(2)], [1])
    const successes = async () => (await tries.all(pacer)).map(({ isSuccess }) => isSuccess)
    expect(await successes()).toEqual([false, true])
    const evaluation = { agentId: 'agent-2', passed: false }
    const change = { entity: 'evaluation', id: 'eval-1', before: null, after: evaluation }
    tries.note({ from: 0, seq: 0, changes: [change as EntityChange], touched: new Set() })
    expect(await successes()).toEqual([false, false])
  })
})

/** An agent that has just ended well. */
function note(tries: ReturnType<typeof storeOf>, number: number): void {
  const { outcome, failure, costUsd, ...agent } = ended(number)
  const state = { kind: 'ended', outcome, failure }
  const after = { ...agent, id: `agent-${number}`, state, usage: { costUsd } }
  const change = { entity: 'agent', id: after.id, before: null, after }
  tries.note({ from: 0, seq: 0, changes: [change as unknown as EntityChange], touched: new Set() })
}

describe('the price of a minute', () => {
  const tryOf = (more: Partial<EndedAgent>) => ({ ...ended(1, more), isSuccess: true }) as never
  const claude = (model: string | null) =>
    ({ executor: 'claude', executorType: 'claude', model }) as const

  it('is that of the executor and model, else of the executor, else of all', () => {
    const price = priceOf([
      tryOf({ model: 'opus', costUsd: 4 }),
      tryOf({ model: 'opus', costUsd: 2 }),
      tryOf({ model: 'haiku', costUsd: 0.6 }),
      tryOf({ model: 'haiku', costUsd: null }),
    ])
    expect(price(claude('opus'))).toBeCloseTo(3, 9)
    expect(price(claude('haiku'))).toBeCloseTo(0.6, 9)
    expect(price(claude(null))).toBeCloseTo(2.2, 9)
    expect(price({ executor: 'codex', executorType: 'codex', model: null })).toBeCloseTo(2.2, 9)
  })

  it('is nothing for what is free, and unknown where nothing is told', () => {
    const price = priceOf([tryOf({ costUsd: 1 })])
    expect(price({ executor: 'shell', executorType: 'shell', model: null })).toBe(0)
    expect(price({ executor: 'x', executorType: 'command', model: null })).toBeNull()
    expect(priceOf([])(claude(null))).toBeNull()
  })
})
