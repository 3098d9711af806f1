/** Results as a terminal shows them. */
import { expect, it } from 'vitest'
import { identityText, resultText } from '../../../src/cli/text/scores.ts'

const SCORED = {
  status: 'scored',
  score: 0.9,
  gate: 'off',
  passed: null,
  reason: null,
  marks: [],
  override: null,
} as const
const OVERRIDE = { score: 0.9, dimensions: null, by: 'ada', note: 'n', at: '' }

it.each([
  [{}, '0.90'],
  [{ gate: '0.7', passed: true }, '0.90 (gate 0.70 passed)'],
  [{ gate: '0.7', marks: ['flagged-judge'] }, '0.90, its judge is flagged: it decides nothing'],
  [
    { gate: '0.7', passed: true, marks: ['same-family'] },
    '0.90 (gate 0.70 passed), judged by the same family',
  ],
  [{ marks: ['flagged-judge'], override: OVERRIDE }, '0.90'],
  [
    { status: 'pending', score: null, reason: 'claude is asked' },
    'not scored yet: claude is asked',
  ],
  [{ status: 'unscored', score: null, reason: 'nobody can' }, 'not scored: nobody can'],
] as const)('%j is %s', (more, text) => {
  expect(resultText({ ...SCORED, ...more } as never)).toBe(text)
})

it('an identity has its name before its short id', () => {
  const id = 'f5143935'.padEnd(64, '0')
  expect(identityText({ id, name: 'Careful Programmer' })).toBe('Careful Programmer (f5143935)')
  expect(identityText({ id: 'opus', name: null })).toBe('opus')
})
