import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { canvasOf } from './on-canvas.ts'
import { onStage } from './stage.ts'
import { untilTold, type YardUnderTest } from './yard-under-test.ts'

const SETTING = { prepare: addChain, ready: showsChain }

onStage('keys mean what has the focus, and the focus is kept', SETTING, (stage) => {
  const { inspector, page } = stage
  const { node, says } = canvasOf(() => page)
  const question = (name: string | RegExp): Locator => page.getByRole('dialog', { name })
  const focused = (): Promise<string> =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')
  const leave = async (dialog: Locator): Promise<void> => {
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  }

  test('the focus goes back to the canvas from every question, chooser and the palette', async () => {
    await node('Build').click()
    const opened: readonly (readonly [string, RegExp])[] = [
      ['e', /^Executor of/],
      ['Delete', /^Remove “Build”/],
      ['Control+k', /^Search or command/],
      ['?', /^Keys/],
    ]
    for (const [key, name] of opened) {
      await page.keyboard.press(key)
      await question(name).waitFor()
      await leave(question(name))
      await expect.poll(focused).toBe('Graph of tasks')
    }
    await page.getByRole('button', { name: 'Close inspector' }).click()
    await expect.poll(focused).toBe('Graph of tasks')
  })

  test('⌫ in a menu removes no task, and an open menu is clean', async () => {
    await node('Plan').click()
    await inspector().getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menu').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Delete')
    await leave(page.getByRole('menu'))
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await node('Plan').count()).toBe(1)
  })

  test('F6 leads out of a field, and single keys work on a column of the board', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    const filter = page.getByRole('textbox', { name: 'Filter tasks' })
    await filter.or(page.getByRole('searchbox', { name: 'Filter tasks' })).focus()
    await page.keyboard.press('F6')
    await expect.poll(focused).not.toBe('Filter tasks')
    await page.getByRole('radio', { name: 'Columns' }).click()
    await page.getByRole('option', { name: /^Plan/ }).click()
    await page.keyboard.press('e')
    await leave(question(/^Executor of “Plan”/))
    await expect.poll(focused).toBe('Paused')
  })

  test('whoever leaves the first of two questions has changed nothing', async () => {
    await node('Build').click()
    await node('Watch').click({ modifiers: ['Control'] })
    await page.keyboard.press('Delete')
    await question('Remove “Build”?').getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(focused).toBe('Graph of tasks')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    await says('Watch', 'In progress')
  })

  test('the toast of an edit takes back that edit, whatever came after it', async () => {
    await node('Ship').click()
    await page.keyboard.press('Delete')
    await node('Ship').waitFor({ state: 'detached' })
    await node('Watch').click()
    await page.keyboard.press('p')
    await page.getByText('Paused “Watch”').waitFor()
    const toast = page.locator('.toast', { hasText: 'Removed “Ship”' })
    await toast.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('group', { name: /^Ship\..*Its 1 dependency/ }).waitFor()
    await page.getByText('Paused “Watch”').waitFor()
    await page.keyboard.press('Control+z')
    await page.getByText('Paused “Watch”').waitFor({ state: 'detached' })
    expect(await page.locator('.toast[data-kind=error]').count()).toBe(0)
  })

  test('the inspector shows the one of two that stays chosen', async () => {
    await node('Plan').click()
    await node('Build').click({ modifiers: ['Control'] })
    await inspector().getByRole('heading', { name: '2 tasks chosen' }).waitFor()
    await node('Plan').click({ modifiers: ['Control'] })
    await inspector().getByRole('heading', { name: 'Build' }).waitFor()
    await inspector()
      .getByText('It is a draft')
      .or(inspector().getByText(/^It is blocked/))
      .first()
      .waitFor()
    expect(
      await inspector()
        .getByText(/yard (resume|publish)/)
        .count(),
    ).toBe(0)
  })

  test('in the past nothing can be changed, in the inspector neither', async () => {
    await node('Plan').click()
    await inspector().getByRole('button', { name: 'Edit description' }).waitFor()
    await page.keyboard.press('F2')
    await inspector().getByLabel('Title', { exact: true }).fill('Plan it')
    await page.keyboard.press('Enter')
    await node('Plan it').waitFor()
    await page.keyboard.press('t')
    await page.keyboard.press('Home')
    await page.getByRole('status', { name: 'The past is shown' }).waitFor()
    await inspector().getByText('Go back to live to change it.').waitFor()
    for (const name of [/^Edit /, 'Rename', 'More actions', 'Resume'])
      expect(await inspector().getByRole('button', { name }).count()).toBe(0)
    expect(await inspector().getByRole('combobox', { name: 'Priority' }).isDisabled()).toBe(true)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Escape')
    await inspector().getByRole('button', { name: 'Edit description' }).waitFor()
    await node('Plan it').waitFor()
  })

  test('publishing is taken back while nothing has started, and says so when it has', async () => {
    await page.getByRole('button', { name: 'Pause', exact: true }).first().click()
    await page.getByText('Paused').first().waitFor()
    await node('Plan').click()
    await page.keyboard.press('u')
    await page.getByText('Published 3 tasks').waitFor()
    await page.keyboard.press('Control+z')
    for (const title of ['Plan', 'Build', 'Ship']) await says(title, 'Paused, Draft')
    await page.keyboard.press('Control+Shift+z')
    await says('Build', 'Blocked')
    await page.getByRole('button', { name: 'Resume', exact: true }).first().click()
    await says('Ship', 'Done')
    await page.keyboard.press('Control+z')
    await page.getByText(/^Not undone: Published 3 tasks\. task plan .* draft again/).waitFor()
    expect(await node('Plan').getAttribute('aria-label')).toContain('Done')
  })
})

function addChain(yard: YardUnderTest): Promise<void> {
  return yard.addTasks([
    { id: 'plan', title: 'Plan', exec: 'true', paused: true },
    { id: 'build', title: 'Build', exec: 'true', after: ['plan'], paused: true },
    { id: 'ship', title: 'Ship', exec: 'true', after: ['build'], paused: true },
    { id: 'watch', title: 'Watch', exec: untilTold('end') },
  ])
}

function showsChain(page: Page): Promise<void> {
  return page.getByRole('group', { name: /^Watch\./ }).waitFor()
}
