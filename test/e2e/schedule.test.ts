import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { onStage } from './stage.ts'
import { untilTold } from './yard-under-test.ts'

onStage('the Schedule screen', { ready: openSchedule }, ({ page, yard }) => {
  const row = (title: string) => page.getByRole('row').filter({ hasText: title })

  test('an empty schedule tells how to make one', async () => {
    await page.getByText('Nothing starts by the clock.').waitFor()
    expect(await page.getByRole('main').getByRole('button', { name: 'Add a task' }).count()).toBe(1)
  })

  test('a repeating task is skipped once, paused, resumed and started now', async () => {
    const exec = untilTold('backup')
    await yard.addTask({ title: 'Backup', exec, schedule: { spec: '0 3 * * *', tz: 'Asia/Tokyo' } })
    await row('Backup').getByText('Every day at 03:00').waitFor()
    const next = row('Backup').locator('time')
    const before = Date.parse((await next.getAttribute('datetime')) ?? '')
    await page.getByRole('button', { name: 'Skip once Backup' }).click()
    await row('Backup')
      .getByRole('button', { name: /^Skip .*\?/ })
      .click()
    await expect
      .poll(async () => Date.parse((await next.getAttribute('datetime')) ?? '') - before)
      .toBe(86_400_000)
    await page.getByRole('button', { name: 'Pause Backup' }).click()
    await row('Backup').getByText('Paused', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Resume Backup' }).click()
    await page.getByRole('button', { name: 'Start now Backup' }).click()
    await row('Backup').getByText('In progress').waitFor()
  })

  test('a delay stands on the line of time and is taken away', async () => {
    const notBefore = new Date(Date.now() + 5 * 3_600_000).toISOString()
    await yard.addTask({ title: 'Later', exec: 'true', notBefore })
    await page.getByRole('button', { name: /^Later .*delay/ }).waitFor()
    await page.getByRole('button', { name: 'Start now Later' }).click()
    await page.getByText('Nothing starts by the clock.').waitFor()
    expect(await page.getByRole('region', { name: 'Next 24 hours' }).count()).toBe(0)
  })

  test('what is left has a forecast, which opens the tasks that decide it', async () => {
    await yard.addTask({ title: 'Way out', id: 'way-out', exec: 'sleep 60' })
    const forecast = page.getByRole('region', { name: 'Forecast' })
    await forecast.getByText(/Rough: shell had fewer than 3 ended tries/).waitFor()
    const foot = page.getByRole('button', { name: /Main line ends about .* rough/ })
    await foot.focus()
    await foot.press('Enter')
    await forecast.getByRole('button', { name: 'Way out' }).press('Enter')
    await page.getByRole('heading', { name: 'Way out' }).waitFor()
    expect(new URL(page.url()).hash).toContain('way-out')
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await yard.addTask({ title: 'Often', exec: 'true', schedule: { spec: '0 * * * *', tz: 'UTC' } })
    await row('Often').waitFor()
    await page.getByRole('region', { name: 'Forecast' }).waitFor()
    await page.getByRole('radio', { name: '7 d' }).click()
    await page.getByRole('region', { name: 'Next 7 days' }).waitFor()
    expect(await axeViolations(page)).toEqual([])
  })
})

function openSchedule(page: Page): Promise<void> {
  return page.getByRole('link', { name: 'Schedule' }).click()
}
