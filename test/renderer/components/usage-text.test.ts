import { expect, test } from 'vitest'
import { spentText } from '../../../src/renderer/components/usage-text.ts'

const NO_CAP = { usd: null, tokens: null }

test.each([
  [{ costUsd: 18.42, tokens: null }, { usd: 40, tokens: null }, '$18.42 of $40'],
  [{ costUsd: 18.42, tokens: 1_200_000 }, NO_CAP, '$18.42, 1.2M tokens'],
  [{ costUsd: null, tokens: 418_000 }, { usd: 2.5, tokens: 1e6 }, 'up to $2.50, 418k of 1M tokens'],
  [{ costUsd: null, tokens: null }, { usd: 40, tokens: null }, 'up to $40'],
  [{ costUsd: null, tokens: null }, NO_CAP, null],
] as const)('what was spent today beside what may be: %j of %j', (today, dayCap, text) => {
  expect(spentText({ today, dayCap })).toBe(text)
})

test('a host that knows no caps of a day is one without', () => {
  expect(spentText({ today: { costUsd: 18.42, tokens: null } })).toBe('$18.42')
})
