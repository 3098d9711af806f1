import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { onStage } from './stage.ts'
import { untilTold } from './yard-under-test.ts'

onStage('the Agents screen', { ready: openAgents }, ({ page, yard }) => {
  const row = (id: string) => page.getByRole('row').filter({ hasText: id })

  test('agents at work, done and failed are told apart, filtered and opened by keys', async () => {
    await yard.addTask({ title: 'Fails', exec: 'exit 3' })
    await row('agent-1').getByText('Failed').waitFor()
    await row('agent-1').getByText('Exit 3').waitFor()
    await yard.addTask({ title: 'Works', exec: untilTold('work') })
    await row('agent-2').getByText('Working').waitFor()
    await page.getByRole('button', { name: /^agent-2: Works, working/ }).waitFor()
    await page.keyboard.press('/')
    await page.locator('input:focus').waitFor()
    await page.keyboard.type('fails')
    await row('agent-2').waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await row('agent-2').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/agent=agent-1/)
    expect(page.url()).toContain('tab=output')
    await yard.tell('work')
    await row('agent-2').getByText('Done').waitFor()
  })

  test('an agent is killed by two presses, and its task can start again', async () => {
    await yard.addTask({ title: 'Long', exec: untilTold('long') })
    await page.getByRole('button', { name: 'Kill agent-1' }).click()
    await row('agent-1')
      .getByRole('button', { name: /^Kill\? / })
      .click()
    await row('agent-1').getByText('Killed', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Start again' }).click()
    await row('agent-2').getByText('Working').waitFor()
    expect(await row('agent-1').getByRole('button', { name: 'Kill' }).count()).toBe(0)
  })

  test('all are killed after a question that names them', async () => {
    await yard.addTask({ title: 'One', exec: untilTold('a') })
    await yard.addTask({ title: 'Two', exec: untilTold('b') })
    await row('agent-2').getByText('Working').waitFor()
    await page.getByRole('button', { name: 'Kill all' }).click()
    const dialog = page.getByRole('dialog', { name: 'Kill all 2 agents?' })
    await dialog.getByText('agent-1 on “One”').waitFor()
    await dialog.getByRole('button', { name: 'Kill 2 agents' }).click()
    await page.getByText('0 of 4 taken').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Kill all' }).isDisabled()).toBe(true)
  })

  test('the cap is set, and says where it comes from', async () => {
    await page.getByRole('button', { name: 'Caps' }).click()
    await page.getByText('The default.').waitFor()
    await page.getByLabel('Max agents').fill('2')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByText('0 of 2 taken').waitFor()
    await page.getByText('From this yard').waitFor()
    await expect.poll(() => page.getByLabel('Max agents').inputValue()).toBe('2')
  })

  test('the table fills its screen, whichever columns a window has room for', async () => {
    await yard.addTask({ title: 'Fails', exec: 'exit 3' })
    await row('agent-1').getByText('Failed').waitFor()
    const table = page.getByRole('grid', { name: 'Agents' })
    const unfilled = (): Promise<number> =>
      table.evaluate((grid) => {
        const end = grid.querySelector('tbody td:last-child')?.getBoundingClientRect().right
        return Math.round(grid.getBoundingClientRect().right - (end ?? 0))
      })
    for (const width of [1440, 1280, 1000]) {
      // oxlint-disable-next-line no-await-in-loop -- one width after the other
      await page.setViewportSize({ width, height: 800 })
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await expect.poll(unfilled).toBe(0)
    }
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await yard.addTask({ title: 'Fails', exec: 'exit 3' })
    await yard.addTask({ title: 'Works', exec: untilTold('work') })
    await row('agent-1').getByText('Failed').waitFor()
    await row('agent-2').getByText('Working').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.getByRole('radio', { name: 'Trends' }).click()
    const plot = page.getByRole('slider', { name: 'Agents over time, moment' })
    await plot.focus()
    const last = await plot.getAttribute('aria-valuenow')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => plot.getAttribute('aria-valuenow')).toBe(String(Number(last) - 1))
    await page.getByText('No agent said what it cost.').waitFor()
    expect(await axeViolations(page)).toEqual([])
  })
})

async function openAgents(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Agents' }).click()
  await page.getByRole('heading', { name: 'Agents' }).waitFor()
}
