/** The Executors and Models screens against a real host: what can run, what mends it, who uses it, and edits of real files. */
import { execFile } from 'node:child_process'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import {
  chromiumPath,
  launchChromium,
  openWatchedPage,
  type WatchedPage,
} from '../support/chromium.ts'
import { makeYard, untilTold, type YardUnderTest } from './yard-under-test.ts'

const CONFIG = `
[executors.absent]
type = "claude"
command = ["/nowhere/claude"]

[executors.shell]
max_agents = 3

[models.own]
provider = "openrouter"
model_id = "vendor/own-1"
tier = "cheap"

[models.spare]
provider = "openrouter"
model_id = "vendor/spare"
`

describe.skipIf(chromiumPath === '')('executors and models in Chromium', () => {
  let browser: Browser
  let yard: YardUnderTest
  let watched: WatchedPage
  let page: Page

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    yard = await makeYard('atlas')
    await appendFile(configFile(), CONFIG)
    await cli('trust')
    watched = await openWatchedPage(browser, await yard.start())
    page = watched.page
    // The one-use code leaves the address by then, and with it any fragment.
    await page.getByRole('contentinfo', { name: 'Status' }).getByText('Connected').waitFor()
  })
  afterEach(async () => {
    const { complaints } = watched
    await page.context().close()
    await yard.close()
    if (complaints.length > 0) throw new Error(complaints.join('\n'))
  })

  const cli = (...words: string[]): Promise<unknown> =>
    promisify(execFile)(
      process.execPath,
      [resolve(import.meta.dirname, '../../src/cli/index.ts'), ...words],
      { cwd: yard.folder, env: yard.env },
    )
  const configFile = (): string => join(yard.folder, '.yard/config.toml')
  const written = (): Promise<string> => readFile(configFile(), 'utf8')
  const goTo = (hash: string): Promise<string> => page.evaluate((to) => (location.hash = to), hash)
  const row = (name: string): Locator => page.getByRole('row').filter({ hasText: name })
  const panel = (name: string): Locator =>
    page.getByRole('complementary', { name: `Executor ${name}` })
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name })
  const openActs = async (model: string): Promise<void> => {
    await button(`Acts of ${model}`).click()
  }
  const choose = (name: string): Promise<void> => page.getByRole('menuitem', { name }).click()

  test('an executor that cannot run says why, and brings the command that mends it', async () => {
    await goTo('#/executors')
    await row('absent')
      .getByText(/nowhere\/claude was not found/)
      .waitFor()
    await row('absent').getByText('Cannot run').waitFor()
    await row('shell').getByText('Ready').waitFor()
    await row('shell').getByText('/bin/sh').waitFor()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await button('absent').click()
    const command = `yard config 'executors.absent.command' '["/path/to/claude"]'`
    await panel('absent')
      .getByRole('button', { name: `Copy ${command}` })
      .click()
    await panel('absent').getByText('Copied').first().waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command)
  })

  test('its program is set in place, and looking again finds it', async () => {
    await goTo('#/executors?executor=absent')
    const program = panel('absent').getByRole('textbox', { name: 'Program' })
    await program.fill('["/bin/sh"]')
    await program.press('Enter')
    await row('absent').getByText('Ready').waitFor()
    expect(await written()).toMatch(/command = \[\s*"\/bin\/sh"\s*\]/)
    // Behind the page's back: only looking again can find it out.
    await writeFile(configFile(), (await written()).replace('"/bin/sh"', '"/nowhere/else"'))
    await cli('service', 'reload')
    await button('Look again').click()
    await row('absent')
      .getByText(/nowhere\/else was not found/)
      .waitFor()
  })

  test('places in use, who uses it, and the way to its tasks', async () => {
    await yard.addTask({ id: 'long', title: 'Long work', exec: untilTold('long') })
    await yard.addTask({ id: 'held', title: 'Held work', executor: 'absent', paused: true })
    await goTo('#/executors')
    await row('shell').getByText('1 of 3').waitFor({ state: 'attached' })
    await button('absent').click()
    await panel('absent')
      .getByText(/1 unfinished task names it/)
      .waitFor()
    await panel('absent').getByRole('button', { name: 'Show them' }).click()
    await page.getByRole('main', { name: 'Tasks' }).getByText('Held work').first().waitFor()
    expect(await page.getByRole('main', { name: 'Tasks' }).getByText('Long work').count()).toBe(0)
    await yard.tell('long')
  })

  test('keys walk the names, open the panel and close it', async () => {
    await goTo('#/executors')
    await button('absent').focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    const [open] = await page.getByRole('complementary').all()
    expect(await open?.getAttribute('aria-label')).toMatch(/^Executor /)
    const program = page.getByRole('complementary').getByRole('heading', { level: 2 })
    const name = await program.textContent()
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).focus()
    await page.keyboard.press('Escape')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(name)
  })

  test('a setting is reset, and the host’s refusal stands at its place', async () => {
    await goTo('#/executors?executor=shell')
    const most = panel('shell').getByRole('textbox', { name: 'At most' })
    await most.fill('many')
    await panel('shell').getByRole('button', { name: 'Set At most', exact: true }).click()
    await panel('shell')
      .getByRole('group', { name: 'At most' })
      .getByRole('alert')
      .getByText(/must be a whole number/)
      .waitFor()
    await panel('shell').getByRole('button', { name: 'Reset At most' }).click()
    await expect.poll(written).not.toContain('max_agents = 3')
    await expect.poll(() => most.inputValue()).toBe('')
  })

  test('another default says first whom it changes', async () => {
    await yard.addTask({ id: 'a', title: 'A', executor: 'claude', paused: true })
    await yard.addTask({ id: 'b', title: 'B', executor: 'claude', paused: true, model: 'haiku' })
    await goTo('#/models')
    await row('opus').getByText('default', { exact: true }).waitFor()
    await openActs('sonnet')
    await choose('Set as default…')
    await page
      .getByRole('dialog')
      .getByText(/Would change 1 task\./)
      .waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Set as default' }).click()
    await row('sonnet').getByText('default', { exact: true }).waitFor()
    expect(await written()).toMatch(/model = "sonnet"/)
  })

  test('a model is added, edited, removed, and brought back', async () => {
    await goTo('#/models')
    await button('Model').click()
    const dialog = page.getByRole('dialog', { name: 'Add a model' })
    await dialog.getByRole('textbox', { name: 'Name' }).fill('opus')
    await dialog.getByRole('button', { name: 'Add model' }).click()
    await dialog.getByText('There is a model of this name').waitFor()
    await dialog.getByRole('textbox', { name: 'Name' }).fill('qwen-local')
    await dialog.getByRole('textbox', { name: 'Provider' }).fill('ollama')
    await dialog.getByRole('textbox', { name: 'Model id' }).fill('qwen3:30b')
    await dialog.getByRole('button', { name: 'Add model' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await row('qwen-local').getByText('qwen3:30b').waitFor()
    await openActs('qwen-local')
    await choose('Edit…')
    const edit = page.getByRole('dialog', { name: 'Edit qwen-local' })
    await edit.getByRole('textbox', { name: 'Tier' }).fill('free')
    await edit.getByRole('button', { name: 'Save' }).click()
    await row('qwen-local').getByText('free').waitFor()
    await openActs('qwen-local')
    await choose('Remove')
    await row('qwen-local').waitFor({ state: 'detached' })
    expect(await written()).not.toContain('qwen-local')
    await button('Undo').click()
    await row('qwen-local').getByText('qwen3:30b').waitFor()
    await row('qwen-local').getByText('free').waitFor()
  })

  test('a model in use is not removed: its users are named; one of the list is built in', async () => {
    await yard.addTask({ title: 'Speaks to own', executor: 'claude', paused: true, model: 'own' })
    await goTo('#/models')
    await row('vendor/own-1')
      .getByRole('button', { name: /1 tasks? name/ })
      .waitFor()
    await openActs('own')
    await choose('Remove')
    await page.getByText('own is in use: “Speaks to own”.').waitFor()
    expect(await written()).toContain('vendor/own-1')
    await openActs('opus')
    await page.getByRole('menuitem', { name: /Remove.*Built in/ }).waitFor()
    await page.keyboard.press('Escape')
    await row('vendor/own-1')
      .getByRole('button', { name: /1 tasks? name/ })
      .click()
    await page.getByRole('main', { name: 'Tasks' }).getByText('Speaks to own').first().waitFor()
  })

  test('a refusal of the host stands on the screen, and nothing is changed', async () => {
    await goTo('#/models')
    await row('spare').waitFor()
    // The file is broken behind the page's back: the host must not touch it.
    await appendFile(configFile(), '\nnot toml at all\n')
    await openActs('spare')
    await choose('Remove')
    await page
      .getByRole('main', { name: 'Models' })
      .getByText(/config\.toml:\d+/)
      .waitFor()
    expect(await written()).toContain('vendor/spare')
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await goTo('#/executors?executor=absent')
    await panel('absent').getByRole('textbox', { name: 'Program' }).waitFor()
    await button('Look again').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await goTo('#/models')
    await row('vendor/own-1').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await button('Model').click()
    await page.getByRole('dialog').waitFor()
    expect(await axeViolations(page)).toEqual([])
  })

  test('the smallest window shows all of it', async () => {
    await page.setViewportSize({ width: 720, height: 480 })
    for (const hash of ['#/models', '#/executors', '#/executors?executor=absent']) {
      await goTo(hash)
      await page.getByRole('heading', { level: 1 }).waitFor()
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect({ hash, overflow }).toEqual({ hash, overflow: 0 })
    }
    await panel('absent').getByRole('textbox', { name: 'Program' }).waitFor()
    await panel('absent').getByRole('button', { name: 'Close' }).click()
    await button('absent').waitFor()
  })
})
