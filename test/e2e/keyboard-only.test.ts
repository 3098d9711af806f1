import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { onStage } from './stage.ts'

onStage('with the keyboard alone', {}, ({ page, yard }) => {
  test('three tasks are made, linked and run; one fails, says why, is retried, and all are done', async () => {
    const keys = page.keyboard
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
    expect(await page.getByText('Draw the first task').count()).toBe(0)
  })

  test('a bar of tools is one stop of the Tab key, walked by arrow keys', async () => {
    await yard.addTask({ title: 'One', exec: 'true' })
    const tools = page.getByRole('toolbar', { name: 'View' })
    await tools.waitFor()
    expect(await tools.locator('button[tabindex="0"]').count()).toBe(1)
    await tools.getByRole('button', { name: 'Find' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    const focused = tools.locator('button:focus')
    expect(await focused.getAttribute('tabindex')).toBe('0')
    expect(await focused.getAttribute('aria-label')).toBe('Critical path')
    expect(await tools.locator('button[tabindex="0"]').count()).toBe(1)
    await page.keyboard.press('Tab')
    expect(await tools.locator('button:focus').count()).toBe(0)
  })
})

const node = (page: Page, title: string, word: string): Locator =>
  page.getByRole('group', { name: new RegExp(`^${title}\\..*\\b${word}\\b`) })

async function addDraft(page: Page, title: string, command: string): Promise<void> {
  const keys = page.keyboard
  await keys.press('n')
  await page.getByRole('dialog', { name: 'New task' }).waitFor()
  await keys.type(title)
  // Description, executor, model, command.
  for (let i = 0; i < 4; i++) await keys.press('Tab')
  await keys.type(command)
  await page.getByText('shell runs the command.').waitFor()
  await keys.press('Tab')
  await keys.press('Tab')
  await keys.press('Enter')
  await node(page, title, 'Draft').waitFor()
  await page.getByRole('dialog', { name: 'New task' }).waitFor({ state: 'detached' })
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
