import { describe, expect, it } from 'vitest'
import { type ScoredResult, scoreFigures } from '../../src/judging/score-figures.ts'
import { dimensionsOf } from '../support/recorded-evaluations.ts'

const result = (score: number, more: Partial<ScoredResult> = {}): ScoredResult => ({
  score,
  gate: '0.7',
  workUsd: 1,
  dimensions: dimensionsOf(score),
  ...more,
})

describe('figures of scores', () => {
  it('of none are unknown, not zero', () => {
    expect(scoreFigures([])).toMatchObject({
      n: 0,
      isFew: true,
      mean: null,
      quartiles: null,
      passedShare: null,
      threshold: null,
      meanCostUsd: null,
      costPerPassedUsd: null,
      dimensions: { correctness: null },
    })
  })

  it('tell how they spread, and how many passed at what price', () => {
    const figures = scoreFigures([0.5, 0.7, 0.9, 0.8, 0.6].map((score) => result(score)))
    expect(figures.mean).toBeCloseTo(0.7)
    expect(figures.quartiles).toEqual({ p25: 0.6, p50: 0.7, p75: 0.8 })
    expect(figures).toMatchObject({ n: 5, gated: 5, passed: 3, passedShare: 0.6, threshold: 0.7 })
    // The two that did not pass were paid for, too.
    expect(figures.costPerPassedUsd).toBeCloseTo(5 / 3)
    expect(figures.dimensions.correctness).toBeCloseTo(0.7)
  })

  it('count as passed only what had a threshold to pass', () => {
    const free = scoreFigures([result(0.1, { gate: 'score' }), result(0.9)])
    expect(free).toMatchObject({ n: 2, gated: 1, passed: 1, passedShare: 1 })
    expect(free.bins.some(({ below }) => below > 0)).toBe(false)
    expect(scoreFigures([result(0.9), result(0.9, { gate: '0.8' })]).threshold).toBeNull()
  })

  it('put a score on the line of a bin above it, and 1 into the last', () => {
    const { bins } = scoreFigures([result(0.7), result(0.15), result(1), result(0)])
    const filled = bins.flatMap(({ n, below }, bin) => (n > 0 ? [[bin, n, below]] : []))
    expect(bins).toHaveLength(20)
    expect(filled).toEqual([
      [0, 1, 1],
      [3, 1, 1],
      [14, 1, 0],
      [19, 1, 0],
    ])
  })

  it('leave out what nothing tells about', () => {
    const figures = scoreFigures([
      result(0.8, { dimensions: dimensionsOf(0.8, { efficiency: null }), workUsd: null }),
      result(0.8, { dimensions: dimensionsOf(0.6) }),
    ])
    expect(figures.dimensions).toMatchObject({ efficiency: 0.6, correctness: 0.7 })
    expect(figures).toMatchObject({ meanCostUsd: 1, costPerPassedUsd: null })
  })
})
