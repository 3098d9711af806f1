import { describe, expect, test } from 'vitest'
import { fittingBounds } from '../../src/desktop/window-state.ts'

const kept = { x: 100, y: 50, width: 1000, height: 700, isMaximized: false }
const screenAt = (x: number, y = 0) => ({ x, y, width: 1920, height: 1040 })

describe('the bounds of a window', () => {
  test('come back where a screen still is', () => {
    const { isMaximized: _, ...bounds } = kept
    expect(fittingBounds(kept, [screenAt(0)])).toEqual(bounds)
    expect(fittingBounds({ ...kept, x: 2000 }, [screenAt(0), screenAt(1920)])).toMatchObject({
      x: 2000,
    })
  })
  test.each([
    ['a screen that was taken away', { ...kept, x: 2000 }],
    ['above every screen', { ...kept, y: -400 }],
    ['below every screen', { ...kept, y: 1030 }],
    ['a corner that nobody could grab', { ...kept, x: -950 }],
  ])('let the system choose instead of %s', (_what, state) => {
    expect(fittingBounds(state, [screenAt(0)])).toEqual({ width: 1000, height: 700 })
  })
  test('are neither larger than the screen nor smaller than the page can be', () => {
    expect(fittingBounds({ ...kept, width: 9000, height: 9000 }, [screenAt(0)])).toMatchObject({
      width: 1920,
      height: 1040,
    })
    expect(fittingBounds({ ...kept, width: 10, height: 10 }, [screenAt(0)])).toMatchObject({
      width: 720,
      height: 480,
    })
    expect(fittingBounds(null, [])).toEqual({ width: 1440, height: 900 })
  })
})
