import { expect, test } from 'vitest'
import { bytesText, dollarsText, durationText, elapsedText } from '../../src/domain/format.ts'

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

test.each([
  [-5, '0ms'],
  [640, '640ms'],
  [48_900, '48s'],
  [12 * 60_000 + 1000, '12m 01s'],
  [3 * 3_600_000 + 5 * 60_000, '3h 05m'],
  [52 * 3_600_000, '2d 4h'],
])('%d ms are written as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

test('a counter shows no part of a second', () => {
  expect([elapsedText(640), elapsedText(1640)]).toEqual(['0s', '1s'])
})

test.each([
  [0, '0 B'],
  [812, '812 B'],
  [1500, '1.5 kB'],
  [299_700_000, '300 MB'],
  [1_500_000_000, '1.5 GB'],
  [24e9, '24 GB'],
  [9e14, '900 TB'],
])('%d bytes are written as %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})
