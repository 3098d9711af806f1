import { expect, test } from 'vitest'
import {
  greatest,
  stacked,
  textAt,
  type PlotSeries,
} from '../../../../src/renderer/ui/plot/plot-data.ts'

const series = (label: string, values: readonly (number | null)[]): PlotSeries => ({
  label,
  values,
  color: '--plot-1',
  look: 'area',
})

test('each layer stands on those before it, and a gap adds nothing', () => {
  const layers = stacked([series('a', [1, null]), series('b', [2, 3])])
  expect(layers.map(({ values }) => values)).toEqual([
    [1, 0],
    [3, 3],
  ])
})

test('a limit stands alone, whatever is stacked', () => {
  const limit: PlotSeries = { ...series('cap', [4]), look: 'dashed' }
  expect(stacked([series('a', [1]), limit, series('b', [2])]).map(({ values }) => values)).toEqual([
    [1],
    [4],
    [3],
  ])
})

test('what is not known is neither drawn nor said', () => {
  expect(greatest([series('a', [null])])).toBeNull()
  const both = [series('a', [null]), series('b', [0])]
  expect(textAt(both, 0, String)).toBe('b 0')
})
