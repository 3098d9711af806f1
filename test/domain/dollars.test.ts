import { expect, test } from 'vitest'
import { dollarsText } from '../../src/domain/dollars.ts'

test.each([
  [0, '$0.00'],
  [0.000_42, '$0.00042'],
  [0.0574, '$0.0574'],
  [0.057_418, '$0.05742'],
  [0.099_999_9, '$0.10'],
  [0.1 + 0.2, '$0.30'],
  [0.5, '$0.50'],
  [0.999_99, '$1.00'],
  [1.005_4, '$1.01'],
  [18.4, '$18.40'],
])('%d dollars are written as %s', (usd, text) => {
  expect(dollarsText(usd)).toBe(text)
})
