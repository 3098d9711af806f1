import { describe, expect, test } from 'vitest'
import { agreementOf, type ScorePair } from '../../src/judging/agreement.ts'
import { drawNormal, seededRandom } from '../../src/judging/sampling.ts'

const pair = (model: number, person: number): ScorePair => ({ model, person })

describe('agreement of a judge with people', () => {
  test('is perfect where both say the same', () => {
    const found = agreementOf([0.1, 0.3, 0.5, 0.7, 0.9].map((score) => pair(score, score)))
    expect(found).toMatchObject({ n: 5, isFew: true, bias: { value: 0 }, mae: { value: 0 } })
    expect(found.spearman?.value).toBeCloseTo(1, 12)
    expect(found.kappa?.value).toBe(1)
  })

  test('tells a lenient judge from one that is only noisy', () => {
    const lenient = agreementOf([0.2, 0.4, 0.6].map((score) => pair(score + 0.2, score)))
    expect(lenient.bias?.value).toBeCloseTo(0.2, 12)
    const noisy = agreementOf([pair(0.7, 0.5), pair(0.3, 0.5)])
    expect(noisy.bias?.value).toBeCloseTo(0, 12)
    expect(noisy.mae?.value).toBeCloseTo(0.2, 12)
  })

  test('shares the rank of ties', () => {
    // Ranks 1.5 1.5 3 4 against 1 2 3 4: by hand 0.9487.
    const found = agreementOf([pair(0.1, 0.1), pair(0.1, 0.2), pair(0.5, 0.3), pair(0.9, 0.4)])
    expect(found.spearman?.value).toBeCloseTo(0.9487, 4)
  })

  test('weighs a disagreement by the square of its distance', () => {
    // Observed: 1 of 4 pairs is 4 bins apart = 4; expected by chance 8: 1 − 4 / 8.
    const found = agreementOf([pair(0, 0), pair(0, 1), pair(1, 1), pair(1, 1)])
    expect(found.kappa?.value).toBeCloseTo(1 - 4 / 8, 12)
  })

  test('is none where it cannot be computed', () => {
    expect(agreementOf([])).toMatchObject({
      n: 0,
      bias: null,
      mae: null,
      spearman: null,
      kappa: null,
    })
    expect(agreementOf([pair(0.5, 0.5), pair(0.5, 0.5), pair(0.5, 0.5)])).toMatchObject({
      spearman: null,
      kappa: null,
    })
  })

  test('has an interval that narrows with more pairs, and is the same each time', () => {
    const random = seededRandom(7)
    const draw = (n: number): ScorePair[] =>
      Array.from({ length: n }, () => {
        const person = random()
        return pair(Math.min(1, Math.max(0, person + 0.1 * drawNormal(random))), person)
      })
    const width = (n: number): number => {
      const { spearman } = agreementOf(draw(n))
      return spearman === null ? NaN : spearman.high - spearman.low
    }
    expect(width(100)).toBeLessThan(width(10))
    const pairs = draw(30)
    expect(agreementOf(pairs)).toEqual(agreementOf(pairs))
    expect(agreementOf(pairs).isFew).toBe(false)
  })
})
