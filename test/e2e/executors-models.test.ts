/** The Executors and Models screens against a real host: what can run, what mends it, who uses it, and edits of real files. */
import { execFile } from 'node:child_process'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { CLIPBOARD, onStage } from './stage.ts'
import { untilTold, type YardUnderTest } from './yard-under-test.ts'

const CONFIG = `
[executors.absent]
type = "claude"
command = ["/nowhere/claude"]

[executors.shell]
max_agents = 3

[models.own]
provider = "openrouter"
model_id = "vendor/own-1"
tier = "cheap"

[models.spare]
provider = "openrouter"
model_id = "vendor/spare"

[models.steady]
provider = "openai"
model_id = "gpt-steady"
cost_in = 0.75
cost_out = 4.5
cost_cached = 0.075
price_date = "2026-03"
`

const SETTING = { name: 'atlas', permissions: CLIPBOARD, furnish: configure }

onStage('executors and models', SETTING, (stage) => {
  const { copied, goTo, overflow, page, yard } = stage
  const written = (): Promise<string> => readFile(configFile(yard), 'utf8')
  const row = (name: string): Locator => page.getByRole('row').filter({ hasText: name })
  const panel = (name: string): Locator =>
    page.getByRole('complementary', { name: `Executor ${name}` })
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name })
  const openActs = async (model: string): Promise<void> => {
    await button(`Actions of ${model}`).click()
  }
  const choose = (name: string): Promise<void> => page.getByRole('menuitem', { name }).click()

  test('an executor that cannot run says why, and brings the command that mends it', async () => {
    await goTo('#/executors')
    await row('absent')
      .getByText(/nowhere\/claude was not found/)
      .waitFor()
    await row('absent').getByText('Cannot run').waitFor()
    await row('shell').getByText('Ready').waitFor()
    await row('shell').getByText('/bin/sh').waitFor()
    await button('absent').click()
    const command = `yard config 'executors.absent.command' '["/path/to/claude"]'`
    await panel('absent')
      .getByRole('button', { name: `Copy ${command}` })
      .click()
    await panel('absent').getByText('Copied').first().waitFor()
    expect(await copied()).toBe(command)
  })

  test('its program is set in place, and looking again finds it', async () => {
    await goTo('#/executors?executor=absent')
    const program = panel('absent').getByRole('textbox', { name: 'Program' })
    await program.fill('["/bin/sh"]')
    await program.press('Enter')
    await row('absent').getByText('Ready').waitFor()
    expect(await written()).toMatch(/command = \[\s*"\/bin\/sh"\s*\]/)
    // Behind the page's back: only looking again can find it out.
    await writeFile(configFile(yard), (await written()).replace('"/bin/sh"', '"/nowhere/else"'))
    await cli(yard, 'service', 'reload')
    await button('Look again').click()
    await row('absent')
      .getByText(/nowhere\/else was not found/)
      .waitFor()
  })

  test('places in use, who uses it, and the way to its tasks', async () => {
    await yard.addTask({ id: 'long', title: 'Long work', exec: untilTold('long') })
    await yard.addTask({ id: 'held', title: 'Held work', executor: 'absent', paused: true })
    await goTo('#/executors')
    await row('shell').getByText('1 of 3').waitFor({ state: 'attached' })
    await button('absent').click()
    await panel('absent')
      .getByText(/1 unfinished task names it/)
      .waitFor()
    await panel('absent').getByRole('button', { name: 'Show them' }).click()
    await page.getByRole('main', { name: 'Tasks' }).getByText('Held work').first().waitFor()
    expect(await page.getByRole('main', { name: 'Tasks' }).getByText('Long work').count()).toBe(0)
    await yard.tell('long')
  })

  test('keys walk the names, open the panel and close it', async () => {
    await goTo('#/executors')
    await button('absent').focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    const [open] = await page.getByRole('complementary').all()
    expect(await open?.getAttribute('aria-label')).toMatch(/^Executor /)
    const program = page.getByRole('complementary').getByRole('heading', { level: 2 })
    const name = await program.textContent()
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).focus()
    await page.keyboard.press('Escape')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(name)
  })

  test('a setting is reset, and the host’s refusal stands at its place', async () => {
    await goTo('#/executors?executor=shell')
    const most = panel('shell').getByRole('textbox', { name: 'At most' })
    await most.fill('many')
    await panel('shell').getByRole('button', { name: 'Set At most', exact: true }).click()
    await panel('shell')
      .getByRole('group', { name: 'At most' })
      .getByRole('alert')
      .getByText(/must be a whole number/)
      .waitFor()
    await panel('shell').getByRole('button', { name: 'Reset At most' }).click()
    await expect.poll(written).not.toContain('max_agents = 3')
    await expect.poll(() => most.inputValue()).toBe('')
  })

  test('another default says first whom it changes', async () => {
    await yard.addTask({ id: 'a', title: 'A', executor: 'claude', paused: true })
    await yard.addTask({ id: 'b', title: 'B', executor: 'claude', paused: true, model: 'haiku' })
    await goTo('#/models')
    await row('opus').getByText('default', { exact: true }).waitFor()
    await openActs('sonnet')
    await choose('Set as default…')
    await page
      .getByRole('dialog')
      .getByText(/Would change 1 task\./)
      .waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Set as default' }).click()
    await row('sonnet').getByText('default', { exact: true }).waitFor()
    expect(await written()).toMatch(/model = "sonnet"/)
  })

  test('a model is added, edited, removed, and brought back', async () => {
    await goTo('#/models')
    await button('Model').click()
    const dialog = page.getByRole('dialog', { name: 'Add a model' })
    await dialog.getByRole('textbox', { name: 'Name' }).fill('opus')
    await dialog.getByRole('button', { name: 'Add model' }).click()
    await dialog.getByText('There is a model of this name').waitFor()
    await dialog.getByRole('textbox', { name: 'Name' }).fill('qwen-local')
    await dialog.getByRole('textbox', { name: 'Provider' }).fill('ollama')
    await dialog.getByRole('textbox', { name: 'Model id' }).fill('qwen3:30b')
    await dialog.getByRole('button', { name: 'Add model' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await row('qwen-local').getByText('qwen3:30b').waitFor()
    expect(await row('qwen-local').getAttribute('data-chosen')).toBe('true')
    await openActs('qwen-local')
    await choose('Edit…')
    const edit = page.getByRole('dialog', { name: 'Edit qwen-local' })
    await edit.getByRole('textbox', { name: 'Tier' }).fill('free')
    await edit.getByRole('button', { name: 'Save' }).click()
    await row('qwen-local').getByText('free').waitFor()
    await openActs('qwen-local')
    await choose('Remove')
    await row('qwen-local').waitFor({ state: 'detached' })
    expect(await written()).not.toContain('qwen-local')
    await button('Undo').click()
    await row('qwen-local').getByText('qwen3:30b').waitFor()
    await row('qwen-local').getByText('free').waitFor()
  })

  test('an executor is added with the fields of its type, and its headers name variables', async () => {
    await goTo('#/executors')
    await button('Executor').click()
    const dialog = page.getByRole('dialog', { name: 'Add an executor' })
    await dialog.getByRole('textbox', { name: 'Name' }).fill('absent')
    await dialog.getByRole('combobox', { name: 'Type' }).click()
    await page.getByRole('option', { name: 'HTTP service' }).click()
    await dialog.getByRole('button', { name: 'Add executor' }).click()
    await dialog.getByText('There is an executor of this name').waitFor()
    await dialog.getByText('It cannot work without').waitFor()
    await dialog.getByRole('textbox', { name: 'Name' }).fill('rig')
    await dialog.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:9/tasks')
    await dialog.getByRole('button', { name: 'Add executor' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await panel('rig').getByText('No test: the service would take it for a task.').waitFor()
    const address = panel('rig').getByRole('textbox', { name: 'Address' })
    await expect.poll(() => address.inputValue()).toBe('http://127.0.0.1:9/tasks')
    await panel('rig').getByRole('textbox', { name: 'New header' }).fill('Authorization')
    await panel('rig').getByRole('textbox', { name: 'From the variable' }).fill('not a name')
    await panel('rig').getByRole('button', { name: 'Add header' }).click()
    await panel('rig').getByText('The name of a variable, never the value').waitFor()
    await panel('rig').getByRole('textbox', { name: 'From the variable' }).fill('RIG_KEY')
    await panel('rig').getByRole('button', { name: 'Add header' }).click()
    const header = panel('rig').getByRole('textbox', { name: 'Header Authorization' })
    await expect.poll(() => header.inputValue()).toBe('{ from = "RIG_KEY" }')
    expect(await written()).toContain('from = "RIG_KEY"')
    // Without its type the rest would be no profile, so that is never taken out alone.
    await panel('rig').getByRole('combobox', { name: 'Type' }).waitFor()
    expect(await panel('rig').getByRole('button', { name: 'Reset Type' }).count()).toBe(0)
    await panel('rig').getByRole('button', { name: 'Reset Address' }).waitFor()
    await yard.addTask({ id: 'r', title: 'On the rig', executor: 'rig', paused: true })
    const remove = async (): Promise<void> => {
      await panel('rig').getByRole('button', { name: 'Remove rig' }).click()
      await panel('rig')
        .getByRole('button', { name: /^Remove it from this yard\?/ })
        .click()
    }
    await remove()
    await panel('rig').getByRole('alert').filter({ hasText: /rig/ }).first().waitFor()
    await yard.patch('/task/r', { executor: 'manual' })
    await remove()
    await panel('rig').waitFor({ state: 'detached' })
    await row('rig').waitFor({ state: 'detached' })
    expect(await written()).not.toContain('executors.rig')
    await row('shell').getByRole('button', { name: 'shell' }).click()
    await panel('shell').waitFor()
    expect(
      await panel('shell')
        .getByRole('button', { name: /^Remove/ })
        .count(),
    ).toBe(0)
  })

  test('a program is said as a line, and the list that it becomes is shown', async () => {
    await goTo('#/executors')
    await button('Executor').click()
    const dialog = page.getByRole('dialog', { name: 'Add an executor' })
    await dialog.getByRole('textbox', { name: 'Name' }).fill('my-aider')
    await dialog.getByRole('combobox', { name: 'Type' }).click()
    await page.getByRole('option', { name: 'Command' }).click()
    await dialog.getByRole('textbox', { name: 'Program' }).fill('/bin/sh -c "true now"')
    await dialog.getByText('Runs ["/bin/sh", "-c", "true now"]').waitFor()
    await dialog.getByRole('button', { name: 'Add executor' }).click()
    await row('my-aider').getByText('Ready').waitFor()
    expect(await written()).toMatch(/command = \[\s*"\/bin\/sh",\s*"-c",\s*"true now"\s*\]/)
  })

  test('a model has prices with their date, executors that run it, and roles', async () => {
    await goTo('#/models')
    await row('steady').getByText('2026-03').waitFor()
    await row('steady').getByText('$0.075').waitFor()
    await row('steady').getByText(/codex/).waitFor()
    await openActs('own')
    await choose('Edit…')
    const edit = page.getByRole('dialog', { name: 'Edit own' })
    await edit.getByRole('textbox', { name: 'Price of input' }).fill('cheap')
    await edit.getByRole('button', { name: 'Save' }).click()
    await edit.getByText('US dollars per million tokens, such as 2.5').waitFor()
    await edit.getByRole('textbox', { name: 'Price of input' }).fill('0.4')
    await edit.getByRole('textbox', { name: 'Price of output' }).fill('1.6')
    await edit.getByRole('textbox', { name: 'Price noted' }).fill('2026-11')
    await edit.getByRole('button', { name: 'Save' }).click()
    await row('vendor/own-1').getByText('$0.40').waitFor()
    await row('vendor/own-1').getByText('2026-11').waitFor()
    await button('Roles').click()
    const roles = page.getByRole('dialog', { name: 'Roles of models' })
    await roles.getByRole('combobox', { name: 'Merger' }).click()
    await page.getByRole('option', { name: 'own', exact: true }).click()
    await roles.getByRole('button', { name: 'Reset Merger' }).waitFor()
    await roles.getByRole('button', { name: 'Close' }).click()
    await row('vendor/own-1').getByText('merger', { exact: true }).waitFor()
    await openActs('own')
    await choose('Remove')
    await page.getByText('own is in use: models.roles.merger.').waitFor()
    expect(await written()).toMatch(/merger = "own"/)
  })

  test('a model in use is not removed: its users are named; one of the list is built in', async () => {
    await yard.addTask({ title: 'Speaks to own', executor: 'claude', paused: true, model: 'own' })
    await goTo('#/models')
    await row('vendor/own-1')
      .getByRole('button', { name: /1 tasks? name/ })
      .waitFor()
    await openActs('own')
    await choose('Remove')
    await page.getByText('own is in use: “Speaks to own”.').waitFor()
    expect(await written()).toContain('vendor/own-1')
    await openActs('opus')
    await page.getByRole('menuitem', { name: /Remove.*Built in/ }).waitFor()
    await page.keyboard.press('Escape')
    await row('vendor/own-1')
      .getByRole('button', { name: /1 tasks? name/ })
      .click()
    await page.getByRole('main', { name: 'Tasks' }).getByText('Speaks to own').first().waitFor()
  })

  test('a refusal of the host stands on the screen, and nothing is changed', async () => {
    await goTo('#/models')
    await row('spare').waitFor()
    // The file is broken behind the page's back: the host must not touch it.
    await appendFile(configFile(yard), '\nnot toml at all\n')
    await openActs('spare')
    await choose('Remove')
    await page
      .getByRole('main', { name: 'Models' })
      .getByText(/config\.toml:\d+/)
      .waitFor()
    expect(await written()).toContain('vendor/spare')
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await goTo('#/executors?executor=absent')
    await panel('absent').getByRole('textbox', { name: 'Program' }).waitFor()
    await button('Look again').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await goTo('#/models')
    await row('vendor/own-1').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await button('Model').click()
    await page.getByRole('dialog').waitFor()
    expect(await axeViolations(page)).toEqual([])
  })

  test('a wide window has both on one page: the rail leads to a half, each has a filter of its own', async () => {
    const table = (name: string): Locator => page.getByRole('table', { name, exact: true })
    const shows = (name: string): Promise<boolean> =>
      page
        .getByRole('heading', { level: 1, name })
        .evaluate((head) => head.getBoundingClientRect().top < innerHeight / 4)
    await goTo('#/executors')
    await table('Models').getByRole('row').nth(2).waitFor({ state: 'attached' })
    await page.getByRole('link', { name: 'Models' }).click()
    await expect.poll(() => shows('Models')).toBe(true)
    await page.keyboard.press('/')
    await page.keyboard.type('steady')
    await expect.poll(() => table('Models').getByRole('row').count()).toBe(2)
    expect(await table('Executors').getByRole('row').count()).toBeGreaterThan(2)
    await page.getByRole('link', { name: 'Executors' }).click()
    await expect.poll(() => shows('Executors')).toBe(true)
    await table('Executors').getByRole('button', { name: 'absent' }).click()
    await panel('absent').waitFor()
    for (const width of [1440, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      for (const name of ['Executors', 'Models'])
        await expect
          .poll(
            () =>
              table(name).evaluate(
                (each) => each.scrollWidth - (each.parentElement?.clientWidth ?? 0),
              ),
            {
              message: `${name} ${width}`,
            },
          )
          .toBeLessThanOrEqual(0)
    }
    await page.setViewportSize({ width: 1200, height: 800 })
    await table('Models').waitFor({ state: 'detached' })
  })

  test('the smallest window shows all of it', async () => {
    await page.setViewportSize({ width: 720, height: 480 })
    for (const hash of ['#/models', '#/executors', '#/executors?executor=absent']) {
      await goTo(hash)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expect.poll(overflow, { message: hash }).toBe(0)
    }
    await panel('absent').getByRole('textbox', { name: 'Program' }).waitFor()
    await panel('absent').getByRole('button', { name: 'Close' }).click()
    await button('absent').waitFor()
  })
})

const configFile = ({ folder }: YardUnderTest): string => join(folder, '.yard/config.toml')

async function cli({ folder, env }: YardUnderTest, ...words: readonly string[]): Promise<void> {
  const program = resolve(import.meta.dirname, '../../src/cli/index.ts')
  await promisify(execFile)(process.execPath, [program, ...words], { cwd: folder, env })
}

async function configure(yard: YardUnderTest): Promise<void> {
  await appendFile(configFile(yard), CONFIG)
  await cli(yard, 'trust')
}
