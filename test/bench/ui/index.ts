/** `npm run bench:ui`: the built page over a real yard of 20,000 tasks (or `YARD_BENCH_TASKS`) in Chromium with software rendering, beside a bare React Flow page. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { findChromium } from '../../../scripts/chromium.mjs'
import { serveYard } from '../../../src/headless/serve.ts'
import type { TaskId } from '../../../src/domain/ids.ts'
import type { Yard } from '../../../src/yard/yard.ts'
import { importTasks, makeYardFolder, openBenchYard, PROJECT, send } from '../bench-yard.ts'
import { machine, median } from '../measure.ts'
import { mixedGraph } from '../mixed-graph.ts'
import { tell, type Row } from '../report.ts'
import { flood } from './flood.ts'
import { layoutsOf, NOTE_LAYOUTS, nodesIn, nowOf, panFps, spanRows } from './measure-page.ts'
import { serveBarePage } from './serve-bare.ts'
import { type Span, traced } from './trace.ts'

const TASKS = Number(process.env['YARD_BENCH_TASKS'] ?? 20_000)
const PAN_SECONDS = 4
const ADDED = 5
const silent = { debug() {}, info() {}, warn() {}, error() {} }

process.env['CHROME_PATH'] = findChromium() ?? ''
const { launchChromium } = await import('../../support/chromium.ts')

interface Shown {
  readonly page: Page
  readonly paintMs: number
}

interface OwnShown extends Shown {
  readonly paint: Span
  readonly layout: Span
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
    const { page } = own
    const more = await oneMore(browser, yard, page)
    return [start, ...compared, ...more, ...(await flood({ browser, yard, page, tasks: TASKS }))]
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
  await page.addInitScript(NOTE_LAYOUTS)
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
async function openOwn(browser: Browser, url: string): Promise<OwnShown> {
  const page = await newPage(browser)
  const { trace } = await traced(browser, page, async () => {
    await page.goto(url)
    await page.evaluate(untilPainted)
    await page.waitForTimeout(500)
  })
  const paint = trace.between('arrived', 'painted')
  const [clock = Number.NaN] = await layoutsOf(page)
  const layout = { clock, thread: trace.longestWorkerTask().thread }
  return { page, paintMs: paint.clock, paint, layout }
}

/** In the page. */
const untilPainted = (): Promise<void> =>
  new Promise((resolve) => {
    let hasArrived = false
    const look = (): void => {
      if (!hasArrived && document.querySelector('#graph-canvas')) {
        hasArrived = true
        performance.mark('arrived')
      }
      const isShown =
        document.querySelector('.minimap-frame') &&
        (globalThis as unknown as { layoutTimes: unknown[] }).layoutTimes.length > 0
      if (!isShown || !hasArrived) return void requestAnimationFrame(look)
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          performance.mark('painted')
          resolve()
        }),
      )
    }
    look()
  })

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

async function compare(own: OwnShown, bare: Shown): Promise<Row[]> {
  const most = await mostNodes(own.page)
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
    ...spanRows(`first paint of ${TASKS} tasks`, own.paint, { max: 1000 }),
    ratio('first paint', own.paintMs / bare.paintMs),
    { what: 'node elements, most', value: most, unit: '', target: { max: 150 } },
    { what: 'node elements of bare React Flow', value: await nodesIn(bare.page), unit: '' },
    ...spanRows('layout in the worker', own.layout, { max: 400 }),
    { what: 'pan, all in sight', value: far, unit: 'fps' },
    { what: 'pan, near', value: near, unit: 'fps' },
    { what: 'pan of bare React Flow', value: bareFps, unit: 'fps' },
    ratio('pan, near', near / bareFps),
  ]
}

/** Tasks are added one after the other, each behind one that is there: medians. */
async function oneMore(browser: Browser, yard: Yard, page: Page): Promise<Row[]> {
  const layouts: Span[] = []
  const tasks: Span[] = []
  for (let i = 0; i < ADDED; i += 1) {
    const { trace } = await traced(browser, page, async () => {
      const id = `more${i}` as TaskId
      await importTasks(yard, [{ id, title: id, after: [`t${i * 7}` as TaskId] }])
      await page.waitForTimeout(1500)
    })
    const clock = (await layoutsOf(page)).at(-1) ?? Number.NaN
    layouts.push({ clock, thread: trace.longestWorkerTask().thread })
    tasks.push(trace.longestTask())
  }
  return [
    ...spanRows('layout in the worker for one more task', medianOf(layouts), { max: 30 }),
    ...spanRows('longest task of the page for one more task', medianOf(tasks)),
  ]
}

const medianOf = (spans: readonly Span[]): Span => ({
  clock: median(spans.map(({ clock }) => clock)),
  thread: median(spans.map(({ thread }) => thread)),
})

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

console.log(JSON.stringify(machine()))
tell('ui', await run())
