import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  chromiumPath,
  launchChromium,
  openWatchedPage,
  type WatchedPage,
} from '../support/chromium.ts'
import { makeYard, untilTold, type YardUnderTest } from './yard-under-test.ts'

describe.skipIf(chromiumPath === '')('the page in Chromium', () => {
  let browser: Browser
  let yard: YardUnderTest
  let watched: WatchedPage
  let page: Page
  let address: string

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    yard = await makeYard()
    address = await yard.start()
    await open(address)
  })
  afterEach(async () => {
    const { complaints } = watched
    await page.context().close()
    await yard.close()
    if (complaints.length > 0) throw new Error(complaints.join('\n'))
  })

  async function open(url: string, scheme: 'light' | 'dark' = 'light'): Promise<void> {
    watched = await openWatchedPage(browser, url, scheme)
    page = watched.page
  }
  const node = (title: string): Locator => page.locator('.react-flow__node', { hasText: title })
  const inspector = (): Locator => page.getByRole('complementary', { name: 'Task' })
  /** Waits until the node says so; the word it says then. */
  const seeState = async (title: string, word: string): Promise<string | null> => {
    const found = node(title).getByText(word, { exact: true })
    await found.waitFor()
    return found.textContent()
  }

  test('a task is added, runs, says what it does while it does it, and is done', async () => {
    await page.getByRole('button', { name: 'Add a task' }).click()
    await page.getByLabel('Title').fill('Greet the world')
    await page.getByLabel('Shell command').fill(untilTold('greet'))
    await page.getByRole('button', { name: 'Add task' }).click()
    await seeState('Greet the world', 'In progress')
    await node('Greet the world').click()
    await inspector().getByRole('tab', { name: 'Output' }).click()
    await inspector().getByText('begins').waitFor()
    expect(await inspector().getByText('ends').count()).toBe(0)
    await yard.tell('greet')
    await inspector().getByText('ends').waitFor()
    await seeState('Greet the world', 'Done')
    await page.getByRole('status').getByText('0 of 4 agents').waitFor()
    await inspector().getByRole('tab', { name: 'Overview' }).click()
    await inspector().getByText('Exit code').waitFor()
  })

  test('a paused yard starts nothing until it is resumed', async () => {
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    await yard.addTask({ title: 'Wait for it', exec: 'true' })
    await node('Wait for it').getByText('Yard is paused').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    expect(await seeState('Wait for it', 'Done')).toBe('Done')
  })

  test('a task is paused and resumed by itself, and killed by two presses', async () => {
    await yard.addTask({ title: 'Build', exec: untilTold('build'), paused: true })
    await node('Build').click()
    await inspector().getByRole('button', { name: 'Resume task' }).click()
    await seeState('Build', 'In progress')
    await inspector().getByRole('button', { name: 'Kill' }).click()
    await inspector().getByRole('button', { name: 'Kill agent-1?' }).click()
    expect(await seeState('Build', 'Paused')).toBe('Paused')
  })

  test('dragging from handle to handle adds a dependency, and a circle is refused in words', async () => {
    await yard.addTask({ id: 'first', title: 'First', exec: 'true', paused: true })
    await yard.addTask({ id: 'second', title: 'Second', exec: 'true', paused: true })
    await drag('First', 'Second')
    await page.locator('.react-flow__edge').waitFor()
    await drag('Second', 'First')
    await page
      .getByRole('alert')
      .getByText(/cycle|circle/)
      .waitFor()
    expect(await page.locator('.react-flow__edge').count()).toBe(1)
  })

  test('a failed task says why, and is done after a retry', async () => {
    await yard.addTask({ title: 'Flaky', exec: '[ -e told-flaky ] || { echo oh no >&2; exit 3; }' })
    await seeState('Flaky', 'Failed')
    await node('Flaky').click()
    await inspector().getByRole('tab', { name: 'Output' }).click()
    await inspector().getByRole('button', { name: 'Errors' }).click()
    await inspector().getByText('oh no').waitFor()
    await yard.tell('flaky')
    await inspector().getByRole('button', { name: 'Retry' }).click()
    expect(await seeState('Flaky', 'Done')).toBe('Done')
  })

  test('the host is killed in mid-run: the page says so, and the work is there when it is back', async () => {
    await yard.addTask({ title: 'Long work', exec: untilTold('long') })
    await seeState('Long work', 'In progress')
    await yard.kill()
    await page.getByText('The connection to the yard is lost. Agents go on.').waitFor()
    await node('Long work').waitFor()
    await yard.start()
    await page
      .getByText('The connection to the yard is lost. Agents go on.')
      .waitFor({ state: 'hidden' })
    await seeState('Long work', 'In progress')
    await yard.tell('long')
    expect(await seeState('Long work', 'Done')).toBe('Done')
  })

  test('an address works once, while a reload keeps the page', async () => {
    await page.getByText('Draw the first task').waitFor()
    await page.reload()
    await page.getByText('Draw the first task').waitFor()
    const second = await openWatchedPage(browser, address)
    await second.page.getByText('This address opens nothing any more').waitFor()
    expect(second.complaints).toEqual([])
    await second.page.context().close()
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await yard.addTask({ id: 'a', title: 'Works', exec: untilTold('a') })
    await yard.addTask({ id: 'b', title: 'Waits', exec: 'true', after: ['a'] })
    await yard.addTask({ title: 'Fails', exec: 'exit 1' })
    await yard.addTask({ title: 'Draft', exec: 'true', paused: true })
    await page.emulateMedia({ colorScheme: scheme })
    await seeState('Works', 'In progress')
    await seeState('Fails', 'Failed')
    await node('Works').click()
    for (const tab of ['Overview', 'Output', 'Log']) {
      await inspector().getByRole('tab', { name: tab }).click()
      expect(await violations(page)).toEqual([])
    }
  })

  test('keys alone open a task, walk its tabs and close it', async () => {
    await yard.addTask({ title: 'By key', exec: 'true' })
    await seeState('By key', 'Done')
    await node('By key').focus()
    await page.keyboard.press('Enter')
    await inspector().getByRole('heading', { name: 'By key' }).waitFor()
    await inspector().getByRole('tab', { name: 'Overview' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await inspector().getByRole('tab', { selected: true }).textContent()).toBe('Output')
    await page.keyboard.press('Escape')
    await inspector().waitFor({ state: 'detached' })
  })

  async function drag(from: string, to: string): Promise<void> {
    await node(from).hover()
    const start = await middleOf(node(from).locator('.react-flow__handle-right'))
    const end = await middleOf(node(to).locator('.react-flow__handle-left'))
    await page.mouse.move(start.x, start.y)
    await page.mouse.down()
    await page.mouse.move((start.x + end.x) / 2, end.y, { steps: 5 })
    await page.mouse.move(end.x, end.y, { steps: 5 })
    await page.mouse.up()
  }
})

async function middleOf(locator: Locator): Promise<{ x: number; y: number }> {
  const box = await locator.boundingBox()
  if (box === null) throw new Error('it is not on the page')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

async function violations(page: Page): Promise<string[]> {
  // Playwright's own page type, once removed: the package means @playwright/test's.
  const { violations: found } = await new AxeBuilder({ page: page as never })
    .setLegacyMode(true)
    .analyze()
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((each) => each.html).join(' ')}`)
}
