import { array, assert, double, option, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DEFAULT_WEIGHTS,
  DIMENSIONS,
  type Dimensions,
  type Gate,
  isCloseCall,
  medianOfLooks,
  parseGate,
  passesGate,
  scoreOf,
  scoreText,
  strictestGate,
} from '../../../src/domain/judging/score.ts'

/** In the order of `DIMENSIONS`. */
const of = (...values: readonly (number | null)[]): Dimensions =>
  Object.fromEntries(DIMENSIONS.map((name, at) => [name, values[at] ?? null])) as Dimensions

describe('a score', () => {
  test('of the published page is the weighted mean of seven, with fidelity beside it', () => {
    const page = of(0.95, 0.98, 0.85, 0.92, 0.9, 0.95, 0.9, 0.88)
    expect(scoreOf(page)).toBeCloseTo(0.933, 9)
    expect(scoreText(scoreOf(page) ?? 0)).toBe('0.93')
    expect(scoreOf({ ...page, intent_fidelity: 0 })).toBe(scoreOf(page))
  })

  test('leaves out what nothing tells of, and is none without correctness', () => {
    expect(scoreOf(of(0.9, null, 0.5))).toBeCloseTo((0.3 * 0.9 + 0.1 * 0.5) / 0.4, 12)
    expect(scoreOf(of(null, 1, 1, 1, 1, 1, 1, 1))).toBeNull()
  })

  test('lies between the least and the greatest of its dimensions, whatever the weights', () => {
    const value = option(double({ min: 0, max: 1, noNaN: true }), { nil: null })
    assert(
      property(array(value, { minLength: 8, maxLength: 8 }), (values) => {
        const score = scoreOf(of(...values))
        const known = values.slice(0, 7).filter((each) => each !== null)
        expect(score === null).toBe(values[0] === null)
        expect(score ?? Math.min(...known)).toBeGreaterThanOrEqual(Math.min(...known) - 1e-12)
        expect(score ?? 0).toBeLessThanOrEqual(Math.max(0, ...known) + 1e-12)
      }),
    )
  })

  test('of several looks is made from the median of each dimension', () => {
    const looks = [of(0.9, 0.1, null), of(0.5, 0.3, null), of(0.7, null, 0.4)]
    expect(medianOfLooks(looks)).toMatchObject({
      correctness: 0.7,
      completeness: 0.2,
      efficiency: 0.4,
      blocking_impact: null,
    })
  })

  test.each([
    [0.925, '0.93'],
    [0.005, '0.01'],
    [0.935, '0.94'],
    [0.9349, '0.93'],
    [1, '1.00'],
    [0, '0.00'],
  ])('%d is printed as %s', (score, text) => expect(scoreText(score)).toBe(text))

  test('has default weights that make one whole', () => {
    expect(Object.values(DEFAULT_WEIGHTS).reduce<number>((a, b) => a + b, 0)).toBeCloseTo(1, 12)
  })
})

describe('a gate', () => {
  test.each(['off', 'score', 'person'] as const)('may be %s', (mode) =>
    expect(parseGate(mode)).toEqual({ mode }),
  )
  test.each([
    ['0.7', 0.7],
    ['.05', 0.05],
    ['1', 1],
    ['1.0', 1],
  ])('may be a threshold: %s', (text, threshold) =>
    expect(parseGate(text)).toEqual({ mode: 'gated', threshold }),
  )
  test.each([
    '',
    '0',
    '0.0',
    '1.1',
    '-0.5',
    'NaN',
    'Infinity',
    '1e-1',
    '0x1',
    '7',
    'always',
    ' 0.7',
  ])('is not %j', (text) => expect(parseGate(text)).toBeNull())

  test('of several is the strictest: a person, the highest threshold, a score', () => {
    const half: Gate = { mode: 'gated', threshold: 0.5 }
    const most: Gate = { mode: 'gated', threshold: 0.9 }
    expect(strictestGate([])).toEqual({ mode: 'off' })
    expect(strictestGate([{ mode: 'off' }, { mode: 'score' }])).toEqual({ mode: 'score' })
    expect(strictestGate([{ mode: 'score' }, most, half])).toBe(most)
    expect(strictestGate([{ mode: 'person' }, most])).toEqual({
      mode: 'person',
    })
  })

  test('compares unrounded, and what is equal on paper passes', () => {
    const gate = { mode: 'gated', threshold: 0.3 } as const
    expect(passesGate(gate, 0.1 + 0.2)).toBe(true)
    expect(passesGate({ mode: 'gated', threshold: 0.1 + 0.2 }, 0.3)).toBe(true)
    expect(passesGate(gate, 0.2999)).toBe(false)
    expect(passesGate({ mode: 'score' }, 0)).toBe(true)
  })

  test('wants a second look near its threshold only', () => {
    const gate = { mode: 'gated', threshold: 0.7 } as const
    expect([0.6, 0.7, 0.8].every((score) => isCloseCall(gate, score, 0.1))).toBe(true)
    expect(isCloseCall(gate, 0.81, 0.1)).toBe(false)
    expect(isCloseCall(gate, 0.7, 0)).toBe(false)
    expect(isCloseCall({ mode: 'score' }, 0.7, 0.1)).toBe(false)
  })
})
