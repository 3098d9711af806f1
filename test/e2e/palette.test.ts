import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import {
  chromiumPath,
  launchChromium,
  openWatchedPage,
  type WatchedPage,
} from '../support/chromium.ts'
import { makeYard, type YardUnderTest } from './yard-under-test.ts'

describe.skipIf(chromiumPath === '')('the palette and the map of keys in Chromium', () => {
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
    const address = await yard.start()
    await yard.addTask({
      id: 'soak',
      title: 'Soak test',
      exec: 'true',
      paused: true,
      tags: ['slow'],
    })
    watched = await openWatchedPage(browser, address)
    page = watched.page
    await page.getByRole('navigation', { name: 'Screens' }).waitFor()
  })
  afterEach(async () => {
    const { complaints } = watched
    await page.context().close()
    await yard.close()
    if (complaints.length > 0) throw new Error(complaints.join('\n'))
  })

  const palette = (): Locator => page.getByRole('dialog', { name: 'Search or command' })
  const type = async (words: string): Promise<void> => {
    await page.keyboard.press('Control+k')
    await palette().getByRole('combobox').fill(words)
  }

  test('finds a task and opens it', async () => {
    await type('soak')
    await palette()
      .getByRole('option', { name: /Soak test/ })
      .first()
      .click()
    const inspector = page.getByRole('complementary', { name: 'Task' })
    await inspector.getByRole('heading', { name: 'Soak test' }).waitFor()
    expect(await palette().count()).toBe(0)
  })

  test('runs a command, shows it first the next time, and says why one cannot be done', async () => {
    await page.keyboard.press('Control+Shift+P')
    await palette().getByRole('combobox').pressSequentially('pause or resume the coordinator')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor()
    await page.keyboard.press('Control+k')
    const first = palette().getByRole('option').first()
    expect(await first.textContent()).toContain('Pause or resume the coordinator')
    await palette().getByRole('combobox').fill('> undo')
    const undo = palette().getByRole('option', { name: /Undo/ })
    expect(await undo.getAttribute('aria-disabled')).toBe('true')
    expect(await undo.textContent()).toContain('Nothing to undo')
    await page.keyboard.press('Escape')
    await palette().waitFor({ state: 'detached' })
  })

  test('a tag narrows the graph down; nonsense finds nothing and says so', async () => {
    await type('#slow')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('tag%3Aslow')
    await type('zzz no such thing')
    await palette().getByText('Nothing is called that.').waitFor()
  })

  test.each(['light', 'dark'] as const)(
    'nothing stands against access, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme })
      await type('t')
      expect(await axeViolations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.keyboard.press('?')
      await page
        .getByRole('dialog', { name: 'Keys' })
        .getByText('Add a task', { exact: true })
        .waitFor()
      expect(await axeViolations(page)).toEqual([])
    },
  )
})
