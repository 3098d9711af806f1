import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { onStage } from './stage.ts'
import type { YardUnderTest } from './yard-under-test.ts'

onStage('what waits for a person', { name: 'atlas' }, ({ goTo, inspector, page, reload, yard }) => {
  const row = (name: string): Locator => page.getByRole('listitem', { name })

  /** What the empty list says, once it is empty. */
  const calm = (): Promise<string | null> => page.getByText('Nothing waits for you.').textContent()

  test('nothing waits, and then a failed task does, until it is retried', async () => {
    await yard.addTask({ title: 'Calm', exec: 'true' })
    await goTo('#/attention')
    await page.getByText('Nothing waits for you.').waitFor()
    await yard.addTask({ id: 'f', title: 'Flaky', exec: '[ -e told-f ] || exit 3' })
    await yard.addTask({ id: 'n', title: 'Next', exec: 'true', after: ['f'] })
    await row('Failed: Flaky').getByText('holds 1 task').waitFor()
    await row('Failed: Flaky').getByText('It exited with 3').waitFor()
    await row('Failed: Flaky').getByRole('button', { name: 'Show output' }).click()
    await inspector().getByRole('tab', { name: 'Output', selected: true }).waitFor()
    await yard.tell('f')
    await row('Failed: Flaky').getByRole('button', { name: 'Retry', exact: true }).click()
    expect(await calm()).toBe('Nothing waits for you.')
  })

  test('what failed for one reason is retried at once', async () => {
    for (const id of ['a', 'b', 'c'])
      await yard.addTask({
        id,
        title: `Task ${id}`,
        exec: `[ -e told-all ] || exit ${id === 'c' ? 4 : 3}`,
      })
    await goTo('#/attention')
    await row('Failed: Task c').getByText('It exited with 4').waitFor()
    expect(
      await row('Failed: Task c')
        .getByRole('button', { name: /^Retry all/ })
        .count(),
    ).toBe(0)
    await yard.tell('all')
    await row('Failed: Task a').getByRole('button', { name: 'Retry all 2' }).click()
    await row('Failed: Task a').waitFor({ state: 'detached' })
    await row('Failed: Task b').waitFor({ state: 'detached' })
    expect(await row('Failed: Task c').count()).toBe(1)
  })

  test('a fresh retry takes two presses; to abandon asks what becomes of those that wait', async () => {
    // The first try ends with 3, the second with 4.
    const exec = 'echo try >> tries; exit $(($(wc -l < tries) + 2))'
    await yard.addTask({ id: 'f', title: 'Broken', exec })
    await yard.addTask({ id: 'n', title: 'Next', exec: 'true', after: ['f'] })
    await goTo('#/attention')
    await row('Failed: Broken').getByText('It exited with 3').waitFor()
    await row('Failed: Broken').getByRole('button', { name: 'Retry fresh' }).click()
    await row('Failed: Broken').getByRole('button', { name: 'From the start?' }).click()
    await row('Failed: Broken').getByText('It exited with 4').waitFor()
    await row('Failed: Broken').getByRole('button', { name: 'Abandon' }).click()
    const question = page.getByRole('dialog', { name: /Abandon/ })
    await question.getByText('1 task would become ready.').waitFor()
    await question.getByRole('button', { name: /Let them start/ }).click()
    await page.getByText('Nothing waits for you.').waitFor()
    await goTo('#/tasks')
    const next = page.getByRole('row').filter({ hasText: 'Next' }).getByText('Done')
    expect(await next.textContent()).toBe('Done')
  })

  test('a task for people is taken, given back, and marked as done', async () => {
    await yard.addTask({ id: 'l', title: 'Legal sign-off', executor: 'manual' })
    await goTo('#/attention')
    await row('For a person: Legal sign-off').getByRole('button', { name: 'Claim it' }).click()
    const taken = row('In your hands: Legal sign-off')
    await taken.getByRole('button', { name: 'Release it' }).click()
    await row('For a person: Legal sign-off').waitFor()
    await row('For a person: Legal sign-off').getByRole('button', { name: 'Claim it' }).click()
    await taken.getByRole('button', { name: 'Mark as done' }).click()
    expect(await calm()).toBe('Nothing waits for you.')
  })

  test('what is put off sleeps until it changes, and can be woken', async () => {
    await yard.addTask({ id: 'f', title: 'Broken', exec: 'exit 3' })
    await goTo('#/attention')
    await row('Failed: Broken').getByRole('button', { name: 'Snooze Broken' }).click()
    await page.getByRole('menuitem', { name: 'Until it changes' }).click()
    await page.getByText('Nothing waits for you.').waitFor()
    await reload()
    await page.getByRole('button', { name: '1 snoozed' }).click()
    await row('Failed: Broken').getByRole('button', { name: 'Retry', exact: true }).click()
    await row('Failed: Broken').getByRole('button', { name: 'Snooze Broken' }).waitFor()
    await row('Failed: Broken').getByRole('button', { name: 'Snooze Broken' }).click()
    await page.getByRole('menuitem', { name: 'For 1 hour' }).click()
    await row('Failed: Broken').getByRole('button', { name: 'Wake' }).click()
    await row('Failed: Broken').getByRole('button', { name: 'Snooze Broken' }).waitFor()
    await expect.poll(() => page.getByRole('button', { name: /snoozed/ }).count()).toBe(0)
  })

  test('what an agent asks is answered in place, and its task goes on', async () => {
    const exec = '[ -e asked ] || { touch asked; yard ask "$YARD_TASK_ID" "Blue or red?"; }'
    await yard.addTask({ id: 'p', title: 'Palette', exec })
    await goTo('#/attention')
    await row('Question: Palette').getByText('Blue or red?').waitFor()
    await goTo('#/graph?task=p')
    await inspector().getByRole('button', { name: 'Answer…' }).waitFor()
    expect(await inspector().getByRole('button', { name: 'Go on with it' }).count()).toBe(0)
    await goTo('#/attention')
    const answer = row('Question: Palette').getByRole('textbox', { name: 'Your answer' })
    await answer.fill('The bl')
    // The button stands below its field, not at the far side of the card.
    const send = row('Question: Palette').getByRole('button', { name: /^Send answer/ })
    const [field, below] = [await answer.boundingBox(), await send.boundingBox()]
    const rightOf = (box: typeof field): number => (box ? box.x + box.width : NaN)
    expect(Math.abs(rightOf(field) - rightOf(below))).toBeLessThan(8)
    expect(await axeViolations(page)).toEqual([])
    // What was begun is there again.
    await goTo('#/tasks')
    await goTo('#/attention')
    await expect.poll(() => answer.inputValue()).toBe('The bl')
    await answer.press('End')
    await page.keyboard.type('ue one.')
    await page.keyboard.press('Control+Enter')
    expect(await calm()).toBe('Nothing waits for you.')
    await goTo('#/tasks')
    await page.getByRole('row').filter({ hasText: 'Palette' }).getByText('Done').waitFor()
    await goTo('#/graph?task=p&tab=overview')
    const asked = inspector().getByRole('list', { name: 'Questions' })
    await asked.getByText('Blue or red?').waitFor()
    await asked.getByText('The blue one.').waitFor()
    await inspector()
      .getByRole('button', { name: /^Output of try 1:\s*Asked/ })
      .waitFor()
    expect(await inspector().getByText('Failed', { exact: true }).count()).toBe(0)
  })

  test('the list is walked by keys, and a key acts on the row that has the focus', async () => {
    await yard.addTask({ id: 'x', title: 'First', exec: '[ -e told-x ] || exit 3' })
    await yard.addTask({ id: 'y', title: 'Second', exec: 'exit 4', after: [] })
    await goTo('#/attention')
    await row('Failed: First').waitFor()
    await row('Failed: Second').waitFor()
    await row('Failed: Second').focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    const focused = (): Promise<string | null | undefined> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await expect.poll(focused).toMatch(/^Failed: /)
    await row('Failed: First').focus()
    await page.keyboard.press('Enter')
    await inspector().getByRole('heading', { name: 'First' }).waitFor()
    await yard.tell('x')
    await row('Failed: First').focus()
    await page.keyboard.press('r')
    await row('Failed: First').waitFor({ state: 'detached' })
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await yard.addTask({ title: 'Broken', exec: 'exit 3' })
    await yard.addTask({ title: 'Legal', executor: 'manual' })
    await goTo('#/attention')
    await row('Failed: Broken').waitFor()
    await row('For a person: Legal').waitFor()
    expect(await axeViolations(page)).toEqual([])
  })
})

const FOREIGN = `
[worktree]
setup = "./setup.sh"
copy = [".env"]
land = "auto"

[executors.rig]
type = "http"
url = "https://rig.example/run"
headers = { Authorization = { from = "RIG_KEY" } }

[executors.helper]
type = "command"
command = ["./helper", "{prompt_file}"]
env = { MODE = "fast" }
`
/** What a repository would bring along: a config that nobody on this machine has judged, and no word of who made the yard. */
async function bringAlong({ folder }: YardUnderTest): Promise<void> {
  await writeFile(join(folder, '.yard/config.toml'), FOREIGN)
  await rm(join(folder, '.yard/id'))
}

onStage(
  'a yard that came along',
  { name: 'atlas', furnish: bringAlong },
  ({ goTo, page, yard }) => {
    const dialog = (): Locator => page.getByRole('dialog', { name: /^Trust / })
    const part = (name: string): Locator => dialog().getByRole('region', { name, exact: true })

    test('all that it would run is shown before it may, and it runs only then', async () => {
      await yard.addTask({ id: 'b', title: 'Build', exec: 'touch built', verify: 'test -e built' })
      await goTo('#/graph')
      const banner = page.getByText('This yard was copied, moved or made elsewhere')
      await banner.waitFor()
      await page.getByRole('button', { name: 'Review…' }).click()
      await part('Executors')
        .getByText(/rig \(http.*posts to https:\/\/rig\.example\/run .*Authorization: \$RIG_KEY/)
        .waitFor()
      await part('Executors')
        .getByText(/runs \.\/helper \{prompt_file\} with MODE=fast/)
        .waitFor()
      await part('Settings').getByText('new worktrees run ./setup.sh').waitFor()
      await part('Settings').getByText('new worktrees get a copy of .env').waitFor()
      await part('Settings')
        .getByText(/finished work lands by itself/)
        .waitFor()
      await part('Variables').getByText('RIG_KEY').waitFor()
      await part('Lines').getByText('touch built').waitFor()
      await part('Lines').getByText('test -e built').waitFor()
      expect(await axeViolations(page)).toEqual([])
      await part('Built-in executors')
        .getByText(/^\d+ built-in executors/)
        .waitFor()
      await part('What it would run').press('End')
      await dialog().getByRole('button', { name: 'Trust this yard' }).click()
      await dialog().waitFor({ state: 'detached' })
      await goTo('#/tasks')
      await page.getByRole('row').filter({ hasText: 'Build' }).getByText('Done').waitFor()
    })
  },
)
