import { expect, test } from 'vitest'
import {
  allDays,
  costSeries,
  partSeries,
  sinceOf,
  sourceText,
  sumOfRows,
  type CostRow,
} from '../../../../src/renderer/screens/agents/cost-data.ts'
import { nextCap, reachedCap } from '../../../../src/renderer/screens/attention/budget-answers.tsx'
import { remainingText } from '../../../../src/domain/format.ts'
import { tokensOf } from '../../../../src/renderer/components/usage-text.ts'

const row = (key: string, more: Partial<CostRow> = {}): CostRow => ({
  key,
  title: null,
  costUsd: null,
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  tries: 1,
  registryUsd: null,
  unpriced: 0,
  atLeast: 0,
  ...more,
})
const NO_CAPS = { capUsd: null, capTokens: null, costUsd: null, tokens: null }

test('every day up to today has its place, a week of them at least; one without agents is not known, not zero', () => {
  const spent = row('2026-03-28', { costUsd: 2 })
  const days = allDays([spent], null, '2026-03-30T08:00:00')
  expect(days.map(({ key }) => key)).toEqual([
    ...['2026-03-24', '2026-03-25', '2026-03-26', '2026-03-27'],
    ...['2026-03-28', '2026-03-29', '2026-03-30'],
  ])
  expect(days[4]).toBe(spent)
  expect(days[0]).toMatchObject({ costUsd: null, inputTokens: null, tries: 0 })
  expect(allDays([], '2026-03-01T00:00:00', '2026-03-30T08:00:00')).toHaveLength(30)
})

test('a span of days begins at a midnight of this machine', () => {
  const now = new Date(2026, 2, 10, 15).getTime()
  expect(sinceOf('7d', now)).toBe(new Date(2026, 2, 4).toISOString())
  expect(sinceOf('all', now)).toBeNull()
})

test('bars, what of them is worked out by prices, and the budget of a day as a line', () => {
  const days = [row('a', { costUsd: 3, registryUsd: 1, inputTokens: 5 }), row('b')]
  const cost = costSeries(days, 'cost', { ...NO_CAPS, capUsd: 4 })
  expect(cost.map(({ label, values, look }) => [label, look, values])).toEqual([
    ['Cost', 'bars', [3, null]],
    ['Of that by prices', 'bars', [1, null]],
    ['Budget of a day', 'dashed', [4, 4]],
  ])
  const told = costSeries([row('a', { costUsd: 3, registryUsd: 0 })], 'cost', NO_CAPS)
  expect(told.map(({ label }) => label)).toEqual(['Cost'])
  expect(costSeries(days, 'tokens', NO_CAPS)[0]?.values).toEqual([5, null])
})

const part = (key: string | null, costUsd: number | null, more: { inputTokens?: number } = {}) => ({
  key,
  title: null,
  costUsd,
  inputTokens: null,
  outputTokens: null,
  ...more,
})

test('each day is divided, the dearest at the foot; what has no colour of its own is summed up', () => {
  const days = [
    row('a', { parts: [part('opus', 3), part('haiku', 1), part(null, null, { inputTokens: 9 })] }),
    row('b'),
    row('c', { parts: [part('haiku', 9)] }),
  ]
  const layers = (list: readonly CostRow[], kind: 'cost' | 'tokens' = 'cost') =>
    partSeries(list, kind, NO_CAPS).map(({ label, values }) => [label, values])
  expect(layers(days)).toEqual([
    ['haiku', [1, null, 9]],
    ['opus', [3, null, null]],
  ])
  expect(layers(days, 'tokens')).toEqual([['No model', [9, null, null]]])
  const many = Array.from({ length: 7 }, (_, n) => part(`m${n}`, 10 - n))
  expect(layers([row('a', { parts: many })])).toEqual([
    ...[0, 1, 2, 3].map((n) => [`m${n}`, [10 - n]]),
    ['3 others', [6 + 5 + 4]],
  ])
  const colours = partSeries([row('a', { parts: many })], 'cost', { ...NO_CAPS, capUsd: 4 })
  expect(new Set(colours.map(({ color }) => color)).size).toBe(6)
  expect(colours.at(-1)).toMatchObject({ look: 'dashed', values: [4] })
})

test('who says what it cost, and what nobody knows', () => {
  const mixed = { costUsd: 3, registryUsd: 1, unpriced: 2, atLeast: 0 }
  expect(sourceText(mixed, ['2026-05', '2026-04', '2026-05'])).toBe(
    '$2.00 told by the CLI, $1.00 computed from prices of 2026-04 to 2026-05, 2 without a known price',
  )
  expect(sourceText({ costUsd: 1, registryUsd: 1, unpriced: 0, atLeast: 0 }, [])).toBe(
    '$1.00 computed from prices',
  )
  expect(sourceText({ costUsd: null, registryUsd: null, unpriced: 0, atLeast: 0 }, [])).toBeNull()
  expect(sourceText(row('a', { costUsd: 1, atLeast: 2 }), [])).toBe(
    '$1.00 told by the CLI, 2 tries that reported only part',
  )
  expect(sumOfRows([row('a'), row('b', { costUsd: 2, unpriced: 1 })])).toEqual({
    costUsd: 2,
    registryUsd: null,
    unpriced: 1,
    atLeast: 0,
  })
  expect(tokensOf(row('a'))).toBeNull()
  expect(tokensOf(row('a', { outputTokens: 4 }))).toBe(4)
})

test('the cap that is reached is the one to raise, money before tokens', () => {
  const caps = { capUsd: 2, capTokens: 100 }
  expect(reachedCap({ ...caps, usd: 2, tokens: 100 })).toEqual({ unit: 'usd', cap: 2, spent: 2 })
  expect(reachedCap({ ...caps, usd: 1, tokens: 101 })?.unit).toBe('tokens')
  // What living agents use is not told here.
  expect(reachedCap({ ...caps, usd: 1, tokens: null })?.unit).toBe('usd')
  expect(reachedCap({ capUsd: null, capTokens: null, usd: 9, tokens: 9 })).toBeNull()
})

test('what is left runs down like a clock', () => {
  const minute = 60_000
  expect(remainingText(0)).toBe('0:00')
  expect(remainingText(9 * minute + 4100)).toBe('9:05')
  expect(remainingText(72 * minute + 5000)).toBe('1:12:05')
  expect(remainingText(52 * 60 * minute)).toBe('2d 4h')
})

test('what is offered as the next cap is always more than what is spent', () => {
  expect(nextCap({ unit: 'usd', cap: 0.01, spent: 0.0209 })).toBe(0.05)
  expect(nextCap({ unit: 'usd', cap: 5, spent: 5 })).toBe(10)
  expect(nextCap({ unit: 'tokens', cap: 100, spent: 1656 })).toBe(3312)
})
