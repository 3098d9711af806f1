import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { truncate, compact, takeFitting } from '../../src/mcp/truncate.ts'

describe('an answer', () => {
  it('that is short enough stays as it is', () => {
    expect(truncate({ a: [1, 'two'] })).toEqual({ text: '{"a":[1,"two"]}', isCut: false })
    expect(truncate(undefined)).toEqual({ text: 'null', isCut: false })
  })

  it('loses the middle of long texts first, and says how much', () => {
    const { text, isCut } = truncate({ id: 'x', text: `a${'m'.repeat(60_000)}z`, list: [1, 2] })
    expect(isCut).toBe(true)
    expect(JSON.parse(text)).toEqual({
      id: 'x',
      text: expect.stringMatching(/^am+\[… 52002 characters left out …\]m+z$/),
      list: [1, 2],
    })
  })

  it('loses the end of long lists then', () => {
    const { text, isCut } = truncate(Array.from({ length: 100_000 }, (_, index) => index))
    expect(isCut).toBe(true)
    const shown: unknown = JSON.parse(text)
    expect(shown).toHaveLength(201)
    expect(shown).toContain('[… 99800 more left out …]')
  })

  it('never holds more than it may, whatever it is, and no half characters', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.integer({ min: 10, max: 300 }),
        (value, max) => {
          const { text, isCut } = truncate(value, max)
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(max)
          expect(text.isWellFormed()).toBe(true)
          const whole = JSON.stringify(value)
          expect(text === whole).toBe(!isCut)
        },
      ),
    )
  })
})

it('a list is cut where the next item would not fit', () => {
  expect(takeFitting(['aa', 'bb', 'cc'], 10)).toEqual(['aa', 'bb'])
  expect(takeFitting(['aa', 'bb'], 1000)).toEqual(['aa', 'bb'])
  expect(takeFitting(['a'.repeat(99)], 10)).toEqual([])
})

it('fields that hold nothing are left out, false and 0 are not', () => {
  expect(
    compact({ a: null, b: '', c: [], d: false, e: 0, f: { g: null, h: [{ i: null }] } }),
  ).toEqual({
    d: false,
    e: 0,
    f: { h: [{}] },
  })
})
