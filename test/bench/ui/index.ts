/** `npm run bench:ui`: the built page over a real yard of 5,000 tasks (or `YARD_BENCH_TASKS`) in Chromium with software rendering, beside a bare React Flow page. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { findChromium } from '../../../scripts/chromium.mjs'
import { serveYard } from '../../../src/headless/serve.ts'
import type { TaskId } from '../../../src/domain/ids.ts'
import type { Yard } from '../../../src/yard/yard.ts'
import { importTasks, makeYardFolder, openBenchYard, PROJECT, send } from '../bench-yard.ts'
import { machine } from '../measure.ts'
import { mixedGraph } from '../mixed-graph.ts'
import { tell, type Row } from '../report.ts'
import {
  heapOf,
  longestTask,
  longestWait,
  NOTE_LONG_TASKS,
  nodesIn,
  nowOf,
  panFps,
  shownSeq,
  startBeat,
} from './measure-page.ts'
import { serveBarePage } from './serve-bare.ts'

const TASKS = Number(process.env['YARD_BENCH_TASKS'] ?? 5000)
const EVENTS_A_SECOND = 1000
const FLOOD_SECONDS = Number(process.env['YARD_BENCH_FLOOD'] ?? 30)
const PAN_SECONDS = 4
const ADDED = 5
const silent = { debug() {}, info() {}, warn() {}, error() {} }

process.env['CHROME_PATH'] = findChromium() ?? ''
const { launchChromium } = await import('../../support/chromium.ts')

interface Shown {
  readonly page: Page
  readonly paintMs: number
}

async function run(): Promise<readonly Row[]> {
  const folder = await makeYardFolder()
  const yard = await openBenchYard(folder, { runsAgents: false })
  const pageRoot = process.env['YARD_PAGE'] ?? join(PROJECT, 'out/renderer')
  const served = await serveYard(yard, { pageRoot, log: silent, onStop: () => {} })
  if (!served.ok) throw new Error(served.error.message)
  const bare = await serveBarePage()
  const browser = await launchChromium()
  try {
    const start = await startTime(browser, served.value.pageUrl())
    await send(yard, { type: 'yard.pause' })
    await importTasks(yard, mixedGraph(TASKS, 'true'))
    const own = await openOwn(browser, served.value.pageUrl())
    const other = await openBare(browser, bare.url, placesOf())
    const compared = await compare(own, other)
    return [start, ...compared, await oneMore(yard, own.page), ...(await flood(yard, own.page))]
  } finally {
    await browser.close()
    bare.close()
    await served.value.close()
    await yard.close()
    folder.remove()
  }
}

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.addInitScript(NOTE_LONG_TASKS)
  return page
}

/** From the address to a page that can be used: the empty yard with its button. */
async function startTime(browser: Browser, url: string): Promise<Row> {
  const page = await newPage(browser)
  await page.goto(url)
  await page.getByRole('button', { name: /task/i }).first().waitFor()
  const value = await nowOf(page)
  await page.context().close()
  return { what: 'start to usable page', value, unit: 'ms', target: { max: 1500 } }
}

/** Paint counts from the snapshot's arrival: when the graph's title bar can be drawn, to two frames after the first nodes. */
async function openOwn(browser: Browser, url: string): Promise<Shown> {
  const page = await newPage(browser)
  await page.goto(url)
  const paintMs = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let arrived: number | null = null
        const look = (): void => {
          if (document.querySelector('#graph-canvas')) arrived ??= performance.now()
          const isShown =
            document.querySelector('.minimap-frame') &&
            (globalThis as unknown as { layoutTimes: unknown[] }).layoutTimes.length > 0
          if (!isShown || arrived === null) return void requestAnimationFrame(look)
          requestAnimationFrame(() =>
            requestAnimationFrame(() => resolve(performance.now() - (arrived ?? 0))),
          )
        }
        look()
      }),
  )
  await page.waitForTimeout(500)
  return { page, paintMs }
}

async function openBare(browser: Browser, url: string, tasks: readonly unknown[]): Promise<Shown> {
  const page = await newPage(browser)
  await page.goto(url)
  const paintMs = await page.evaluate(async (given) => {
    const began = performance.now()
    ;(globalThis as unknown as { show: (tasks: unknown, zoom: number) => void }).show(given, 0.63)
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    while (!document.querySelector('.react-flow__node')) await frame()
    await frame()
    await frame()
    return performance.now() - began
  }, tasks)
  return { page, paintMs }
}

/** The same graph on a plain grid: the bare page lays nothing out. */
function placesOf(): readonly unknown[] {
  const tasks = [...mixedGraph(TASKS, 'true')]
  return tasks.map(({ id, after }, index) => ({
    id,
    after,
    x: Math.floor((index % 100) / 7) * 304,
    y: (Math.floor(index / 100) * 7 + (index % 7)) * 124,
  }))
}

async function compare(own: Shown, bare: Shown): Promise<Row[]> {
  const most = await mostNodes(own.page)
  const layouts = await layoutsOf(own.page)
  await own.page.locator('#graph-canvas').focus()
  await own.page.keyboard.press('0')
  await own.page.waitForTimeout(400)
  const far = await panFps(own.page, PAN_SECONDS)
  for (let i = 0; i < 10; i += 1) await own.page.keyboard.press('+')
  await own.page.waitForTimeout(600)
  const near = await panFps(own.page, PAN_SECONDS)
  const bareFps = await panFps(bare.page, PAN_SECONDS)
  const ratio = (what: string, value: number): Row => ({ what, value, unit: '× bare React Flow' })
  return [
    {
      what: `first paint of ${TASKS} tasks`,
      value: own.paintMs,
      unit: 'ms',
      target: { max: 1500 },
    },
    ratio('first paint', own.paintMs / bare.paintMs),
    { what: 'node elements, most', value: most, unit: '', target: { max: 150 } },
    { what: 'node elements of bare React Flow', value: await nodesIn(bare.page), unit: '' },
    {
      what: 'layout in the worker',
      value: Math.max(...layouts.map(({ ms }) => ms)),
      unit: 'ms',
      target: { max: 250 },
    },
    { what: 'pan, all in sight', value: far, unit: 'fps' },
    { what: 'pan, near', value: near, unit: 'fps' },
    { what: 'pan of bare React Flow', value: bareFps, unit: 'fps' },
    ratio('pan, near', near / bareFps),
  ]
}

interface LayoutTime {
  readonly tasks: number
  readonly ms: number
}

const layoutsOf = (page: Page): Promise<readonly LayoutTime[]> =>
  page.evaluate(() => (globalThis as unknown as { layoutTimes: LayoutTime[] }).layoutTimes)

/** Tasks are added one after the other, each behind one that is there; the median of their layouts. */
async function oneMore(yard: Yard, page: Page): Promise<Row> {
  const before = (await layoutsOf(page)).length
  for (let i = 0; i < ADDED; i += 1) {
    const id = `more${i}` as TaskId
    await importTasks(yard, [{ id, title: id, after: [`t${i * 7}` as TaskId] }])
    await page.waitForTimeout(1500)
  }
  const times = (await layoutsOf(page)).slice(before).map(({ ms }) => ms)
  return {
    what: 'layout in the worker for one more task',
    value: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN,
    unit: 'ms',
    target: { max: 30 },
  }
}

async function mostNodes(page: Page): Promise<number> {
  await page.locator('#graph-canvas').focus()
  let most = 0
  for (const key of ['0', '1', ...'----------', ...'++++++++++++'.split('')]) {
    await page.keyboard.press(key)
    await page.waitForTimeout(120)
    most = Math.max(most, await nodesIn(page))
  }
  return most
}

/** Edits of tasks at a steady rate: each is a commit, news for the page, and a changed node. */
async function flood(yard: Yard, page: Page): Promise<Row[]> {
  await page.keyboard.press('0')
  await page.waitForTimeout(500)
  const before = await heapOf(page)
  await startBeat(page)
  const from = await nowOf(page)
  const sent = await sendEdits(yard)
  await page.waitForTimeout(500)
  const longest = await longestTask(page, from)
  const wait = await longestWait(page)
  const behind = yard.store.seq - (await shownSeq(page))
  const after = await heapOf(page)
  return [
    {
      what: 'events a second',
      value: sent / FLOOD_SECONDS,
      unit: '',
      target: { min: EVENTS_A_SECOND * 0.95 },
    },
    {
      // Chromium notes tasks from 50 ms on: 0 = none was that long.
      what: 'longest task of the page meanwhile, of those over 50 ms',
      value: longest,
      unit: 'ms',
      target: { max: 100 },
    },
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

async function sendEdits(yard: Yard): Promise<number> {
  const began = performance.now()
  let sent = 0
  for (;;) {
    const past = performance.now() - began
    if (past >= FLOOD_SECONDS * 1000) return sent
    const due = Math.floor((past / 1000) * EVENTS_A_SECOND) - sent
    await Promise.all(Array.from({ length: due }, (_, i) => editOf(yard, sent + i)))
    sent += due
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
}

function editOf(yard: Yard, nth: number): Promise<void> {
  const id = `t${(nth * 37) % TASKS}` as TaskId
  return send(yard, { type: Math.floor(nth / TASKS) % 2 === 0 ? 'task.hold' : 'task.release', id })
}

console.log(JSON.stringify(machine()))
tell('ui', await run())
