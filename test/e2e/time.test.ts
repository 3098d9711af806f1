import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { onStage } from './stage.ts'
import { untilTold } from './yard-under-test.ts'

const SETTING = { name: 'atlas' }

onStage('the past: the time strip and the journal', SETTING, (stage) => {
  const { goTo, inspector, page, yard } = stage
  const head = (): Locator => page.getByRole('slider', { name: 'Time', exact: true })
  const banner = (): Locator => page.getByRole('status', { name: 'The past is shown' })
  const said = (): Promise<string | null> => head().getAttribute('aria-valuetext')
  const journal = (): Locator => page.getByRole('listbox', { name: 'Journal' })
  /** Whatever the level of detail, the graph names its tasks. */
  const tasksSeen = (): Promise<number> => page.locator('.react-flow__node').count()

  test('the head shows the graph as it stood, by keys and pointer, and Esc comes back', async () => {
    await yard.addTask({ id: 'a', title: 'Alpha', exec: 'true' })
    await goTo('#/graph')
    await expect.poll(said).toMatch(/^Live/)
    const between = new Date().toISOString()
    await yard.addTask({ id: 'b', title: 'Bravo', exec: 'exit 3' })
    await page.getByText('Bravo').first().waitFor()
    await expect.poll(tasksSeen).toBe(2)
    await goTo(`#/graph?at=${encodeURIComponent(between)}`)
    await banner().waitFor()
    await expect.poll(tasksSeen).toBe(1)
    await page.keyboard.press('Escape')
    await banner().waitFor({ state: 'detached' })
    await expect.poll(tasksSeen).toBe(2)
    await page.keyboard.press('t')
    await expect
      .poll(() => head().evaluate((slider) => slider === document.activeElement))
      .toBe(true)
    await page.keyboard.press('Home')
    await banner().waitFor()
    await expect.poll(() => page.url()).toContain('at=')
    await page.keyboard.press('End')
    await expect.poll(said).toMatch(/^Live/)
    const box = await head().boundingBox()
    if (box === null) throw new Error('the strip is not there')
    await page.mouse.move(box.x + box.width * 0.8, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.3, box.y + 20, { steps: 6 })
    await page.mouse.up()
    await banner().waitFor()
    await banner().getByRole('button', { name: /Live/ }).click()
    await expect.poll(said).toMatch(/^Live/)
  })

  test('no word on the strip lies over another, at any width', async () => {
    await yard.addTask({ id: 'a', title: 'Alpha', exec: untilTold('a') })
    await expect.poll(said).toMatch(/^Live/)
    const words = (): Promise<readonly (readonly [number, number])[]> =>
      head()
        .locator('.time-labels span')
        .evaluateAll((each) =>
          each
            .map((word) => word.getBoundingClientRect())
            .map(({ left, right }) => [left, right] as const)
            .toSorted(([a], [b]) => a - b),
        )
    for (const width of [1440, 1280, 720]) {
      await page.setViewportSize({ width, height: 800 })
      await expect
        .poll(async () => (await words()).length, { message: `${width}` })
        .toBeGreaterThan(0)
      const places = await words()
      for (const [i, [left]] of places.slice(1).entries())
        expect(left, `${width}`).toBeGreaterThanOrEqual(places[i]?.[1] ?? 0)
    }
    await yard.tell('a')
  })

  test('steps are short and long, and ⌘← finds the failure', async () => {
    await yard.addTask({ id: 'f', title: 'Broken', exec: 'exit 3' })
    await page.getByText('Broken').first().waitFor()
    await expect.poll(said).toMatch(/^Live/)
    await page
      .getByRole('link', { name: /Attention/ })
      .getByText('1')
      .waitFor()
    const at = async (): Promise<number> => Number(await head().getAttribute('aria-valuenow'))
    await head().focus()
    await page.keyboard.press('ArrowLeft')
    await expect.poll(said).toMatch(/ago$/)
    const near = await at()
    await page.keyboard.press('Shift+ArrowLeft')
    await expect.poll(at).toBeLessThan(near)
    await page.keyboard.press('End')
    await expect
      .poll(async () => {
        await page.keyboard.press('Control+ArrowLeft')
        return await said()
      })
      .toMatch(/ago$/)
    await banner().waitFor()
    await page.locator('.react-flow__node').getByText('it exited with 3').waitFor()
  })

  test('a replay runs and stops; without motion it goes from event to event', async () => {
    await yard.addTask({ id: 'a', title: 'Alpha', exec: 'true' })
    await expect.poll(said).toMatch(/^Live/)
    await head().focus()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Stop the replay' }).waitFor()
    await expect.poll(said).toMatch(/^Live/)
    await page.getByRole('button', { name: 'Replay from the start' }).waitFor()
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await head().focus()
    await page.keyboard.press('Space')
    await banner().waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Stop the replay' }).count()).toBe(0)
  })

  test('the journal grows as things happen, pages back, and opens what a row is about', async () => {
    await yard.addTask({ id: 'a', title: 'Alpha', exec: 'true' })
    await page.keyboard.press('Control+j')
    await journal()
      .getByRole('option', { name: /Alpha.*Done/ })
      .first()
      .waitFor()
    await yard.addTask({ id: 'b', title: 'Bravo', exec: untilTold('b') })
    const newest = journal().getByRole('option', { name: /Bravo/ }).first()
    await newest.waitFor()
    await newest.click()
    await inspector().getByRole('heading', { name: 'Bravo' }).waitFor()
    await yard.addTasks(
      Array.from({ length: 600 }, (_, i) => ({
        id: `t${i}`,
        title: `Piece ${i}`,
        exec: 'true',
        paused: true,
      })),
    )
    await journal().getByRole('option', { name: /Piece/ }).first().waitFor()
    expect(await journal().getByRole('option').count()).toBeLessThan(80)
    await journal().focus()
    await expect
      .poll(async () => {
        await page.keyboard.press('End')
        return await journal().getByRole('option', { name: /Alpha/ }).count()
      })
      .toBeGreaterThan(0)
    await yard.addTask({ id: 'c', title: 'Charlie', exec: 'true', paused: true })
    await page.getByRole('button', { name: /new$/ }).click()
    await journal()
      .getByRole('option', { name: /Charlie/ })
      .first()
      .waitFor()
    await journal().focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await inspector().getByRole('heading', { name: 'Charlie' }).waitFor()
  })

  test('the log of the service and the problems are there', async () => {
    await yard.addTask({ id: 's', title: 'Stuck one', exec: 'true', paused: true })
    await page.keyboard.press('Control+j')
    await page.getByRole('tab', { name: 'Service log' }).click()
    await page.getByRole('log', { name: 'Service log' }).waitFor()
    await page.getByRole('tab', { name: 'Problems' }).click()
    expect(await page.getByText('No problems.').textContent()).toBe('No problems.')
    await page.getByRole('button', { name: 'Close the journal' }).click()
    await journal().waitFor({ state: 'detached' })
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await yard.addTask({ id: 'a', title: 'Alpha', exec: 'true' })
    await expect.poll(said).toMatch(/^Live/)
    await head().focus()
    await page.keyboard.press('Home')
    await banner().waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+j')
    await journal().getByRole('option').first().waitFor()
    for (const tab of ['Journal', 'Service log', 'Problems']) {
      await page.getByRole('tab', { name: tab }).click()
      expect({ tab, found: await axeViolations(page) }).toEqual({ tab, found: [] })
    }
  })
})
