/** What a page tells of itself: paints, layouts, heap, frames. */
import type { Page } from 'playwright-core'
import type { Row } from '../report.ts'
import type { Span } from './trace.ts'

/** Before the page's own scripts: notes the layout worker's own times. */
export const NOTE_LAYOUTS = `
  window.layoutTimes = []
  const Native = Worker
  window.Worker = class extends Native {
    constructor(...given) {
      super(...given)
      this.addEventListener('message', ({ data }) => {
        if (data && data.kind === 'layout') window.layoutTimes.push(data.tookMs)
      })
    }
  }
`

/** ms of computing by the worker's clock, one for each layout so far. */
export const layoutsOf = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() => (globalThis as unknown as { layoutTimes: number[] }).layoutTimes)

/** By the clock, and by thread time, which says what it would be on a machine that does nothing else. */
export const spanRows = (what: string, span: Span, target?: Row['target']): Row[] =>
  [
    { what, value: span.clock },
    { what: `${what}, thread time`, value: span.thread },
  ].map((row) => ({ ...row, unit: 'ms', ...(target ? { target } : {}) }))

const BEAT_MS = 10

/** From now on notes how late a timer of the page is: tasks below 50 ms are no long tasks, and a page that stands still has none. */
export const startBeat = (page: Page): Promise<void> =>
  page.evaluate((everyMs) => {
    const noted = globalThis as unknown as { longestWait: number }
    let beat = performance.now()
    noted.longestWait = 0
    setInterval(() => {
      const now = performance.now()
      noted.longestWait = Math.max(noted.longestWait, now - beat - everyMs)
      beat = now
    }, everyMs)
  }, BEAT_MS)

/** ms since `startBeat`. */
export const longestWait = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { longestWait: number }).longestWait)

/** The last commit that the page shows, by its status bar. */
export async function shownSeq(page: Page): Promise<number> {
  const text = await page.getByRole('button', { name: /^seq / }).textContent()
  return Number(text?.replace(/\D/g, ''))
}

export const nowOf = (page: Page): Promise<number> => page.evaluate(() => performance.now())

/** MB after a collection. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 2 ** 20
}

/** Frames a second while the wheel pans for some seconds. */
export async function panFps(page: Page, seconds: number): Promise<number> {
  await page.mouse.move(700, 450)
  const counted = page.evaluate(
    (ms) =>
      new Promise<number>((resolve) => {
        const began = performance.now()
        let frames = 0
        const count = (): void => {
          frames += 1
          const past = performance.now() - began
          if (past >= ms) resolve((frames * 1000) / past)
          else requestAnimationFrame(count)
        }
        requestAnimationFrame(count)
      }),
    seconds * 1000,
  )
  let isOver = false
  void counted.finally(() => (isOver = true))
  for (let i = 0; !isOver; i += 1) await page.mouse.wheel(0, i % 60 < 30 ? 24 : -24)
  return counted
}

export const nodesIn = (page: Page): Promise<number> => page.locator('.react-flow__node').count()
