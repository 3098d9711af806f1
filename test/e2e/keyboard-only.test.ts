import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, launchChromium, openWatchedPage } from '../support/chromium.ts'
import { makeYard } from './yard-under-test.ts'

describe.skipIf(chromiumPath === '')('with the keyboard alone', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  test('three tasks are made, linked and run; one fails, says why, is retried, and all are done', async () => {
    const yard = await makeYard()
    const { page, complaints } = await openWatchedPage(browser, await yard.start())
    const keys = page.keyboard
    try {
      await page.getByText('Draw the first task').waitFor()
      await addDraft(page, 'Plan', 'true')
      await addDraft(page, 'Build', '[ -e told-build ] || { echo no compiler; exit 3; }')
      await addDraft(page, 'Test', 'true')
      // Test is chosen, being the last one added: it waits for Build, which waits for Plan.
      await link(page, 'Build')
      await focusCanvas(page)
      await keys.press('ArrowLeft')
      await node(page, 'Build', 'Selected').waitFor()
      await link(page, 'Plan')
      await focusCanvas(page)
      await keys.press('Control+a')
      await keys.press('u')
      await node(page, 'Build', 'Failed').waitFor()
      await keys.press('Home')
      await keys.press('ArrowRight')
      await node(page, 'Build', 'Selected').waitFor()
      await keys.press('Enter')
      await page.getByRole('heading', { name: 'Build' }).waitFor()
      await keys.press('o')
      await page.getByText('no compiler').first().waitFor()
      await yard.tell('build')
      await keys.press('r')
      for (const title of ['Plan', 'Build', 'Test']) await node(page, title, 'Done').waitFor()
      expect(complaints).toEqual([])
    } finally {
      await page.context().close()
      await yard.close()
    }
  })
})

const node = (page: Page, title: string, word: string): Locator =>
  page.getByRole('group', { name: new RegExp(`^${title}\\..*\\b${word}\\b`) })

async function addDraft(page: Page, title: string, command: string): Promise<void> {
  const keys = page.keyboard
  await keys.press('n')
  await page.getByRole('dialog', { name: 'New task' }).waitFor()
  await keys.type(title)
  // Executor, model, command.
  for (let i = 0; i < 3; i++) await keys.press('Tab')
  await keys.type(command)
  await page.getByText('shell runs the command.').waitFor()
  await keys.press('Tab')
  await keys.press('Tab')
  await keys.press('Enter')
  await node(page, title, 'Draft').waitFor()
}

async function link(page: Page, to: string): Promise<void> {
  const keys = page.keyboard
  await keys.press('d')
  await page.getByRole('combobox', { name: 'It waits for' }).waitFor()
  await keys.type(to)
  await keys.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

/** F6 goes from region to region until the canvas has the focus. */
async function focusCanvas(page: Page): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const isThere = await page.evaluate(() => document.activeElement?.id === 'graph-canvas')
    if (isThere) return
    await page.keyboard.press('Tab')
  }
  throw new Error('the canvas is not reached by Tab')
}
