/** What tokens cost, and that what a CLI tells of a whole conversation is not counted once per agent. */
import { describe, expect, it } from 'vitest'
import { executorOf } from '../../../src/agents/executors/registry.ts'
import { recordedUsage, type RuntimeUsage, type Usage } from '../../../src/domain/agent.ts'
import { priceOf, usageOfRun, withCost } from '../../../src/domain/budget/price.ts'
import { taskOverspent, yardOverspent } from '../../../src/domain/budget/budget.ts'
import type { ExecutorType, Price } from '../../../src/domain/settings.ts'
import { readAll, transcript } from '../../agents/executors/readers/transcript.ts'

const PRICE: Price = { input: 2, output: 10, cached: 0.2, notedOn: '2026-04' }
const usage = (more: Partial<Usage> = {}): Usage => ({
  inputTokens: 1_000_000,
  outputTokens: 100_000,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: null,
  ...more,
})

describe('the price of an agent', () => {
  it('is that of its input, its cached input and its output', () => {
    expect(priceOf(usage(), PRICE)).toBeCloseTo(2 + 1)
    expect(priceOf(usage({ cachedTokens: 500_000 }), PRICE)).toBeCloseTo(1 + 0.1 + 1)
  })

  it('counts what was reasoned as the output that it is part of, once', () => {
    expect(priceOf(usage({ reasoningTokens: 90_000 }), PRICE)).toBeCloseTo(3)
  })

  it('takes cached input for any other where its price is not known', () => {
    const price = { ...PRICE, cached: null }
    expect(priceOf(usage({ cachedTokens: 500_000 }), price)).toBeCloseTo(3)
  })

  it('is not known where the tokens are not, and never below nothing', () => {
    expect(priceOf(usage({ outputTokens: null }), PRICE)).toBeNull()
    expect(priceOf(usage({ inputTokens: 5, cachedTokens: 10, outputTokens: 0 }), PRICE)).toBe(1e-6)
  })

  it('is the word of its CLI first, and says whose word it is', () => {
    const told = usage({ costUsd: 0.5 })
    expect(withCost(told, PRICE)).toEqual({ usage: told, costSource: 'cli' })
    const computed = withCost(usage(), PRICE)
    expect(computed).toMatchObject({ costSource: 'registry', usage: { costUsd: 3 } })
    expect(withCost(usage(), null)).toEqual({ usage: usage(), costSource: null })
  })
})

/** Two runs of one conversation, recorded from the real CLIs; the second went on with the first. */
describe.each<[ExecutorType, boolean]>([
  ['codex', true],
  ['qwen', true],
  ['claude', false],
  ['gemini', false],
  ['opencode', false],
  ['pi', false],
])('a resumed conversation of %s', (type, isWhole) => {
  const told = (turn: 'first' | 'resumed'): RuntimeUsage => {
    const executor = executorOf(type)
    if (!executor) throw new Error(`no executor of type ${type}`)
    const { summary } = readAll(executor.createReader(), transcript(`${type}-${turn}-turn`))
    if (!summary.usage) throw new Error('it told no usage')
    return summary.usage
  }
  const input = (one: Usage): number => one.inputTokens ?? 0

  it(`is told ${isWhole ? 'as a whole' : 'as its last run alone'}`, () => {
    expect(input(told('resumed')) > 1.9 * input(told('first'))).toBe(isWhole)
  })

  it('is counted once: the second agent has used about what the first did', () => {
    const first = usageOfRun(told('first'), [])
    const second = usageOfRun(told('resumed'), [first])
    expect(first).toEqual(recordedUsage(told('first')))
    expect(input(second)).toBeGreaterThan(0.9 * input(first))
    expect(input(second)).toBeLessThan(1.3 * input(first))
    expect(second.outputTokens).toBe(first.outputTokens)
  })
})

it('what an earlier agent did not tell before it was killed is in the next one’s sum', () => {
  const whole = { ...usage({ inputTokens: 30, outputTokens: 3 }), ofConversation: true as const }
  const first = usage({ inputTokens: 10, outputTokens: 1 })
  expect(usageOfRun(whole, [first, null])).toMatchObject({ inputTokens: 20 })
  // Killed before its CLI told the whole: what is known is of this run alone.
  expect(usageOfRun(first, [whole])).toEqual(first)
  const late = { ...first, ofConversation: true as const }
  expect(usageOfRun(late, [whole])).toMatchObject({ inputTokens: 0, outputTokens: 0 })
})

describe('a cap', () => {
  const spent = (usd: number | null, tokens: number | null) => ({ usd, tokens })

  it.each([
    [{ budget: 1, budgetTokens: null }, spent(0.99, 5000), null],
    [{ budget: 1, budgetTokens: null }, spent(1, 5), 'its budget is used up: $1.00 of $1.00'],
    [{ budget: 1, budgetTokens: null }, spent(null, 5_000_000), null],
    [
      { budget: 1, budgetTokens: 100 },
      spent(0.5, 120),
      'its budget is used up: 120 tokens of 100 tokens',
    ],
    [
      { budget: 0.01, budgetTokens: null },
      spent(0.012, 1),
      'its budget is used up: $0.012 of $0.01',
    ],
    [{ budget: null, budgetTokens: null }, spent(99, 99), null],
  ])('of a task %j with %j', (caps, sum, expected) => {
    expect(taskOverspent(caps, sum)).toBe(expected)
  })

  it('of the yard is told for the day and for the graph apart', () => {
    const none = {
      dayUsd: null,
      dayTokens: null,
      graphUsd: null,
      graphTokens: null,
      graphSince: null,
    }
    const budget = { ...none, dayUsd: 2, graphTokens: 10 }
    expect(yardOverspent(budget, spent(1, 99), spent(50, 9))).toEqual([])
    expect(yardOverspent(budget, spent(2, 0), spent(2, 10)).map(({ key }) => key)).toEqual([
      'budget:day',
      'budget:graph',
    ])
  })
})
