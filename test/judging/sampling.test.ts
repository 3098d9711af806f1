import { mean, variance } from 'simple-statistics'
import { expect, test } from 'vitest'
import { drawBeta, drawGamma, drawNormal, seededRandom } from '../../src/judging/sampling.ts'

const N = 20_000
const draws = (draw: () => number): number[] => Array.from({ length: N }, draw)

test('the same seed draws the same, another draws others', () => {
  const first = (seed: number): number[] => Array.from({ length: 5 }, seededRandom(seed))
  expect(first(1)).toEqual(first(1))
  expect(first(1)).not.toEqual(first(2))
  expect(draws(seededRandom(3)).every((each) => each >= 0 && each < 1)).toBe(true)
})

test('normal, gamma and beta have the mean and the variance of their distributions', () => {
  const random = seededRandom(11)
  const normal = draws(() => drawNormal(random))
  expect(mean(normal)).toBeCloseTo(0, 1)
  expect(variance(normal)).toBeCloseTo(1, 1)
  for (const shape of [0.5, 2.5]) {
    const gamma = draws(() => drawGamma(random, shape))
    expect(mean(gamma)).toBeCloseTo(shape, 1)
    expect(Math.abs(variance(gamma) - shape)).toBeLessThan(0.15)
  }
  const beta = draws(() => drawBeta(random, 2, 6))
  expect(mean(beta)).toBeCloseTo(0.25, 2)
  expect(variance(beta)).toBeCloseTo((2 * 6) / (64 * 9), 3)
})
