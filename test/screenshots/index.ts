/** npm run screenshots [-- FOLDER]: every screen of the window, light and dark, as PNG files. Default: docs/images. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { argv } from 'node:process'
import { chromium, type Browser, type Page } from 'playwright-core'
import { findChromium } from '../../scripts/chromium.mjs'
import { stageYard, type StagedYard } from './stage-yard.ts'

const SIZE = { width: 1440, height: 900 }

interface Shot {
  readonly name: string
  /** Fragment of the address. */
  readonly hash: string
  readonly before?: (page: Page) => Promise<void>
  readonly size?: { readonly width: number; readonly height: number }
}

const SHOTS: readonly Shot[] = [
  { name: 'graph', hash: '#/graph?task=fix-flaky&tab=output' },
  { name: 'graph-main-line', hash: '#/graph', before: (page) => page.keyboard.press('l') },
  { name: 'task-overview', hash: '#/graph?task=fix-flaky&tab=overview' },
  {
    name: 'task-changes',
    hash: '#/graph?task=migrate-store&tab=changes',
    before: (page) => page.getByText('export async function adopt').waitFor(),
  },
  {
    name: 'task-evaluation',
    hash: '#/graph?task=migrate-store&tab=evaluation',
    before: (page) => page.getByText('The exit is read before').first().waitFor(),
  },
  { name: 'task-parked', hash: '#/graph?task=release-notes&tab=overview' },
  { name: 'task-timeline', hash: '#/graph?task=sign-win&tab=timeline' },
  { name: 'tasks', hash: '#/tasks' },
  { name: 'tasks-columns', hash: '#/tasks?shape=columns' },
  { name: 'tasks-outline', hash: '#/tasks?shape=outline' },
  { name: 'agents', hash: '#/agents' },
  { name: 'agents-trends', hash: '#/agents?show=trends' },
  { name: 'agents-costs', hash: '#/agents?show=costs' },
  { name: 'attention', hash: '#/attention' },
  { name: 'evaluations', hash: '#/evaluations' },
  { name: 'identities', hash: '#/identities' },
  { name: 'models', hash: '#/models' },
  { name: 'executors', hash: '#/executors' },
  { name: 'schedule', hash: '#/schedule' },
  { name: 'settings', hash: '#/settings' },
  { name: 'palette', hash: '#/graph', before: (page) => page.keyboard.press('Control+k') },
  { name: 'yard', hash: '#/graph', before: (page) => page.keyboard.press('Control+Backslash') },
  { name: 'quick-add', hash: '#/graph', before: (page) => page.keyboard.press('n') },
  { name: 'journal', hash: '#/graph', before: (page) => page.keyboard.press('Control+j') },
  { name: 'small', hash: '#/graph', size: { width: 720, height: 480 } },
]

const folder = resolve(argv[2] ?? join(import.meta.dirname, '../../docs/images'))
const executablePath = findChromium()
if (executablePath === null) throw new Error('no Chromium here; set CHROME_PATH to one')
await mkdir(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'],
})
const staged = await stageYard()
try {
  for (const scheme of ['light', 'dark'] as const) await shootAll(browser, staged, scheme)
} finally {
  await browser.close()
  await staged.close()
}

async function shootAll(
  chrome: Browser,
  { address }: StagedYard,
  scheme: 'light' | 'dark',
): Promise<void> {
  const context = await chrome.newContext({
    colorScheme: scheme,
    viewport: SIZE,
    locale: 'en-GB',
  })
  const page = await context.newPage()
  await page.goto(await address())
  await page
    .getByRole('button', { name: /Pause|Resume/ })
    .first()
    .waitFor()
  for (const shot of SHOTS) {
    await page.setViewportSize(shot.size ?? SIZE)
    // The page anew, so that nothing of the shot before is left open.
    await page.evaluate((hash) => {
      sessionStorage.clear()
      // All but the sign-in.
      for (const key of Object.keys(localStorage))
        if (!key.includes('token')) localStorage.removeItem(key)
      localStorage.setItem('yardmaster.preferences', '{"isAskedToNotify":true}')
      history.replaceState(null, '', hash)
    }, shot.hash)
    await page.reload()
    await page.getByRole('main').waitFor()
    await page.waitForTimeout(600)
    const later = page.getByRole('button', { name: 'Leave the drafts for later' })
    if (await later.isVisible()) await later.click()
    await shot.before?.(page)
    await page.waitForTimeout(400)
    await page.screenshot({ path: join(folder, `${shot.name}-${scheme}.png`) })
    console.log(`${shot.name}-${scheme}.png`)
  }
  await context.close()
}
