import { describe, expect, test } from 'vitest'
import { decades, drawPlot, spreadLabels, steps, type PlotData } from './plot-svg.ts'

const DATA: PlotData = {
  costs: [
    {
      runner: 'yard',
      isProcesses: true,
      points: [
        { size: 1000, us: 4400 },
        { size: 10_000, us: 4600 },
      ],
    },
    { runner: 'ninja', isProcesses: false, points: [{ size: 1_000_000, us: 1.5 }] },
  ],
  waits: [
    { runner: 'yard', waits: [8, 9, 30] },
    { runner: 'make', waits: [1.2, 1.1, 2] },
  ],
  note: '2 cores, "A & B" <C>',
}

/** What is wrong: an element that is not closed by its own name, an attribute without quotes, a bare sign. */
function faultsOf(svg: string): string[] {
  const open: string[] = []
  const faults: string[] = []
  const tags = /<(\/?)([a-z]+)(?: [\w:-]+="[^"<&]*")*(\/?)>/g
  for (const [tag, closes, name = '', closesItself] of svg.matchAll(tags)) {
    if (closes === '/' && open.pop() !== name) faults.push(tag)
    if (closes === '' && closesItself === '') open.push(name)
  }
  const bare = svg.replaceAll(tags, '').match(/[<>]|&(?!amp;|lt;|gt;)/g) ?? []
  return [...faults, ...open, ...bare]
}

describe('the picture', () => {
  test('is well-formed, and no place in it is unknown', () => {
    const svg = drawPlot(DATA)
    expect(faultsOf(svg)).toEqual([])
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    expect(svg).toContain('2 cores, "A &amp; B" &lt;C&gt;')
  })

  test('is well-formed without what is not installed', () => {
    const svg = drawPlot({ ...DATA, costs: DATA.costs.slice(0, 1), waits: DATA.waits.slice(0, 1) })
    expect(faultsOf(svg)).toEqual([])
    expect(svg).not.toMatch(/>ninja<|>make/)
  })

  test('has colours for the dark', () => {
    expect(drawPlot(DATA)).toContain('@media (prefers-color-scheme: dark)')
  })
})

test('an axis of sizes has whole decades around its values', () => {
  expect(decades([1000, 1_000_000]).ticks).toEqual([1000, 10_000, 100_000, 1_000_000])
  expect(decades([1.5, 4400])).toMatchObject({ from: 1, to: 10_000 })
  expect(decades([1000])).toMatchObject({ from: 1000, to: 10_000 })
})

test('an axis of times begins and ends close to its values', () => {
  expect(steps([1.1, 30]).ticks).toEqual([1, 2, 5, 10, 20, 50])
  expect(steps([3, 300]).ticks).toEqual([1, 10, 100, 1000])
})

test('labels at one place are moved apart', () => {
  const placed = spreadLabels([
    { runner: 'ninja', x: 100, y: 52 },
    { runner: 'make', x: 100, y: 50 },
    { runner: 'yard', x: 300, y: 51 },
  ])
  expect(placed).toEqual([
    { runner: 'ninja', x: 100, y: 52 },
    { runner: 'yard', x: 300, y: 51 },
    { runner: 'make', x: 100, y: 39 },
  ])
})
