import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { err, ok, type Result } from '../../../../src/base/result.ts'
import type { GraphAt } from '../../../../src/contract/page.ts'
import type { Problem } from '../../../../src/renderer/model/session/problem.ts'
import { createGraphAtLoader } from '../../../../src/renderer/shell/time/use-graph-at.ts'
import {
  agoText,
  atOf,
  nextFailure,
  nextOfReplay,
  positionLabels,
  stepHead,
  ticks,
  xOf,
  xOfNow,
} from '../../../../src/renderer/shell/time/time-scale.ts'

const scale = { from: 0, now: 3_600_000, end: null, width: 800 }

test('a place on the strip and its instant belong together; the right end is the present', () => {
  for (const at of [0, 600_000, 1_800_000, 3_000_000])
    expect(Math.abs((atOf(scale, xOf(scale, at)) ?? NaN) - at)).toBeLessThan(5000)
  expect(atOf(scale, xOf(scale, scale.now))).toBeNull()
  expect(atOf(scale, 5000)).toBeNull()
  expect(atOf(scale, -50)).toBe(0)
})

test('what is foretold stands right of the present', () => {
  const ahead = { ...scale, end: 5_000_000 }
  expect(xOfNow(ahead)).toBeLessThan(xOfNow(scale))
  expect(xOf(ahead, 5_000_000)).toBeGreaterThan(xOfNow(ahead))
  expect(xOf(ahead, 5_000_000)).toBeLessThanOrEqual(ahead.width)
})

test('labels are round instants with room between them', () => {
  const found = ticks(scale, 90)
  expect(found.length).toBeGreaterThan(2)
  for (const at of found) expect(at % 300_000).toBe(0)
  const places = found.map((at) => xOf(scale, at))
  for (const [i, x] of places.slice(1).entries())
    expect(x - (places[i] ?? 0)).toBeGreaterThanOrEqual(89)
  expect(ticks({ ...scale, now: 0 }, 90)).toEqual([])
})

test('words on the strip never touch, however long they and however narrow it is', () => {
  const widthOf = (text: string): number => text.length * 7
  fc.assert(
    fc.property(
      fc.integer({ min: 120, max: 2000 }),
      fc.option(fc.integer({ min: 1, max: 1e9 })),
      fc.integer({ min: 2, max: 30 }),
      (width, ahead, length) => {
        const wide = { from: 0, now: 9e8, end: ahead === null ? null : 9e8 + ahead, width }
        const labels = positionLabels(
          wide,
          { clock: (at) => `${at}`.padEnd(length), present: 'now' },
          widthOf,
        )
        expect(labels[0]?.text).toMatch(/^now/)
        const places = labels.toSorted((a, b) => a.left - b.left)
        for (const [i, { left, text }] of places.slice(1).entries()) {
          const before = places[i]
          expect(left).toBeGreaterThan((before?.left ?? 0) + widthOf(before?.text ?? ''))
          expect(left + widthOf(text)).toBeLessThanOrEqual(width)
        }
      },
    ),
  )
})

test('where there is room the present, the forecast and instants of the past are all told', () => {
  const ahead = { from: 0, now: 3_600_000, end: 5_000_000, width: 1200 }
  const labels = positionLabels(
    ahead,
    { clock: (at) => `${at / 60_000} min`, present: 'now' },
    (text) => text.length * 6,
  )
  const words = labels.map(({ text }) => text)
  expect(words.slice(0, 2)).toEqual(['now 60 min', expect.stringMatching(/^about 83/)])
  expect(labels.filter(({ isMark }) => isMark).length).toBeGreaterThan(3)
})

test('steps of the head stay between the first commit and the present', () => {
  const bars = Array.from({ length: 100 }, () => ({ at: 0, events: 0 }))
  const span = { from: 1000, to: 11_000, bars }
  expect(stepHead(null, -1, span)).toBe(10_900)
  expect(stepHead(10_900, 1, span)).toBeNull()
  expect(stepHead(2000, 10, span)).toBe(3000)
  expect(stepHead(1100, -10, span)).toBe(1000)
  expect(stepHead(5000, -Infinity, span)).toBe(1000)
  expect(stepHead(5000, Infinity, span)).toBeNull()
})

test('the next failure is found either way', () => {
  const failures = [10, 20, 30]
  expect(nextFailure(failures, null, -1)).toBe(30)
  expect(nextFailure(failures, 20, -1)).toBe(10)
  expect(nextFailure(failures, 20, 1)).toBe(30)
  expect(nextFailure(failures, 30, 1)).toBeNull()
  expect(nextFailure(failures, null, 1)).toBeNull()
})

test('how long ago is said in words', () => {
  expect([4000, 720_000, 10_800_000, 260_000_000].map(agoText)).toEqual([
    '4 s ago',
    '12 min ago',
    '3 h ago',
    '3 days ago',
  ])
})

const momentOf = (at: number): GraphAt => ({ seq: at, at: String(at), tasks: [] })
const refusal: Problem = { kind: 'link', message: 'Not sent', hint: null }

/** A host that answers when it is told to. */
function scriptedMoments() {
  const asked: number[] = []
  const shown: number[] = []
  const problems: (string | null)[] = []
  const waiting: ((result: Result<GraphAt, Problem>) => void)[] = []
  const loader = createGraphAtLoader({
    fetch: (at) => {
      asked.push(at)
      return new Promise((resolve) => waiting.push(resolve))
    },
    show: ({ seq }) => void shown.push(seq),
    onProblem: (problem) => void problems.push(problem?.message ?? null),
  })
  const answer = async (result?: Result<GraphAt, Problem>): Promise<void> => {
    waiting.shift()?.(result ?? ok(momentOf(asked.at(-1) ?? 0)))
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  return { loader, asked, shown, problems, answer }
}

test('while one moment is fetched only the newest wish waits', async () => {
  const { loader, asked, shown, answer } = scriptedMoments()
  for (const at of [1, 2, 3]) loader.want(at)
  expect(asked).toEqual([1])
  await answer()
  expect(asked).toEqual([1, 3])
  await answer()
  expect(shown).toEqual([1, 3])
})

test('an answer that comes after the way back to the present is dropped', async () => {
  const { loader, shown, answer } = scriptedMoments()
  loader.want(1)
  loader.want(null)
  await answer()
  expect(shown).toEqual([])
})

test('a late answer does not take the place of what is shown by then', async () => {
  const { loader, shown, answer } = scriptedMoments()
  loader.want(1)
  await answer()
  loader.want(2)
  loader.want(1)
  await answer()
  expect(shown).toEqual([1, 1])
})

test('what is fetched ahead is shown when the head has come there meanwhile', async () => {
  const { loader, shown, answer } = scriptedMoments()
  loader.want(1)
  await answer()
  loader.prefetch(2)
  loader.want(2)
  await answer()
  expect(shown).toEqual([1, 2])
})

test('nor is it shown when another moment is wished for by then', async () => {
  const { loader, shown, answer } = scriptedMoments()
  loader.want(1)
  loader.want(null)
  loader.want(2)
  await answer()
  expect(shown).toEqual([])
  await answer()
  expect(shown).toEqual([2])
})

test('what was fetched ahead is shown at once and not asked for again', async () => {
  const { loader, asked, shown, answer } = scriptedMoments()
  loader.want(1)
  loader.prefetch(2)
  await answer()
  await answer()
  expect(asked).toEqual([1, 2])
  expect(shown).toEqual([1])
  loader.want(2)
  expect(shown).toEqual([1, 2])
  expect(asked).toEqual([1, 2])
})

test('a refusal is said, and the next wish is asked for as usual', async () => {
  const { loader, asked, shown, problems, answer } = scriptedMoments()
  loader.want(1)
  await answer(err(refusal))
  expect(problems).toEqual(['Not sent'])
  loader.want(2)
  await answer()
  expect(asked).toEqual([1, 2])
  expect(shown).toEqual([2])
  expect(problems.at(-1)).toBeNull()
})

describe('a replay', () => {
  const bar = (at: number, events: number) => ({ at, events, failures: 0 })
  const HOUR_MS = 3_600_000
  const DAY = { from: 0, to: 24 * HOUR_MS, bars: [0, 1, 2, 3].map((n) => bar(n * 6 * HOUR_MS, 0)) }

  test('goes on by half a minute where something happens, and not past the present', () => {
    const busy = { ...DAY, bars: DAY.bars.map(({ at }) => bar(at, 3)) }
    expect(nextOfReplay(busy, HOUR_MS)).toBe(HOUR_MS + 30_000)
    expect(nextOfReplay(busy, DAY.to - 1000)).toBeNull()
  })

  test('skips idle time to just after the next events, and ends where nothing more happened', () => {
    const idle = { ...DAY, bars: DAY.bars.map(({ at }, n) => bar(at, n === 2 ? 1 : 0)) }
    expect(nextOfReplay(idle, HOUR_MS)).toBe(18 * HOUR_MS)
    expect(nextOfReplay(idle, 19 * HOUR_MS)).toBeNull()
  })

  test('of ten seconds is seen, not leapt over', () => {
    const short = {
      from: 0,
      to: 10_000,
      bars: Array.from({ length: 10 }, (_, n) => bar(n * 1000, 1)),
    }
    expect(nextOfReplay(short, 0)).toBe(500)
  })
})
