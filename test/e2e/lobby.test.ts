import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import {
  chromiumPath,
  launchChromium,
  openWatchedPage,
  type WatchedPage,
} from '../support/chromium.ts'

const bin = resolve(import.meta.dirname, '../../bin/yard')

describe.skipIf(chromiumPath === '')('the window without a yard, in Chromium', () => {
  let browser: Browser
  let outer: string
  let env: NodeJS.ProcessEnv
  let welcome: ChildProcess
  let watched: WatchedPage
  let page: Page

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    outer = await mkdtemp(join(tmpdir(), 'yard-lobby-'))
    await mkdir(join(outer, 'project'))
    env = {
      ...process.env,
      HOME: outer,
      TMPDIR: outer,
      XDG_DATA_HOME: join(outer, 'data'),
      XDG_CONFIG_HOME: join(outer, 'config'),
    }
    welcome = spawn(process.execPath, [bin, 'welcome', '--json'], {
      cwd: outer,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface(welcome.stdout ?? process.stdin), 'line')
    watched = await openWatchedPage(browser, JSON.parse(String(line)).pageUrl)
    page = watched.page
  })
  afterEach(async () => {
    const { complaints } = watched
    await page.context().close()
    for (const yard of opened) await stopService(yard)
    opened.length = 0
    if (welcome.exitCode === null) {
      const exit = once(welcome, 'exit')
      welcome.kill('SIGTERM')
      await exit
    }
    await rm(outer, { recursive: true, force: true, maxRetries: 5 })
    if (complaints.length > 0) throw new Error(complaints.join('\n'))
  })

  const opened: string[] = []
  const stopService = async (folder: string): Promise<void> => {
    const child = spawn(process.execPath, [bin, 'service', 'stop', '--dir', folder], { env })
    await once(child, 'exit')
  }
  /** The yard that the page shows now, so that its service is stopped afterwards. */
  const shownYard = async (): Promise<string> => {
    const folder = (await page.locator('.yard-folder').textContent()) ?? ''
    opened.push(folder)
    return folder
  }

  test.each(['light', 'dark'] as const)(
    'nothing stands against access, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme })
      await page.getByRole('heading', { name: 'Open a yard' }).waitFor()
      await page
        .getByRole('region', { name: 'Agent CLIs' })
        .getByText('shell', { exact: true })
        .waitFor()
      await page.getByRole('button', { name: /^Open a folder/ }).click()
      expect(await axeViolations(page)).toEqual([])
    },
  )

  test('a folder becomes a yard, and a four-task graph runs in it from there', async () => {
    await page.getByRole('button', { name: /^Open a folder/ }).click()
    await page.getByLabel('Folder').fill(join(outer, 'nowhere'))
    await page.getByText('There is no such folder.').waitFor()
    await page.getByLabel('Folder').fill('~/project')
    await page.getByText(/Not a git repository/).waitFor()
    await page.getByRole('button', { name: 'Make a yard here' }).click()
    await page.getByText('Draw the first task').waitFor()
    expect(await shownYard()).toBe(join(outer, 'project'))
    const names = ['Fetch', 'Compile', 'Check', 'Publish']
    for (const [place, name] of names.entries()) {
      await page.keyboard.press('n')
      const after = place === 0 ? '' : ` >${names[place - 1]?.toLowerCase()}`
      await page.getByLabel('Title').fill(`${name}${after}`)
      await page.getByLabel('Shell command').fill(`echo ${name} >> trace`)
      await page.keyboard.press('Control+Enter')
      await page.getByLabel('Title').waitFor({ state: 'detached' })
    }
    await expect
      .poll(() => readFile(join(outer, 'project/trace'), 'utf8').catch(() => ''), {
        timeout: 20_000,
      })
      .toBe('Fetch\nCompile\nCheck\nPublish\n')
  })

  test('the example opens and is remembered, and another yard is found from within it', async () => {
    await page.getByRole('button', { name: /^Try the example/ }).click()
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
    const example = await shownYard()
    await page.keyboard.press('Control+Shift+O')
    const dialog = page.getByRole('dialog', { name: 'Switch yard' })
    await dialog.getByText(example).waitFor()
    await dialog.getByRole('button', { name: /^Open a folder/ }).click()
    await dialog.getByLabel('Folder').fill(join(outer, 'project'))
    await dialog.getByRole('button', { name: 'Make a yard here' }).click()
    await page.getByText('Draw the first task').waitFor()
    expect(await shownYard()).toBe(join(outer, 'project'))
  })
})
