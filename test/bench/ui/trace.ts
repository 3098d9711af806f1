/** What a trace of the browser says of a page: how long its tasks were by the clock, and by thread time, which leaves out waiting for a core. */
import type { Browser, Page } from 'playwright-core'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** µs, as `dur` and `tdur`. */
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** ms. */
export interface Span {
  readonly clock: number
  readonly thread: number
}

export interface PageTrace {
  /** Of the page's own thread, each figure by itself. */
  longestTask(): Span
  /** Of the page's workers. */
  longestWorkerTask(): Span
  /** From one `performance.mark` to another; thread time is that of the page and of its workers together. */
  between(from: string, to: string): Span
}

const OWN_MARK = 'traced-page'
const TASK = 'ThreadControllerImpl::RunTask'
const CATEGORIES = ['toplevel', 'blink.user_timing', '__metadata']

export async function traced<T>(
  browser: Browser,
  page: Page,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly trace: PageTrace }> {
  await browser.startTracing(page, { categories: CATEGORIES })
  const value = await work()
  await page.evaluate((mark) => void performance.mark(mark), OWN_MARK)
  const file = await browser.stopTracing()
  const { traceEvents } = JSON.parse(file.toString()) as { traceEvents: TraceEvent[] }
  return { value, trace: traceOf(traceEvents) }
}

function traceOf(events: readonly TraceEvent[]): PageTrace {
  const markAt = (name: string): TraceEvent => {
    const mark = events.findLast((event) => event.name === name && event.ph !== 'M')
    if (!mark) throw new Error(`the trace has no mark ${name}`)
    return mark
  }
  const page = markAt(OWN_MARK)
  const workers = new Set(
    events
      .filter(({ name, pid, args }) => name === 'thread_name' && pid === page.pid && isWorker(args))
      .map(({ tid }) => tid),
  )
  const tasks = events.filter(
    ({ name, ph, pid }) => ph === 'X' && pid === page.pid && name === TASK,
  )
  const own = tasks.filter(({ tid }) => tid === page.tid)
  const others = tasks.filter(({ tid }) => workers.has(tid))
  return {
    longestTask: () => longestOf(own),
    longestWorkerTask: () => longestOf(others),
    between(from, to) {
      const [{ ts: begin }, { ts: end }] = [markAt(from), markAt(to)]
      const within = [...own, ...others].filter(({ ts }) => ts >= begin && ts < end)
      return {
        clock: (end - begin) / 1000,
        thread: within.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000,
      }
    },
  }
}

const isWorker = (args: TraceEvent['args']): boolean =>
  args?.name?.startsWith('DedicatedWorker') ?? false

const longestOf = (tasks: readonly TraceEvent[]): Span => ({
  clock: Math.max(0, ...tasks.map(({ dur = 0 }) => dur)) / 1000,
  thread: Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur)) / 1000,
})
