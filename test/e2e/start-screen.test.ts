import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createScope, type Scope } from '../../src/base/scope.ts'
import { axeViolations } from '../support/axe.ts'
import { isListening } from './stage.ts'
import { inEachWindow } from './windows.ts'
import { inheritedEnv } from './yard-under-test.ts'

const bin = resolve(import.meta.dirname, '../../bin/yard')

type Env = Readonly<Record<string, string>>

inEachWindow('the window without a yard', (kind) => {
  let closing: Scope
  let outer: string
  let env: Env
  let page: Page

  beforeEach(async () => {
    closing = createScope()
    outer = await mkdtemp(join(tmpdir(), 'yard-start-'))
    closing.add(() => rm(outer, { recursive: true, force: true, maxRetries: 5 }))
    await mkdir(join(outer, 'project'))
    env = {
      ...inheritedEnv(),
      HOME: outer,
      TMPDIR: outer,
      XDG_DATA_HOME: join(outer, 'data'),
      XDG_CONFIG_HOME: join(outer, 'config'),
    }
    const serve = (): Promise<string> => serveStartScreen(outer, env, closing)
    const opened = await kind.open({ env, words: ['--welcome'], serve }, closing)
    page = opened.watched.page
  })
  afterEach(() => closing.close())

  /** The yard that the page shows now. A browser leaves it to a service of its own, which is stopped afterwards. */
  const shownYard = async (): Promise<string> => {
    const folder = (await page.locator('.yard-folder').textContent()) ?? ''
    if (kind.isServed) closing.add(() => stopService(folder, env))
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
    await isListening(page)
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
      .poll(() => readFile(join(outer, 'project/trace'), 'utf8').catch(() => ''))
      .toBe('Fetch\nCompile\nCheck\nPublish\n')
  })

  test('the example opens and is remembered, and another yard is found from within it', async () => {
    await page.getByRole('button', { name: /^Try the example/ }).click()
    await isListening(page)
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

/** Starts the page of the start screen; gives its address. */
async function serveStartScreen(folder: string, env: Env, closing: Scope): Promise<string> {
  const welcome = spawn(process.execPath, [bin, 'welcome', '--json'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closing.add(async () => {
    if (welcome.exitCode !== null) return
    const exit = once(welcome, 'exit')
    welcome.kill('SIGTERM')
    await exit
  })
  const [line] = await once(createInterface(welcome.stdout), 'line')
  return JSON.parse(String(line)).pageUrl
}

async function stopService(folder: string, env: Env): Promise<void> {
  await once(spawn(process.execPath, [bin, 'service', 'stop', '--dir', folder], { env }), 'exit')
}
