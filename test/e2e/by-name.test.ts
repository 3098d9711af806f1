import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { onStage } from './stage.ts'

// Only roles and accessible names, as a screen reader finds things.
onStage('by roles and names alone', {}, ({ page, yard }) => {
  test('three tasks are made, linked and run; one fails, says why, is retried, and all are done', async () => {
    const graph = page.getByRole('application', { name: 'Graph of tasks' })
    const inspector = page.getByRole('complementary')
    await page.getByRole('button', { name: 'Add a task' }).first().click()
    await fillCard(page, 'Plan', 'true')
    await page.getByRole('button', { name: 'Add a task' }).first().click()
    await fillCard(page, 'Build', '[ -e told-build ] || { echo no compiler >&2; exit 3; }')
    await page.getByRole('button', { name: 'Add a task' }).first().click()
    await fillCard(page, 'Test', 'true')
    await link(page, 'Test', 'Build')
    await link(page, 'Build', 'Plan')
    await page
      .getByRole('group', { name: 'Drafts' })
      .getByRole('button', { name: 'Publish all' })
      .click()
    await node(page, 'Build', 'Failed').waitFor()
    await node(page, 'Build', 'Failed').click()
    await inspector.getByRole('heading', { name: 'Build' }).waitFor()
    await inspector.getByRole('tab', { name: 'Output' }).click()
    await inspector.getByText('no compiler').first().waitFor()
    await yard.tell('build')
    await inspector.getByRole('button', { name: 'Retry', exact: true }).click()
    for (const title of ['Plan', 'Build', 'Test']) await node(page, title, 'Done').waitFor()
    expect(await graph.count()).toBe(1)
  })
})

const node = (page: Page, title: string, word: string): Locator =>
  page.getByRole('group', { name: new RegExp(`^${title}\\..*\\b${word}\\b`) })

async function fillCard(page: Page, title: string, command: string): Promise<void> {
  const card = page.getByRole('dialog', { name: 'New task' })
  await card.getByRole('combobox', { name: 'Title' }).fill(title)
  await card.getByRole('textbox', { name: 'Shell command' }).fill(command)
  await card.getByRole('button', { name: /^Add draft/ }).click()
  await node(page, title, 'Draft').waitFor()
  await card.waitFor({ state: 'detached' })
}

async function link(page: Page, task: string, blocker: string): Promise<void> {
  await node(page, task, 'Draft').click()
  await page.getByRole('application', { name: 'Graph of tasks' }).press('d')
  await page.getByRole('combobox', { name: 'It waits for' }).fill(blocker)
  await page.getByRole('option', { name: new RegExp(`^${blocker}`) }).click()
  await node(page, task, '1 dependency').waitFor()
}
