/**
 * What agents cost, what they may cost, and what becomes of work whose provider sleeps: in the window, against real hosts, with
 * CLIs that print what real ones once printed.
 */
import { execFile } from 'node:child_process'
import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { onStage } from './stage.ts'
import type { YardUnderTest } from './yard-under-test.ts'

const TRANSCRIPTS = resolve(import.meta.dirname, '../fixtures/transcripts')
/** What the recorded quota was to be given back; the stand-in says that it is so in an hour. */
const RECORDED_RESET = 1795235568

type Mode = 'answers' | 'out-of-quota' | 'signed-out'

onStage('costs and sleep', { name: 'atlas', furnish }, (stage) => {
  const { goTo, inspector, overflow, page, yard } = stage
  const main = (name: string): Locator => page.getByRole('main', { name })
  const panel = (name: string): Locator =>
    page.getByRole('complementary', { name: `Executor ${name}` })
  const region = (name: string): Locator => page.getByRole('region', { name })
  const item = (name: string | RegExp): Locator => page.getByRole('listitem', { name })
  const work = (id: string, more: object = {}): Promise<void> =>
    yard.addTask({ id, title: `Work of ${id}`, executor: 'claude', ...more })
  const isState = (word: string): Promise<void> =>
    inspector().locator('.status-badge').getByText(word, { exact: true }).waitFor()

  test('an executor is tested by one real turn, which tells what it costs before and after', async () => {
    await goTo('#/executors?executor=claude')
    await panel('claude').getByText('2.1.197').first().waitFor()
    await panel('claude').getByText('It costs one short answer of its model.').waitFor()
    await page.keyboard.press('Alt+t')
    await panel('claude').getByText('It answered').waitFor()
    await panel('claude').getByText('Hello from the mock model.').waitFor()
    await panel('claude')
      .getByText(/1\.7k tokens, \$0\.00522/)
      .waitFor()
    await answer(yard, 'signed-out')
    await panel('claude').getByRole('button', { name: 'Test claude' }).click()
    await panel('claude').getByText('It failed: auth').waitFor()
    // A test is apart from the graph: nothing falls asleep by it.
    await page.getByRole('row').filter({ hasText: 'Claude Code' }).getByText('Ready').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await goTo('#/executors?executor=http')
    await panel('http').getByText('No test: the service would take it for a task.').waitFor()
    expect(await panel('http').getByRole('button', { name: 'Test http' }).count()).toBe(0)
  })

  test('a task whose provider sleeps counts down to its wake, and is tried at once when asked', async () => {
    await answer(yard, 'out-of-quota')
    await work('sleepy')
    await goTo('#/graph?task=sleepy')
    await isState('Parked')
    const counter = inspector().locator('.inspector-state time')
    await expect.poll(() => counter.textContent()).toMatch(/^in 5\d:\d\d$/)
    const node = page.locator('.task-node', { hasText: 'Work of sleepy' })
    await expect.poll(() => node.textContent()).toMatch(/Resumes .*, in 5\d:\d\d/)
    const before = await counter.textContent()
    await expect.poll(() => counter.textContent()).not.toBe(before)
    await page
      .getByRole('contentinfo', { name: 'Status' })
      .getByText(/anthropic sleeps until .*, in 5\d:\d\d/)
      .waitFor()
    await goTo('#/executors?executor=claude')
    await panel('claude').getByText('Its tasks wait, and spend no try.').waitFor()
    await goTo('#/attention')
    await item('Asleep: anthropic').getByText('holds 1 task').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await answer(yard, 'answers')
    await item('Asleep: anthropic').getByRole('button', { name: 'Try now' }).click()
    await item('Asleep: anthropic').waitFor({ state: 'detached' })
    await goTo('#/graph?task=sleepy')
    await isState('Done')
  })

  test('a provider without a sign-in waits for a person, who says once for all tasks that it is done', async () => {
    await answer(yard, 'signed-out')
    await work('first')
    await work('second')
    await goTo('#/attention')
    await item('Sign in: anthropic').waitFor()
    await answer(yard, 'answers')
    await item('Sign in: anthropic')
      .getByRole('button', { name: 'I have signed in: go on' })
      .click()
    await page.getByText('Nothing waits for you.').waitFor()
    for (const id of ['first', 'second']) {
      await goTo(`#/graph?task=${id}`)
      await isState('Done')
    }
    expect(await page.getByText('waits for a sign-in').count()).toBe(0)
  })

  test('costs are plotted per day, and told by model and task with who says so', async () => {
    await work('told')
    await work('priced', { executor: 'codex', model: 'steady' })
    await goTo('#/agents?show=costs')
    await region('Cost per day').getByText('2 tries').waitFor()
    const moment = region('Cost per day').getByRole('slider', { name: 'Cost per day, moment' })
    // 5,167 tokens at $2.50 and 17 at $15 a million, and what the other CLI told.
    await expect
      .poll(() => moment.getAttribute('aria-valuetext'))
      .toMatch(/: steady \$0\.01317, .*\$0\.00522$/)
    const byGroup = page.getByRole('radiogroup', { name: 'Costs by' })
    await byGroup.getByRole('radio', { name: 'Executor' }).click()
    await expect
      .poll(() => moment.getAttribute('aria-valuetext'))
      .toMatch(/: codex \$0\.01317, claude \$0\.00522$/)
    await byGroup.getByRole('radio', { name: 'Day' }).click()
    await expect
      .poll(() => moment.getAttribute('aria-valuetext'))
      .toMatch(/: Cost \$0\.01839, Of that by prices \$0\.01317/)
    await byGroup.getByRole('radio', { name: 'Model' }).click()
    await region('Cost per day')
      .getByText(/\$0\.00522 told by the CLI, \$0\.01317 computed from prices of 2026-03\.$/)
      .waitFor()
    const row = (name: string): Locator => page.getByRole('row').filter({ hasText: name })
    await row('steady').getByText('$0.01317 computed from prices of 2026-03').waitFor()
    await page.getByRole('radio', { name: 'Task', exact: true }).click()
    await row('Work of told').getByText('$0.00522 told by the CLI').waitFor()
    await page.getByRole('radio', { name: 'Tokens' }).click()
    await expect
      .poll(() => region('Tokens per day').getByRole('slider').getAttribute('aria-valuetext'))
      .toMatch(/: Work of priced 5\.2k, Work of told 1\.7k/)
  })

  test('nothing is spent: nothing is drawn, and no zero stands there', async () => {
    await goTo('#/agents?show=costs')
    await page.getByText(/No agent said what it cost/).waitFor()
    await page.getByText('No agent ended in this time.').waitFor()
    expect(await main('Agents').getByText('$0.00').count()).toBe(0)
  })

  test('at the budget of the day nothing starts, until it is raised where it is missed', async () => {
    await goTo('#/agents?show=costs')
    await page.getByText('Change budgets').click()
    const cap = page.getByRole('textbox', { name: 'Dollars a day' })
    await cap.fill('0.001')
    await cap.press('Enter')
    await work('spends')
    await goTo('#/graph?task=spends')
    await isState('Done')
    await work('waits')
    await goTo('#/attention')
    const reached = item('Budget used up: Today’s budget')
    await reached.getByText(/\$0\.00522 of \$0\.001/).waitFor()
    expect(await axeViolations(page)).toEqual([])
    const amount = reached.getByRole('textbox', { name: /US dollars/ })
    await amount.fill('0.002')
    expect(await reached.getByRole('button', { name: 'Raise' }).isDisabled()).toBe(true)
    await amount.fill('5')
    await reached.getByRole('button', { name: 'Raise' }).click()
    await reached.waitFor({ state: 'detached' })
    await goTo('#/graph?task=waits')
    await isState('Done')
  })

  test('a model that its executor cannot run is not offered', async () => {
    await work('held', { paused: true })
    await goTo('#/graph?task=held')
    await inspector().getByRole('combobox', { name: 'Model' }).click()
    await page.getByRole('option', { name: 'sonnet', exact: true }).waitFor()
    expect(await page.getByRole('option', { name: /gpt/ }).count()).toBe(0)
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await work('told')
    await goTo('#/agents?show=costs')
    await region('Cost per day').getByRole('slider').waitFor()
    await page.getByText('Change budgets').click()
    await page.getByRole('textbox', { name: 'Dollars a day' }).waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.setViewportSize({ width: 720, height: 480 })
    await expect.poll(overflow).toBe(0)
  })
})

const binOf = ({ folder }: YardUnderTest): string => join(dirname(folder), 'bin')

/** How the stand-in CLI takes the next question. */
const answer = (yard: YardUnderTest, mode: Mode): Promise<void> =>
  writeFile(join(binOf(yard), 'mode'), mode)

const CLAUDE = `#!/bin/sh
case "$*" in *--version*) echo '2.1.197 (Claude Code)'; exit 0;; esac
cat > /dev/null
case "$(cat "$(dirname "$0")/mode")" in
  out-of-quota)
    sed "s/${RECORDED_RESET}/$(( $(date +%s) + 3590 ))/" '${TRANSCRIPTS}/claude-quota-reset.jsonl'; exit 1;;
  signed-out) cat '${TRANSCRIPTS}/claude-401.jsonl'; exit 1;;
  *) cat '${TRANSCRIPTS}/claude-text.jsonl';;
esac
`
const CODEX = `#!/bin/sh
case "$*" in *--version*) echo 'codex-cli 0.169.0'; exit 0;; esac
cat > /dev/null
cat '${TRANSCRIPTS}/codex-text.jsonl'
`

const PRICES = `
[models.steady]
provider = "openai"
model_id = "gpt-steady"
cost_in = 2.5
cost_out = 15
price_date = "2026-03"
`

async function furnish(yard: YardUnderTest): Promise<void> {
  const bin = binOf(yard)
  await mkdir(bin)
  for (const [name, text] of Object.entries({ claude: CLAUDE, codex: CODEX })) {
    await writeFile(join(bin, name), text)
    await chmod(join(bin, name), 0o755)
  }
  await answer(yard, 'answers')
  const config = ['claude', 'codex'].map(
    (name) => `\n[executors.${name}]\ncommand = ["${join(bin, name)}"]\ncoding = false\n`,
  )
  await appendFile(join(yard.folder, '.yard/config.toml'), `${config.join('')}${PRICES}`)
  // A file that was changed by hand is a person's to confirm.
  const program = resolve(import.meta.dirname, '../../src/cli/index.ts')
  const { folder: cwd, env } = yard
  await promisify(execFile)(process.execPath, [program, 'trust'], { cwd, env })
}
