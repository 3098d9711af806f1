import { readFile } from 'node:fs/promises'
import type { Download, Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { canvasOf, type Point } from './on-canvas.ts'
import { CLIPBOARD, onStage } from './stage.ts'
import { untilTold, type YardUnderTest } from './yard-under-test.ts'

const SETTING = { permissions: CLIPBOARD, prepare: addPlan, ready: showsPlan }

onStage('acts on the canvas', SETTING, (stage) => {
  const { copied, isServed, page, yard } = stage
  const draft = (id: string, title: string, after: readonly string[] = []): Promise<unknown> =>
    yard.addTask({ id, title, exec: 'true', after, paused: true })
  const { canvas, choose, middleOf, node, restOf } = canvasOf(() => page)
  /** Its name says what the node says, at every level. */
  const says = (title: string, word: string): Promise<void> =>
    page.getByRole('group', { name: new RegExp(`^${title}\\. ${word}\\b`) }).waitFor()
  const card = (): Locator => page.getByRole('dialog', { name: 'New task' })
  const toast = (text: string | RegExp): Locator => page.getByText(text).first()
  /** The first task waits for the second. */
  const waitsFor = (title: string): Promise<void> =>
    page.getByRole('group', { name: new RegExp(`^${title}\\..*Its 1 dependency`) }).waitFor()
  const waitsForNothing = async (title: string): Promise<void> => {
    await expect
      .poll(async () => (await node(title).getAttribute('aria-label')) ?? '')
      .not.toContain('dependency')
  }
  /** Until the camera stands still: it flies for 220 ms. */
  const showAll = async (): Promise<void> => {
    await canvas().focus()
    await page.keyboard.press('0')
    await expect
      .poll(async () => (await node('Test').boundingBox())?.x ?? Infinity)
      .toBeLessThan(1250)
    await restOf(node('Test'))
  }
  const dragHandle = async (
    from: { readonly title: string; readonly side: 'left' | 'right' },
    to: Point,
  ): Promise<void> => {
    await restOf(node(from.title))
    await node(from.title).hover()
    const start = await middleOf(node(from.title).locator(`.react-flow__handle-${from.side}`))
    await page.mouse.move(start.x, start.y)
    await page.mouse.down()
    await page.mouse.move((start.x + to.x) / 2, (start.y + to.y) / 2, { steps: 4 })
    await page.mouse.move(to.x, to.y, { steps: 4 })
    await page.mouse.up()
  }
  const handleOf = async (title: string, side: 'left' | 'right'): Promise<Point> => {
    await restOf(node(title))
    return middleOf(node(title).locator(`.react-flow__handle-${side}`))
  }

  test('a double click opens the card there; its title names tag, priority and what it waits for', async () => {
    const at = await middleOf(canvas())
    await page.mouse.dblclick(at.x + 200, at.y + 120)
    await card().getByLabel('Title').fill('Build docs #docs !high >plan')
    await card().getByLabel('Shell command').fill('true')
    await card().getByText('shell runs the command.').waitFor()
    await card()
      .getByRole('button', { name: /^Add draft/ })
      .click()
    await waitsFor('Build docs')
    await page
      .getByRole('group', { name: 'Drafts' })
      .getByText(/waits? until published/)
      .waitFor()
    // The keyboard goes on where the tasks are.
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')))
      .toBe('application')
    await expect
      .poll(async () => Math.abs((await middleOf(node('Build docs'))).x - at.x - 200))
      .toBeLessThan(60)
    await canvas().focus()
    await page.keyboard.press('Control+z')
    await node('Build docs').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+Shift+z')
    await waitsFor('Build docs')
  })

  test('names are completed, and what is unknown is refused at its place', async () => {
    await page.keyboard.press('n')
    const title = card().getByLabel('Title')
    await title.pressSequentially('Ship >pl')
    await card().getByRole('option', { name: /^plan/ }).waitFor()
    await page.keyboard.press('Tab')
    await expect.poll(() => title.inputValue()).toBe('Ship >plan ')
    await title.fill('Ship >nowhere')
    await page.keyboard.press('Enter')
    await card().getByRole('alert').getByText('No task is named “nowhere”').waitFor()
    await title.fill('Ship')
    await card().getByLabel('Shell command').fill('true')
    await page.keyboard.press('Control+Enter')
    await says('Ship', 'Done')
    await page.keyboard.press('n')
    await page.keyboard.press('Escape')
    await card().waitFor({ state: 'detached' })
  })

  test('handle to handle adds a dependency both ways; the edge is removed and put back', async () => {
    await draft('build', 'Build')
    await node('Build').waitFor()
    await dragHandle({ title: 'Plan', side: 'right' }, await handleOf('Build', 'left'))
    await waitsFor('Build')
    await choose('Build')
    await page.keyboard.press('Shift+d')
    await page.getByRole('dialog', { name: /^Remove a dependency/ }).waitFor()
    await page.keyboard.press('Enter')
    await waitsForNothing('Build')
    await page.getByRole('button', { name: 'Undo' }).first().click()
    await waitsFor('Build')
    await draft('test', 'Test')
    await node('Test').waitFor()
    await dragHandle({ title: 'Test', side: 'left' }, await handleOf('Build', 'right'))
    await waitsFor('Test')
    expect(await node('Build').count()).toBe(1)
  })

  test('an edge that is dropped on empty canvas opens the card with its dependency', async () => {
    await restOf(node('Plan'))
    const from = await middleOf(node('Plan'))
    await dragHandle({ title: 'Plan', side: 'right' }, { x: from.x + 300, y: from.y + 160 })
    await card().getByText('After Plan.').waitFor()
    await card().getByLabel('Title').fill('Follow up')
    await page.keyboard.press('Enter')
    await waitsFor('Follow up')
    await expect.poll(() => card().count()).toBe(0)
  })

  test('a cycle is refused with its path lit, by the pointer and by keys', async () => {
    await draft('build', 'Build', ['plan'])
    await draft('test', 'Test', ['build'])
    await node('Test').waitFor()
    await showAll()
    await dragHandle({ title: 'Test', side: 'right' }, await handleOf('Plan', 'left'))
    const cycle = page.getByRole('group', { name: 'A cycle was refused' })
    await cycle.getByText('That would close a cycle.').waitFor()
    expect(await cycle.getByRole('button').allTextContents()).toEqual([
      'Plan',
      'Build',
      'Test',
      'Plan',
      'Repeat the task',
      'Close',
    ])
    expect(await page.locator('[data-voice=assertive]').textContent()).toContain(
      'Plan → Build → Test → Plan',
    )
    await cycle.getByRole('button', { name: 'Close' }).click()
    await cycle.waitFor({ state: 'detached' })
    await choose('Plan')
    await page.keyboard.press('d')
    await page.getByRole('combobox', { name: 'It waits for' }).fill('test')
    await page.getByRole('option', { name: /Test.*Would close a cycle/ }).waitFor()
    await page.keyboard.press('Enter')
    await cycle.waitFor()
    await page.keyboard.press('Escape')
    await cycle.waitFor({ state: 'detached' })
    await waitsForNothing('Plan')
  })

  test('in a narrow window nothing lies over the bar of several tasks, on the graph and in the list', async () => {
    await draft('build', 'Build', ['plan'])
    await node('Build').waitFor()
    const bar = page.getByRole('toolbar', { name: '2 tasks chosen' })
    /** The buttons that a press does not reach. */
    const covered = (): Promise<(string | null)[]> =>
      bar.getByRole('button').evaluateAll((buttons) =>
        buttons
          .filter((button) => {
            const { left, right, top, bottom } = button.getBoundingClientRect()
            return !button.contains(
              document.elementFromPoint((left + right) / 2, (top + bottom) / 2),
            )
          })
          .map((button) => button.textContent),
      )
    await node('Plan').click()
    await node('Build').click({ modifiers: ['Control'] })
    for (const width of [1000, 700]) {
      await page.setViewportSize({ width, height: 700 })
      await bar.waitFor()
      await expect.poll(covered).toEqual([])
    }
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await page.getByRole('row', { name: /Plan/ }).click()
    await page.getByRole('row', { name: /Build/ }).click({ modifiers: ['Control'] })
    for (const width of [700, 1000]) {
      await page.setViewportSize({ width, height: 700 })
      await bar.waitFor()
      await expect.poll(covered).toEqual([])
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test('several are chosen by lasso and by keys, and the bar acts on all of them', async () => {
    await draft('build', 'Build', ['plan'])
    await draft('test', 'Test', ['build'])
    await node('Test').waitFor()
    await showAll()
    const [first, last] = [await node('Plan').boundingBox(), await node('Test').boundingBox()]
    if (!first || !last) throw new Error('not drawn')
    await page.mouse.move(first.x - 20, first.y - 20)
    await page.mouse.down()
    await page.mouse.move(last.x + last.width / 2, last.y + last.height / 2, { steps: 5 })
    await page.mouse.up()
    const bar = page.getByRole('toolbar', { name: '3 tasks chosen' })
    await bar.getByRole('button', { name: 'Tag' }).click()
    await page.getByRole('combobox', { name: /^Tags of/ }).fill('night')
    await page.keyboard.press('Enter')
    await toast('Tagged 3 tasks night').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await canvas().focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+ArrowRight')
    await page.getByRole('toolbar', { name: '2 tasks chosen' }).waitFor()
    await page.keyboard.press('Control+a')
    await expect.poll(() => bar.getByRole('button', { name: 'Retry' }).isDisabled()).toBe(true)
    await bar.getByRole('button', { name: 'Publish' }).click()
    for (const title of ['Plan', 'Build', 'Test']) await says(title, 'Done')
  })

  test('copies come as drafts with the dependencies among them, and paste is undone', async () => {
    await draft('build', 'Build', ['plan'])
    await node('Build').waitFor()
    await canvas().focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Control+c')
    await toast('Copied 2 tasks').waitFor()
    expect(await copied()).toContain('after = ["plan"]')
    await page.keyboard.press('Control+v')
    await toast('Pasted 2 tasks').waitFor()
    await expect
      .poll(() => page.getByRole('group', { name: /^Build\..*1 dependency/ }).count())
      .toBe(2)
    await page.keyboard.press('Control+z')
    await expect.poll(() => node('Build').count()).toBe(1)
    await canvas().focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Control+d')
    await expect.poll(() => node('Build').count()).toBe(2)
  })

  test('find counts and flies, focus and critical path light, folds make one block', async () => {
    await draft('build', 'Build', ['plan'])
    await draft('other', 'Other')
    await node('Other').waitFor()
    await canvas().focus()
    await page.keyboard.press('/')
    await page.getByRole('searchbox', { name: 'Find tasks' }).fill('state:paused')
    await page.keyboard.press('Enter')
    await page.getByRole('search').getByText('1 of 3').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('search').getByText('2 of 3').waitFor()
    await page.keyboard.press('Shift+Enter')
    await page.getByRole('search').getByText('1 of 3').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('search').waitFor({ state: 'detached' })
    await choose('Build')
    await page.keyboard.press('f')
    await page.keyboard.press('f')
    await node('Other').waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await node('Other').waitFor()
    await page.keyboard.press('l')
    await page.getByRole('button', { name: 'Critical path', pressed: true }).waitFor()
    expect(await node('Other').count()).toBe(1)
  })

  test('an arrow with ⌥ moves a task, a drag moves it, and undo brings it back', async () => {
    await choose('Plan')
    await restOf(node('Plan'))
    const before = await middleOf(node('Plan'))
    await page.keyboard.press('Alt+Shift+ArrowDown')
    await expect.poll(async () => (await middleOf(node('Plan'))).y).toBeGreaterThan(before.y + 20)
    await page.keyboard.press('Control+z')
    await expect.poll(async () => (await middleOf(node('Plan'))).y).toBeCloseTo(before.y, 0)
  })

  test('a working agent is killed after a question, and its task starts again from the toast', async () => {
    await yard.addTask({ id: 'long', title: 'Long', exec: untilTold('long') })
    await says('Long', 'In progress')
    await choose('Long')
    await page.keyboard.press('k')
    const question = page.getByRole('dialog', { name: 'Kill agent-1?' })
    await question.getByText('its files stay where they are').waitFor()
    await question.getByRole('button', { name: 'Kill agent-1' }).click()
    await page.locator('.toast').getByRole('button', { name: 'Start again' }).click()
    await says('Long', 'In progress')
    await yard.tell('long')
    await says('Long', 'Done')
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test.skipIf(!isServed)(
    'the graph leaves as text and pictures, and comes back as a file (not in the app, whose downloads a test cannot take)',
    async () => {
      await yard.addTask({
        id: 'odd',
        title: '<script>alert("&")</script>',
        exec: 'true',
        paused: true,
      })
      await page.getByRole('group', { name: /^<script>/ }).waitFor()
      const svg = await exported('SVG')
      expect(svg.suggestedFilename()).toMatch(/\.svg$/)
      const text = await readFile(await svg.path(), 'utf8')
      expect(text).toContain('&lt;script&gt;')
      expect(text).not.toContain('<script>')
      const png = await exported('PNG')
      expect((await readFile(await png.path())).subarray(1, 4).toString()).toBe('PNG')
      expect(await readFile(await (await exported('Mermaid')).path(), 'utf8')).toContain(
        'flowchart',
      )
      const toml = await readFile(await (await exported('TOML')).path(), 'utf8')
      await page.keyboard.press('Control+i')
      const dialog = page.getByRole('dialog', { name: 'Import a graph' })
      await dialog.getByLabel('Or paste it').fill(toml)
      await dialog.getByRole('button', { name: 'Import the text' }).click()
      await dialog.getByRole('alert').getByText(/plan/).waitFor()
      await dialog
        .getByLabel('Or paste it')
        .fill(toml.replaceAll('"plan"', '"plan-b"').replaceAll('"odd"', '"odd-b"'))
      await dialog.getByRole('button', { name: 'Import the text' }).click()
      await toast('Imported 2 tasks').waitFor()
      await expect.poll(() => node('Plan').count()).toBe(2)
    },
  )

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await draft('build', 'Build', ['plan'])
    await node('Build').waitFor()
    await page.emulateMedia({ colorScheme: scheme })
    await page.keyboard.press('n')
    await card().waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await choose('Build')
    await page.keyboard.press('d')
    await page.getByRole('dialog', { name: /^Add a dependency/ }).waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+a')
    await page.keyboard.press('/')
    await page.getByRole('toolbar', { name: '2 tasks chosen' }).waitFor()
    expect(await axeViolations(page)).toEqual([])
  })

  async function exported(format: string): Promise<Download> {
    await page.keyboard.press('Control+Shift+e')
    const dialog = page.getByRole('dialog', { name: 'Export' })
    await dialog.getByRole('radio', { name: format, exact: true }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Export' }).click(),
    ])
    await dialog.waitFor({ state: 'detached' })
    return download
  }
})

function addPlan(yard: YardUnderTest): Promise<void> {
  return yard.addTask({ id: 'plan', title: 'Plan', exec: 'true', paused: true })
}

function showsPlan(page: Page): Promise<void> {
  return page.getByRole('group', { name: /^Plan\./ }).waitFor()
}
