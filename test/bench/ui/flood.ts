/** Edits of tasks at a steady rate: each is a commit, news for the page, and a changed node. */
import type { Browser, Page } from 'playwright-core'
import type { TaskId } from '../../../src/domain/ids.ts'
import type { Yard } from '../../../src/yard/yard.ts'
import { send } from '../bench-yard.ts'
import type { Row } from '../report.ts'
import { heapOf, longestWait, shownSeq, spanRows, startBeat } from './measure-page.ts'
import { traced } from './trace.ts'

const EVENTS_A_SECOND = 1000
const SECONDS = Number(process.env['YARD_BENCH_FLOOD'] ?? 30)

interface Flooded {
  readonly browser: Browser
  readonly yard: Yard
  readonly page: Page
  /** How many tasks `t0`, `t1`, … there are. */
  readonly tasks: number
}

/** The whole graph is in sight. */
export async function flood({ browser, yard, page, tasks }: Flooded): Promise<Row[]> {
  await page.locator('#graph-canvas').focus()
  await page.keyboard.press('0')
  await page.waitForTimeout(1000)
  const before = await heapOf(page)
  await startBeat(page)
  const { value: sent, trace } = await traced(browser, page, () => sendEdits(yard, tasks))
  const wait = await longestWait(page)
  await page.waitForTimeout(500)
  const behind = yard.store.seq - (await shownSeq(page))
  const after = await heapOf(page)
  return [
    {
      what: 'events a second',
      value: sent / SECONDS,
      unit: '',
      target: { min: EVENTS_A_SECOND * 0.95 },
    },
    ...spanRows('longest task of the page meanwhile', trace.longestTask(), { max: 50 }),
    { what: 'longest wait of a timer in the page meanwhile', value: wait, unit: 'ms' },
    {
      what: 'commits that the page has not shown half a second later',
      value: behind,
      unit: '',
      target: { max: 0 },
    },
    { what: 'heap before', value: before, unit: 'MB' },
    { what: 'heap after', value: after, unit: 'MB', target: { max: before * 1.2 + 5 } },
  ]
}

const TICK_MS = 20

async function sendEdits(yard: Yard, tasks: number): Promise<number> {
  const began = performance.now()
  let sent = 0
  for (;;) {
    const past = performance.now() - began
    if (past >= SECONDS * 1000) return sent
    const due = Math.floor((past / 1000) * EVENTS_A_SECOND) - sent
    await Promise.all(Array.from({ length: due }, (_, i) => edit(yard, sent + i, tasks)))
    sent += due
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
}

function edit(yard: Yard, nth: number, tasks: number): Promise<void> {
  const id = `t${(nth * 37) % tasks}` as TaskId
  return send(yard, { type: Math.floor(nth / tasks) % 2 === 0 ? 'task.hold' : 'task.release', id })
}
