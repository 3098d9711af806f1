import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { onStage } from './stage.ts'
import { untilTold, type YardUnderTest } from './yard-under-test.ts'

const SETTING = { name: 'atlas', prepare: addSoak }

onStage('the palette and the map of keys', SETTING, (stage) => {
  const { inspector, page } = stage
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
    await inspector().getByRole('heading', { name: 'Soak test' }).waitFor()
    await expect.poll(() => palette().count()).toBe(0)
  })

  test('runs a command, shows it first the next time, and says why one cannot be done', async () => {
    await page.keyboard.press('Control+Shift+P')
    await palette().getByRole('combobox').pressSequentially('pause or resume the coordinator')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor()
    await palette().waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    const first = palette().getByRole('option').first()
    await expect.poll(() => first.textContent()).toContain('Pause or resume the coordinator')
    await expect.poll(() => first.getAttribute('data-highlighted')).toBe('')
    await palette().getByRole('combobox').fill('> undo')
    const undo = palette().getByRole('option', { name: /Undo/ })
    await expect.poll(() => undo.getAttribute('aria-disabled')).toBe('true')
    expect(await undo.textContent()).toContain('Nothing to undo')
    await page.keyboard.press('Escape')
    await palette().waitFor({ state: 'detached' })
  })

  test('a tag narrows the graph down; nonsense finds nothing and says so', async () => {
    await type('#slow')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('tag%3Aslow')
    await palette().waitFor({ state: 'detached' })
    await type('zzz no such thing')
    await palette().getByText('Nothing is called that.').waitFor()
  })

  test('the keys are shown whole in a wide window and in the smallest', async () => {
    const keys = page.getByRole('group', { name: 'Keys by group' })
    await page.keyboard.press('?')
    await keys.waitFor()
    const room = (): Promise<number[]> =>
      keys.evaluate((map) => [
        map.scrollHeight - map.clientHeight,
        map.scrollWidth - map.clientWidth,
      ])
    expect(await room()).toEqual([0, 0])
    await page.setViewportSize({ width: 720, height: 480 })
    expect((await room())[1]).toBe(0)
    const cut = await keys
      .locator('kbd, dd')
      .evaluateAll((all) =>
        all
          .filter((each) => each.scrollWidth > Math.ceil(each.getBoundingClientRect().width))
          .map((each) => each.textContent),
      )
    expect(cut).toEqual([])
    const heights = await keys
      .locator('kbd')
      .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height))
    expect(new Set(heights).size).toBe(1)
  })

  test.skipIf(!stage.isServed)(
    'news lie under the map of keys (not in the app, which makes no offer)',
    async () => {
      await stage.yard.addTask({ id: 'runs', title: 'Runs', exec: untilTold('runs') })
      const offer = page.getByText('Tell you when something needs you or all is done?')
      await offer.waitFor()
      await page.setViewportSize({ width: 720, height: 480 })
      await page.keyboard.press('?')
      await page.getByRole('group', { name: 'Keys by group' }).waitFor()
      const isOver = await offer.evaluate((toast) => {
        const { left, top, width, height } = toast.getBoundingClientRect()
        return toast.contains(document.elementFromPoint(left + width / 2, top + height / 2))
      })
      expect(isOver).toBe(false)
    },
  )

  test.each(['light', 'dark'] as const)(
    'nothing stands against access, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme })
      await type('t')
      expect(await axeViolations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await palette().waitFor({ state: 'detached' })
      await page.keyboard.press('?')
      await page
        .getByRole('dialog', { name: 'Keys' })
        .getByText('Add a task', { exact: true })
        .waitFor()
      expect(await axeViolations(page)).toEqual([])
    },
  )
})

function addSoak(yard: YardUnderTest): Promise<void> {
  return yard.addTask({
    id: 'soak',
    title: 'Soak test',
    exec: 'true',
    paused: true,
    tags: ['slow'],
  })
}
