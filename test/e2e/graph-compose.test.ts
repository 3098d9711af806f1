/** Tasks that are typed and pasted on the canvas: what the card says of them, lists, and titles that would turn the page round. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { canvasOf } from './on-canvas.ts'
import { CLIPBOARD, onStage } from './stage.ts'
import type { YardUnderTest } from './yard-under-test.ts'

/** The default executor cannot start, whatever this machine has. */
const CONFIG = '[executors.default]\ntype = "claude"\ncommand = ["/nowhere/claude"]\n'

const setting = { permissions: CLIPBOARD, furnish: configure, prepare: addPlan }

onStage('tasks typed and pasted', setting, ({ goTo, inspector, isServed, page, yard }) => {
  const { canvas, node, press, restOf, says, toast } = canvasOf(() => page)
  const card = (): Locator => page.getByRole('dialog', { name: 'New task' })
  const title = (): Locator => card().getByLabel('Title')
  const list = (): Locator => page.getByRole('dialog', { name: 'Make tasks of a list' })
  const echoes = (): Promise<string[]> =>
    card().getByRole('list', { name: 'Understood as' }).getByRole('listitem').allTextContents()
  const waits = (one: string, count: number): Promise<void> =>
    page.getByRole('group', { name: new RegExp(`^${one}\\..*Its ${count} dependenc`) }).waitFor()
  const copy = (text: string): Promise<void> =>
    page.evaluate((words) => navigator.clipboard.writeText(words), text)
  const paste = async (text: string): Promise<void> => {
    await copy(text)
    await page.keyboard.press('Control+v')
  }
  /** Nothing lies over its middle, and it is within the window. */
  const isInSight = (locator: Locator): Promise<boolean> =>
    locator.evaluate((element) => {
      const { x, y, width, height, bottom } = element.getBoundingClientRect()
      const top = document.elementFromPoint(x + width / 2, y + height / 2)
      return bottom <= innerHeight && element.contains(top)
    })
  const colourOf = (locator: Locator): Promise<string> =>
    locator.evaluate((element) => getComputedStyle(element).color)

  test('an executor that cannot start is a calm note, until the task is to be published', async () => {
    await press('n')
    const note = card().getByRole('status').filter({ hasText: 'default cannot start here' })
    await note.waitFor()
    const calm = await colourOf(note)
    expect(calm).toBe(await colourOf(card().getByText('Executor', { exact: true }).first()))
    await title().fill('Think')
    expect(await colourOf(note)).toBe(calm)
    await page.keyboard.press('Control+Enter')
    await note.getByText('Press again to publish it all the same.').waitFor()
    expect(await colourOf(note)).not.toBe(calm)
    expect(await axeViolations(page)).toEqual([])
    expect(await node('Think').count()).toBe(0)
    await title().fill('Think hard')
    await expect.poll(() => colourOf(note)).toBe(calm)
    // A draft may wait for its executor.
    await page.keyboard.press('Enter')
    await says('Think hard', 'Paused')
  })

  test('it is asked once at most whether to publish all the same', async () => {
    await press('n')
    await title().fill('Think')
    await card().getByText('default cannot start here').waitFor()
    await page.keyboard.press('Control+Enter')
    await card().getByText('Press again to publish it all the same.').waitFor()
    await title().fill('Think harder')
    await page.keyboard.press('Control+Enter')
    await card().waitFor({ state: 'detached' })
    await node('Think harder').waitFor()
    expect(await node('Think').count()).toBe(0)
  })

  test('a shell without a command is not added, and the card says what it needs', async () => {
    await press('n')
    await title().fill('List @shell')
    await card().getByRole('status').getByText('shell needs a command').waitFor()
    for (const key of ['Enter', 'Control+Enter']) {
      await page.keyboard.press(key)
      await card().getByRole('alert').getByText('shell needs a command').waitFor()
    }
    expect(await node('List').count()).toBe(0)
    await card().getByLabel('Shell command').fill('ls')
    await card().getByText('shell needs a command').first().waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await says('List', 'Paused, Draft')
  })

  test('↵ takes the shown completion, and the list covers no button', async () => {
    await page.setViewportSize({ width: 720, height: 480 })
    await press('n')
    const publish = card().getByRole('button', { name: /^Add and publish/ })
    await expect.poll(() => isInSight(publish)).toBe(true)
    await title().pressSequentially('Ship @sh')
    await card().getByRole('option', { name: 'shell', selected: true }).waitFor()
    expect(await isInSight(publish)).toBe(true)
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Enter')
    expect(await title().inputValue()).toBe('Ship @shell ')
    await title().pressSequentially('>pl')
    await page.keyboard.press('Escape')
    await card().getByRole('option').first().waitFor({ state: 'hidden' })
    expect(await card().count()).toBe(1)
  })

  test('a description goes with the task; ↵ breaks its lines', async () => {
    await press('n')
    await title().fill('Explain')
    const description = card().getByLabel('Description')
    await description.fill('One')
    await description.press('Enter')
    await description.pressSequentially('**two**')
    await description.press('Tab')
    await title().press('Enter')
    await card().waitFor({ state: 'detached' })
    await says('Explain', 'Paused, Draft')
    await goTo('#/graph?task=explain&tab=overview')
    await inspector().getByText('two', { exact: true }).waitFor()
    expect(await inspector().locator('strong').textContent()).toBe('two')
  })

  test.skipIf(!isServed)('while the host is away the card says so (not in the app)', async () => {
    await press('n')
    await yard.kill()
    const note = card().getByRole('status').filter({ hasText: 'Not connected.' })
    await note.waitFor()
    expect(await note.textContent()).toContain('10 seconds')
  })

  test('what the title names is echoed: blocker, executor, priority, tags', async () => {
    await press('n')
    await title().fill('Ship >plan @shell !high #docs')
    await expect.poll(echoes).toEqual(['After Plan', 'Executor shell', 'Priority high', 'Tag docs'])
    await title().fill('Ship >nowhere')
    await expect.poll(echoes).toEqual(['After nowhere, not found'])
    expect(await axeViolations(page)).toEqual([])
    await title().fill('Ship \\>plan')
    await card().getByRole('list', { name: 'Understood as' }).waitFor({ state: 'detached' })
    expect(await card().count()).toBe(1)
  })

  test('↵ adds the draft from its command, too; ⇧↵ breaks the line there', async () => {
    await press('n')
    await title().fill('Two lines')
    const command = card().getByLabel('Shell command')
    await command.fill('echo one')
    await command.press('Shift+Enter')
    await command.pressSequentially('echo two')
    expect(await command.inputValue()).toBe('echo one\necho two')
    await command.press('Enter')
    await card().waitFor({ state: 'detached' })
    await says('Two lines', 'Paused, Draft')
  })

  test('lines that are pasted as a title become tasks, each after the line above it', async () => {
    await press('n')
    await title().fill('Release')
    await paste('- [ ] Build #night\n  - Test\n  - Pack !high\n- [x] Plan\n- Tell >pack\n')
    await list().getByRole('button', { name: 'Make 4 tasks' }).waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await list().waitFor({ state: 'detached' })
    expect(await title().inputValue()).toBe('Release')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')))
      .toBe('combobox')
    await page.keyboard.press('Control+v')
    await list().getByRole('button', { name: 'Make 4 tasks' }).waitFor()
    await page.keyboard.press('Enter')
    await card().waitFor({ state: 'detached' })
    for (const each of ['Test', 'Pack', 'Tell']) await waits(each, 1)
    await says('Build', 'Paused, Draft')
    await page.getByRole('toolbar', { name: '4 tasks chosen' }).waitFor()
    await toast('Added 4 tasks').getByRole('button', { name: 'Undo' }).click()
    for (const each of ['Build', 'Test', 'Pack', 'Tell'])
      await node(each).waitFor({ state: 'detached' })
    await press('Control+Shift+z')
    await waits('Tell', 1)
  })

  test('lines that are pasted on the canvas can be mended before they become tasks', async () => {
    await canvas().focus()
    await paste('Draw\nCut >nobody')
    const make = list().getByRole('button', { name: 'Make 2 tasks' })
    await make.click()
    await list().getByRole('alert').getByText('No task is named “nobody”').waitFor()
    await list().getByLabel('One task a line').fill('Draw >plan\nCut >draw\n\nGlue')
    await list().getByRole('button', { name: 'Make 3 tasks' }).waitFor()
    await page.keyboard.press('Control+Enter')
    await list().waitFor({ state: 'detached' })
    await waits('Draw', 1)
    await waits('Cut', 1)
    await node('Glue').waitFor()
    await canvas().focus()
    await paste('only one line')
    await toast('The clipboard holds no tasks.').waitFor()
    expect(await list().count()).toBe(0)
  })

  test('a title that turns the writing round turns nothing but itself', async () => {
    const turned = 'Cut \u202egnp.exe'
    await yard.addTask({ id: 'odd', title: turned, exec: 'true', paused: true })
    const odd = page.getByRole('group', { name: /^Cut / })
    await odd.waitFor()
    await press('1')
    await restOf(odd)
    const shown = odd.getByText(turned)
    expect(await shown.evaluate((element) => getComputedStyle(element).unicodeBidi)).toMatch(
      /isolate|plaintext/,
    )
    expect(await shown.getAttribute('dir')).toBe('auto')
    await odd.click()
    await press('Shift+N')
    const note = card().getByText(/^After /)
    const [name, dot] = await note.evaluate((element) => {
      const edges = (node: Node): DOMRect => {
        const range = document.createRange()
        range.selectNodeContents(node)
        return range.getBoundingClientRect()
      }
      const text = element.querySelector('bdi')
      const rest = text?.nextSibling
      if (!text || !rest) throw new Error('not told')
      return [edges(text).right, edges(rest).left] as const
    })
    // What follows the title stands behind it, not in it.
    expect(dot).toBeGreaterThanOrEqual(name - 1)
  })

  test('one application is on the page, and it has a name', async () => {
    await node('Plan').waitFor()
    const roles = page.getByRole('application')
    expect(await roles.count()).toBe(1)
    expect(await roles.getAttribute('aria-label')).toBe('Graph of tasks')
  })
})

async function configure({ env }: YardUnderTest): Promise<void> {
  const folder = join(env['XDG_CONFIG_HOME'] ?? '', 'yard')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'config.toml'), CONFIG)
}

function addPlan(yard: YardUnderTest): Promise<void> {
  return yard.addTask({ id: 'plan', title: 'Plan', exec: 'true', paused: true })
}
