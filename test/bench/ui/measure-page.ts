/** What a page tells of itself: paints, long tasks, heap, frames. */
import type { Page } from 'playwright-core'

/** Before the page's own scripts: notes long tasks from the start on, and the layout worker's own times. */
export const NOTE_LONG_TASKS = `
  window.longTasks = []
  window.layoutTimes = []
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longTasks.push({ at: entry.startTime, ms: entry.duration })
  }).observe({ type: 'longtask', buffered: true })
  const Native = Worker
  window.Worker = class extends Native {
    constructor(...given) {
      super(...given)
      this.addEventListener('message', ({ data }) => {
        if (data && data.kind === 'layout') window.layoutTimes.push({ tasks: data.places.length / 2, ms: data.tookMs })
      })
    }
  }
`

export const longestTask = (page: Page, from: number): Promise<number> =>
  page.evaluate(
    (since) =>
      Math.max(
        0,
        ...(globalThis as unknown as { longTasks: { at: number; ms: number }[] }).longTasks
          .filter(({ at }) => at >= since)
          .map(({ ms }) => ms),
      ),
    from,
  )

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
