import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { onStage } from './stage.ts'
import { untilTold } from './yard-under-test.ts'

const SCREENS = [
  'Graph',
  'Tasks',
  'Agents',
  'Attention',
  'Messages',
  'Models',
  'Executors',
  'Identities',
  'Schedule',
  'Settings',
] as const

onStage('the frame of the window', { name: 'atlas' }, (stage) => {
  const { goTo, inspector, isServed, overflow, page, reload, yard } = stage
  const rail = (): Locator => page.getByRole('navigation', { name: 'Screens' })
  const screen = (name: string): Locator => page.getByRole('main', { name })

  test('the rail, the keys and the address lead to every screen, and Back goes back', async () => {
    await yard.addTask({ title: 'One', exec: 'true' })
    for (const name of SCREENS) {
      await rail().getByRole('link', { name }).click()
      await screen(name).waitFor()
      await expect
        .poll(() => rail().getByRole('link', { name }).getAttribute('aria-current'))
        .toBe('page')
    }
    await page.goBack()
    await screen('Schedule').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await screen('Agents').waitFor()
    await page.keyboard.press('Control+2')
    await screen('Tasks').waitFor()
    await reload()
    await screen('Tasks').waitFor()
  })

  test('the inspector takes the whole window by button and key, and still does after a reload', async () => {
    await yard.addTask({ id: 'one', title: 'One', exec: 'true', paused: true })
    await goTo('#/graph?task=one')
    const width = async (): Promise<number> => (await inspector().boundingBox())?.width ?? 0
    const whole = await page.evaluate(() => innerWidth)
    await inspector().getByRole('button', { name: 'Whole window' }).click()
    await expect.poll(width).toBe(whole)
    await reload()
    await expect.poll(width).toBe(whole)
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Control+Shift+Enter')
    await expect.poll(width).toBeLessThan(whole)
  })

  test('a task that ends while its output is read stays at its output', async () => {
    await yard.addTask({ id: 'two', title: 'Two', exec: untilTold('two') })
    await page.getByRole('group', { name: /^Two\. In progress/ }).waitFor()
    await goTo('#/graph?task=two')
    const output = inspector().getByRole('tab', { name: 'Output', selected: true })
    await output.waitFor()
    await yard.tell('two')
    await inspector().locator('.inspector-state').getByText('Done', { exact: true }).waitFor()
    expect(await output.count()).toBe(1)
  })

  test('the first Tab stop leads past the title bar and the rail to the screen', async () => {
    await yard.addTask({ title: 'One', exec: 'true', paused: true })
    const skip = page.getByRole('button', { name: 'Skip to the screen' })
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await page.keyboard.press('Tab')
    await expect
      .poll(() => skip.evaluate((element) => element === document.activeElement))
      .toBe(true)
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
  })

  test.each(['light', 'dark'] as const)(
    'nothing stands against access on any screen, %s',
    async (scheme) => {
      await yard.addTask({ id: 'a', title: 'Works', exec: untilTold('a') })
      await yard.addTask({ id: 'b', title: 'Waits', exec: 'true', after: ['a'] })
      await yard.addTask({ title: 'Fails', exec: 'exit 1' })
      await yard.addTask({ title: 'Draft', exec: 'true', paused: true })
      await yard.addTask({ title: 'Nightly', exec: 'true', schedule: { spec: '02:00', tz: null } })
      await page.emulateMedia({ colorScheme: scheme })
      await rail()
        .getByRole('link', { name: /Attention.*1/ })
        .waitFor()
      for (const name of SCREENS) {
        await rail().getByRole('link', { name }).click()
        await screen(name).waitFor()
        await page.waitForLoadState('networkidle')
        expect({ name, found: await axeViolations(page) }).toEqual({ name, found: [] })
      }
    },
  )

  test('the coordinator is paused and resumed from everywhere', async () => {
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor()
    await page.keyboard.press('Control+Shift+Space')
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
    await expect
      .poll(() => page.getByRole('button', { name: 'Resume', exact: true }).count())
      .toBe(0)
  })

  test.skipIf(!isServed)(
    'the host is killed in mid-run: the page says so, and the work is there when it is back (not in the app, which is its own host)',
    async () => {
      await yard.addTask({ id: 'long', title: 'Long work', exec: untilTold('long') })
      await goTo('#/task/long')
      await inspector().getByText('In progress').first().waitFor()
      await yard.kill()
      await page.getByText('The connection to the yard is lost. Agents go on.').waitFor()
      await page
        .getByRole('contentinfo', { name: 'Status' })
        .getByText(/Reconnecting/)
        .waitFor()
      await inspector().getByRole('heading', { name: 'Long work' }).waitFor()
      await yard.start()
      await page
        .getByText('The connection to the yard is lost. Agents go on.')
        .waitFor({ state: 'hidden' })
      await inspector().getByText('In progress').first().waitFor()
      await yard.tell('long')
      await inspector().getByText('Done').first().waitFor()
      await page.getByRole('status').getByText('0 of 4 agents').waitFor()
      expect(await page.getByText(/^The connection to the yard is lost/).count()).toBe(0)
    },
  )

  test('a yard without tasks takes a list of them at once', async () => {
    await page.getByRole('button', { name: 'Paste a list' }).click()
    const dialog = page.getByRole('dialog', { name: 'Make tasks of a list' })
    const field = dialog.getByRole('textbox', { name: 'One task a line' })
    await expect.poll(() => field.evaluate((each) => each === document.activeElement)).toBe(true)
    expect(await dialog.getByRole('button', { name: 'Make 0 tasks' }).isDisabled()).toBe(true)
    await field.fill('- Draw it\n  - Build it')
    await dialog.getByRole('button', { name: 'Make 2 tasks' }).click()
    await page.getByRole('group', { name: /^Build it\./ }).waitFor()
    expect(await page.getByText('Draw the first task').count()).toBe(0)
  })

  test.skipIf(!isServed)(
    'an address works once, while a reload keeps the page (not in the app, which has no address)',
    async () => {
      await page.getByText('Draw the first task').waitFor()
      await reload()
      await page.getByText('Draw the first task').waitFor()
      const second = await stage.openAnother(stage.address)
      await second.page.getByText('This address opens nothing any more').waitFor()
      expect(second.complaints).toEqual([])
    },
  )

  test('a link from outside opens its task and carries out nothing', async () => {
    await yard.addTask({ id: 'held', title: 'Held', exec: 'true', paused: true })
    await goTo('#/task/held')
    await inspector().getByRole('heading', { name: 'Held' }).waitFor()
    await inspector().getByText('Paused').first().waitFor()
    await goTo('#/task/no-such-task')
    await inspector()
      .getByText(/no task/)
      .waitFor()
    expect(await page.getByRole('status').getByText('0 of 4 agents').count()).toBe(1)
  })

  test('F6 goes round the regions; the rail and the inspector are sized by keys', async () => {
    // Held, so that no button comes or goes under the focus.
    await yard.addTask({ id: 'one', title: 'One', exec: 'true', paused: true })
    await goTo('#/task/one')
    await inspector().getByRole('button', { name: 'Edit description' }).waitFor()
    await page.getByRole('button', { name: 'Pause', exact: true }).first().focus()
    const seen = new Set<string>()
    for (let press = 0; press < 6; press++) {
      await page.keyboard.press('F6')
      seen.add(
        await page.evaluate(
          () => document.activeElement?.closest('[data-region]')?.className.split(' ')[0] ?? '',
        ),
      )
    }
    expect([...seen].toSorted()).toEqual(['inspector', 'rail', 'stage', 'status-bar', 'title-bar'])
    const edge = page.getByRole('separator', { name: 'Width of the inspector' })
    const before = Number(await edge.getAttribute('aria-valuenow'))
    await edge.press('ArrowLeft')
    await expect
      .poll(async () => Number(await edge.getAttribute('aria-valuenow')))
      .toBe(before + 40)
    await reload()
    await expect
      .poll(async () => Number(await edge.getAttribute('aria-valuenow')))
      .toBe(before + 40)
  })

  test('the smallest window and a zoom of 200 % lose nothing and scroll nowhere sideways', async () => {
    await yard.addTask({ id: 'one', title: 'One', exec: 'true' })
    for (const size of [
      { width: 720, height: 480 },
      { width: 720, height: 450 }, // 1440 × 900 at 200 %
    ]) {
      await page.setViewportSize(size)
      for (const hash of ['#/graph', '#/graph?task=one', '#/tasks', '#/agents', '#/settings']) {
        await goTo(hash)
        await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
        await expect.poll(overflow, { message: hash }).toBe(0)
      }
    }
  })

  test('the theme is chosen and kept', async () => {
    await goTo('#/settings')
    await page.getByRole('radio', { name: 'Dark' }).click()
    await expect
      .poll(() => page.evaluate(() => document.documentElement.dataset['theme']))
      .toBe('dark')
    await reload()
    await expect
      .poll(() => page.evaluate(() => document.documentElement.dataset['theme']))
      .toBe('dark')
  })
})
