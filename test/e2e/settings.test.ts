/** The Settings screen against a real host: the window's own settings, real files of the configuration, the service. */
import { existsSync } from 'node:fs'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { CLIPBOARD, onStage } from './stage.ts'
import { untilTold } from './yard-under-test.ts'

const SETTING = { name: 'atlas', permissions: [...CLIPBOARD, 'notifications'] }

onStage('settings', SETTING, (stage) => {
  const { copied, goTo, isServed, overflow, page, reload, yard } = stage
  const openSection = async (name: string): Promise<void> => {
    await goTo('#/settings')
    await page
      .getByRole('navigation', { name: 'Sections of settings' })
      .getByRole('button', { name, exact: true })
      .click()
    await page.getByRole('heading', { level: 2, name, exact: true }).waitFor()
  }
  const setting = (name: string): Locator => page.getByRole('group', { name, exact: true })
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name })
  const yardFile = (): Promise<string> => readFile(join(yard.folder, '.yard/config.toml'), 'utf8')
  const ownFile = (): Promise<string> =>
    readFile(join(yard.env['XDG_CONFIG_HOME'] ?? '', 'yard/config.toml'), 'utf8').catch(() => '')

  test('the look is chosen by keys, and kept; the smallest window shows all settings', async () => {
    await openSection('Look')
    await page.getByRole('radio', { name: 'System' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('radio', { name: 'Light', checked: true }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('radio', { name: 'Dark', checked: true }).waitFor()
    await page.getByRole('radio', { name: 'Downwards' }).click()
    await page.getByRole('switch', { name: 'Minimap' }).click()
    await reload()
    await page.getByRole('radio', { name: 'Dark', checked: true }).waitFor()
    await page.getByRole('radio', { name: 'Downwards', checked: true }).waitFor()
    expect(await page.getByRole('switch', { name: 'Minimap' }).isChecked()).toBe(false)
    await page.setViewportSize({ width: 720, height: 480 })
    for (const section of ['Keys', 'Coordinator', 'Service']) {
      await openSection(section)
      await expect.poll(overflow, { message: section }).toBe(0)
    }
  })

  test('a command gets other keys by pressing them, and gives them back', async () => {
    await openSection('Keys')
    await button('Change keys of Agents').click()
    await page.keyboard.press('Control+Alt+j')
    await setting('Agents')
      .getByText(/Alt\+J/)
      .waitFor()
    await page.keyboard.press('Control+Alt+j')
    await page.getByRole('main', { name: 'Agents' }).waitFor()
    await openSection('Keys')
    await button('Reset keys of Agents').click()
    await setting('Agents').getByText('G A').waitFor()
    await button('Turn off keys of Agents').click()
    await setting('Agents').getByText('None').waitFor()
    await page.keyboard.press('Control+3')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Settings')
  })

  test('keys of others are taken only on demand; two keys, Esc, and no single ones', async () => {
    await openSection('Keys')
    await button('Change keys of Agents').click()
    await page.keyboard.press('Control+2')
    await page.getByText('Ctrl+2 is Tasks.').waitFor()
    await button('Leave it').click()
    await setting('Agents').getByText('Ctrl+3').waitFor()
    await button('Change keys of Agents').click()
    await page.keyboard.press('Control+2')
    await button('Use it here').click()
    await setting('Agents').getByText('Ctrl+2').waitFor()
    expect(await setting('Tasks').getByText('Ctrl+2').count()).toBe(0)
    await page.keyboard.press('Control+2')
    await page.getByRole('main', { name: 'Agents' }).waitFor()
    await openSection('Keys')
    await button(/^Reset all/).click()
    await button('Change keys of Agents').click()
    await page.keyboard.press('Escape')
    await setting('Agents').getByText('Ctrl+3').waitFor()
    await button('Change keys of Agents').click()
    await page.keyboard.press('v')
    await page.keyboard.press('w')
    await setting('Agents').getByText('V W').waitFor()
    await page.getByRole('switch', { name: 'Single keys' }).click()
    await setting('Agents').getByText('None').waitFor()
    await setting('Tasks').getByText('Ctrl+2').waitFor()
    expect(await setting('Tasks').getByText('G T').count()).toBe(0)
  })

  test('an entry of the configuration is set for this yard, and reset', async () => {
    await openSection('Coordinator')
    const most = page.getByRole('textbox', { name: 'Max agents' })
    await most.fill('7')
    await most.press('Enter')
    await page.getByRole('status').getByText('of 7 agents').waitFor()
    await setting('Max agents').getByText('This yard').waitFor()
    expect(await yardFile()).toMatch(/max_agents = 7/)
    await setting('Max agents')
      .getByRole('button', { name: /^(Copy|Open) \.yard\/config\.toml:\d+$/ })
      .waitFor()
    await button('Reset Max agents').click()
    await setting('Max agents').getByText('Default').waitFor()
    expect(await yardFile()).not.toMatch(/^max_agents = 7/m)
  })

  test.skipIf(!isServed)(
    'the place in the file that sets an entry is copied (not in the app, which opens it)',
    async () => {
      await yard.post('/config', {
        scope: 'project',
        edits: [{ key: 'coordinator.max_agents', value: '7' }],
      })
      await openSection('Coordinator')
      await setting('Max agents')
        .getByRole('button', { name: /Copy \.yard\/config\.toml:\d+/ })
        .click()
      await setting('Max agents').getByText('Copied').waitFor()
      expect(await copied()).toMatch(/atlas\/\.yard\/config\.toml:\d+$/)
    },
  )

  test('a value out of bounds is refused at its place, Esc takes it back', async () => {
    await openSection('Agents')
    const silence = page.getByRole('textbox', { name: 'Silence' })
    await silence.fill('a while')
    await silence.press('Enter')
    await setting('Silence')
      .getByRole('alert')
      .getByText(/must be a number of minutes/)
      .waitFor()
    await silence.press('Escape')
    await expect.poll(() => silence.inputValue()).toBe('5')
    await silence.fill('90s')
    await silence.press('Enter')
    await expect.poll(() => silence.inputValue()).toBe('1.5')
  })

  test('for all yards: it goes to the person’s file, and this yard’s own stands over it', async () => {
    await openSection('Storage')
    await page.getByRole('radio', { name: 'All yards' }).click()
    await page.getByRole('combobox', { name: 'Written to the disk' }).click()
    await page.getByRole('option', { name: 'Each commit' }).click()
    await setting('Written to the disk').getByText('Your file').waitFor()
    expect(await ownFile()).toMatch(/synchronous = "full"/)
    await page.getByRole('radio', { name: 'This yard' }).click()
    const kept = page.getByRole('textbox', { name: 'Backups kept' })
    await kept.fill('9')
    await kept.press('Enter')
    await setting('Backups kept').getByText('This yard', { exact: true }).waitFor()
    await page.getByRole('radio', { name: 'All yards' }).click()
    await setting('Backups kept')
      .getByText(/stands over what holds for all yards/)
      .waitFor()
    expect(await kept.isDisabled()).toBe(true)
  })

  test.skipIf(!isServed)(
    'what the environment says is not edited, and says why (not in the app, which is its own host)',
    async () => {
      await yard.kill()
      Object.assign(yard.env, { YARD_COORDINATOR_MAX_AGENTS: '3' })
      await yard.start()
      await openSection('Coordinator')
      await setting('Max agents')
        .getByText(/Set by YARD_COORDINATOR_MAX_AGENTS in the environment/)
        .waitFor()
      expect(await page.getByRole('textbox', { name: 'Max agents' }).isDisabled()).toBe(true)
      expect(await button('Reset Max agents').count()).toBe(0)
    },
  )

  test('a file that was edited beside the window waits, and the setting says so', async () => {
    await openSection('Agents')
    const file = join(yard.folder, '.yard/config.toml')
    await appendFile(file, '\n[executors.mine]\ntype = "shell"\n')
    await writeFile(file, (await yardFile()).replace(/^\[agent\]$/m, '$&\nmax_subtasks = 9'))
    // The files are looked at again when the page is seen.
    const lookAgain = () =>
      page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')))
    await lookAgain()
    await setting('Added tasks').getByText('Pending: 9').waitFor()
    await page
      .getByText('Changed in the files, not reloaded: agent.max_subtasks, executors.mine.type')
      .waitFor()
    await yard.post('/service/reload', {})
    await lookAgain()
    await expect.poll(() => page.getByText('Pending:').count()).toBe(0)
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Added tasks' }).inputValue())
      .toBe('9')
  })

  test('the search finds over all sections, by word and by key', async () => {
    await goTo('#/settings')
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await page.keyboard.press('/')
    await page.locator('input:focus').waitFor()
    await page.keyboard.type('backup')
    await page.getByRole('heading', { level: 2, name: 'Storage' }).waitFor()
    await page.getByRole('heading', { level: 2, name: 'Service' }).waitFor()
    await setting('Back up now').waitFor()
    expect(await page.getByRole('heading', { level: 2, name: 'Look' }).count()).toBe(0)
    const search = page.getByRole('searchbox', { name: 'Search settings' })
    await search.fill('coordinator.max_agents')
    await setting('Max agents').waitFor()
    await search.fill('no such words')
    await button('Clear search').click()
    await page.getByRole('heading', { level: 2, name: 'Look' }).waitFor()
    await goTo('#/settings')
    const sections = page.getByRole('navigation', { name: 'Sections of settings' })
    await sections.getByRole('button', { name: 'Coordinator' }).waitFor()
    // Only the app is updated from within.
    expect(await sections.getByRole('button', { name: 'Updates' }).count()).toBe(isServed ? 0 : 1)
    await openSection('Telemetry')
    await page.getByText('There is none.').waitFor()
  })

  test.skipIf(!isServed)(
    'notifications: the browser is asked, each kind is chosen (not in the app, which has no browser to ask)',
    async () => {
      await openSection('Notifications')
      await page.getByText('Allowed by the browser').waitFor()
      await page.getByRole('switch', { name: 'A task has failed' }).click()
      await reload()
      await page.getByRole('switch', { name: 'A task has failed', checked: false }).waitFor()
      expect(await page.getByRole('switch', { name: 'Something needs you' }).isChecked()).toBe(true)
    },
  )

  test.skipIf(!isServed)(
    'the service: what it is, a backup, and its end with or without agents (not in the app, which is its own host)',
    async () => {
      await yard.addTask({ id: 'long', title: 'Long', exec: untilTold('long') })
      await openSection('Service')
      await setting('Status').getByText('Run in a terminal').waitFor()
      const address = (await setting('Status').locator('code').textContent()) ?? ''
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      await button('Back up now').click()
      const path = setting('Back up now').locator('code')
      await path.waitFor()
      expect(existsSync((await path.textContent()) ?? '')).toBe(true)
      await page.getByText('1 of 4 agents').first().waitFor()
      await button('Stop the service…').click()
      const dialog = page.getByRole('dialog', { name: 'Stop the service with 1 agent alive?' })
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await button('Stop the service…').click()
      await dialog.getByRole('button', { name: 'Stop and kill 1 agent' }).click()
      await page.getByText('The connection to the yard is lost. Agents go on.').waitFor()
      await yard.start()
      await page.getByText('0 of 4 agents').first().waitFor()
    },
  )

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    const sections = ['Look', 'Keys', 'Notifications', 'Coordinator', 'Service']
    for (const section of sections) {
      await openSection(section)
      expect({ section, found: await axeViolations(page) }).toEqual({ section, found: [] })
    }
  })
})
