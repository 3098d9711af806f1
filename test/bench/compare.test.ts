import { describe, expect, test } from 'vitest'
import { compareRounds, markdownOf, missingText, tableOf, type ComparedRow } from './compare.ts'
import type { Row } from './report.ts'

const rounds = (values: readonly number[], row: Omit<Row, 'value'>): Row[][] =>
  values.map((value) => [{ ...row, value }])

function compared(
  base: readonly number[],
  here: readonly number[],
  more: Partial<Row> = {},
): ComparedRow {
  const row = { what: 'time', unit: 'ms', ...more }
  const found = compareRounds('b', { base: rounds(base, row), here: rounds(here, row) })
  const [only] = found.rows
  if (!only) throw new Error('no row')
  return only
}

describe('the ratio of a row', () => {
  test('is that of the medians, its spread over all pairs of rounds', () => {
    expect(compared([10, 40, 20], [30, 20, 50]).ratio).toEqual({
      median: 1.5,
      least: 0.5,
      most: 5,
    })
  })

  test('is left out where a value is not above zero', () => {
    expect(compared([0, 1, 2], [1, 2, 3]).ratio).toBeNull()
    expect(compared([1, 2, 3], [1, -2, 3]).ratio).toBeNull()
  })
})

describe('the verdict', () => {
  test.each<{ name: string; rounds: [base: number[], here: number[]]; row?: Partial<Row> }>([
    {
      name: 'same: rounds overlap',
      rounds: [
        [10, 12, 14],
        [13, 20, 30],
      ],
    },
    {
      name: 'worse: a time higher in every round',
      rounds: [
        [10, 12, 14],
        [15, 16, 17],
      ],
    },
    {
      name: 'better: a time lower in every round',
      rounds: [
        [10, 12, 14],
        [7, 8, 9],
      ],
    },
    {
      name: 'better: a rate higher',
      rounds: [
        [10, 12, 14],
        [15, 16, 17],
      ],
      row: { unit: '/s' },
    },
    {
      name: 'worse: a rate lower',
      rounds: [
        [10, 12, 14],
        [7, 8, 9],
      ],
      row: { unit: '/s' },
    },
    {
      name: 'worse: below a least',
      rounds: [
        [3, 4, 5],
        [1, 2],
      ],
      row: { target: { min: 9 } },
    },
    {
      name: 'same: equal values',
      rounds: [
        [1, 1, 1],
        [1, 1, 1],
      ],
    },
    {
      name: 'worse: from below zero',
      rounds: [
        [-3, -2, -1],
        [1, 2, 3],
      ],
    },
  ])('$name', ({ name, rounds: [base, here], row }) => {
    expect(compared(base, here, row).verdict).toBe(name.split(':')[0])
  })
})

describe('a target', () => {
  test.each<{ name: string; base: number[]; here: number[]; max: number; isMissed: boolean }>([
    {
      name: 'met by the base alone',
      base: [8, 9, 10],
      here: [10, 11, 12],
      max: 10,
      isMissed: true,
    },
    { name: 'missed by both', base: [11, 11, 12], here: [20, 21, 22], max: 10, isMissed: false },
    { name: 'met by both medians', base: [8, 9, 10], here: [8, 9, 30], max: 10, isMissed: false },
  ])('$name', ({ base, here, max, isMissed }) => {
    expect(compared(base, here, { target: { max } }).isMissed).toBe(isMissed)
  })

  test('of at least so much', () => {
    expect(compared([8, 9, 10], [4, 5, 30], { target: { min: 6 } }).isMissed).toBe(true)
  })

  test('is the one of this side where both have one', () => {
    const base = rounds([8], { what: 'time', unit: 'ms', target: { max: 10 } })
    const here = rounds([9], { what: 'time', unit: 'ms', target: { max: 8.5 } })
    expect(compareRounds('b', { base, here }).rows).toMatchObject([
      { target: { max: 8.5 }, isMissed: true },
    ])
  })

  test('that was taken out still binds', () => {
    const base = rounds([8], { what: 'time', unit: 'ms', target: { max: 10 } })
    const here = rounds([11], { what: 'time', unit: 'ms' })
    expect(compareRounds('b', { base, here }).rows).toMatchObject([{ isMissed: true }])
  })
})

test('rows of one side alone are named', () => {
  const base = rounds([1, 2], { what: 'old', unit: 'ms' })
  const here = rounds([1, 2], { what: 'new', unit: 'ms' })
  const found = compareRounds('b', { base, here })
  expect(found.rows).toEqual([])
  expect(missingText(found)).toEqual([
    'b: the base has no row "new"',
    'b: only the base has a row "old"',
  ])
})

test('the table says ratio and verdict', () => {
  const row = { what: 'time', unit: 'ms', target: { max: 12 } }
  const found = compareRounds('b', {
    base: rounds([10, 11, 12], row),
    here: rounds([20, 22, 24], row),
  })
  expect(tableOf(found)).toEqual([
    {
      what: 'time',
      base: '11 ms',
      here: '22 ms',
      ratio: '2.00 (1.67–2.40)',
      '': 'worse, TARGET MISSED',
    },
  ])
})

test('a row of the table of releases has one cell a bench: its first row with a target', () => {
  const target = { what: 'time', unit: 'ms', target: { max: 12 } }
  const bare = { what: 'more', unit: 'ms' }
  const side = (values: readonly number[]): Row[][] =>
    values.map((value) => [
      { ...bare, value },
      { ...target, value },
    ])
  const one = compareRounds('one', { base: side([1, 2, 4]), here: side([2, 2, 2]) })
  const bad = compareRounds('bad', { base: side([1, 2, 4]), here: side([16, 20, 24]) })
  const none = compareRounds('none', { base: rounds([1], bare), here: rounds([1], bare) })
  const lines = markdownOf({ release: '0.2.0' }, ['one', 'bad', 'none', 'unrun'], [one, bad, none])
  expect(lines.split('\n')).toEqual([
    '| release | `one` | `bad` | `none` | `unrun` |',
    '| --- | --- | --- | --- | --- |',
    '| 0.2.0 | 1.00 (0.50–2.00) | 10.00 (4.00–24.00), worse, TARGET MISSED | — | — |',
  ])
})
