/** The Changes tab on a real repository: shell tasks commit in worktrees, a person reads, remarks and merges. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { inspectorOf } from './on-inspector.ts'
import { CLIPBOARD, onStage } from './stage.ts'
import type { YardUnderTest } from './yard-under-test.ts'

const run = promisify(execFile)
const git = async ({ folder }: YardUnderTest, ...args: string[]): Promise<string> =>
  (await run('git', args, { cwd: folder })).stdout.trim()

const lines = (count: number, word = 'line'): string =>
  Array.from({ length: count }, (_, index) => `${word} ${index + 1}\n`).join('')

async function makeRepository(yard: YardUnderTest): Promise<void> {
  await git(yard, 'init', '--quiet', '--initial-branch=main')
  await git(yard, 'config', 'user.name', 'Ada')
  await git(yard, 'config', 'user.email', 'ada@example.org')
  await writeFile(join(yard.folder, 'greeting.txt'), 'Hello\nold world\nbye\n')
  await writeFile(join(yard.folder, 'gone.txt'), 'not needed\n')
  await writeFile(join(yard.folder, 'name.txt'), lines(20, 'kept'))
  await git(yard, 'add', 'greeting.txt', 'gone.txt', 'name.txt')
  await git(yard, 'commit', '--quiet', '--message=begin')
}

/** RIGHT-TO-LEFT OVERRIDE, by the shell's printf. */
const OVERRIDE = String.raw`\342\200\256`
const EDITS = [
  String.raw`printf 'Hello\nnew world\nbye\n' > greeting.txt`,
  'git rm -q gone.txt',
  'git mv name.txt names.txt',
  String.raw`printf '\000\001' > picture.bin`,
  `printf 'if admin ${OVERRIDE} // safe' > "$(printf 'ab${OVERRIDE}txt')"`,
  'for i in $(seq 1 5000); do echo "row $i"; done > long.txt',
  'git add -A',
  'git commit -qm "Greet the new world"',
].join(' && ')

const edit = { id: 'edit', title: 'Do edit', exec: EDITS, worktree: 'on' }
const SETTING = {
  name: 'atlas',
  per: 'file',
  permissions: [...CLIPBOARD],
  furnish: makeRepository,
  prepare: (yard: YardUnderTest) => yard.addTask(edit),
} as const

onStage('changes of a task', SETTING, (stage) => {
  const { copied, goTo, inspector, page, yard } = stage
  const { button, stateWord } = inspectorOf(stage)
  const part = (name: string) => inspector().getByRole('region', { name, exact: true })
  const files = () => part('Changed files').getByRole('list', { name: 'Files' })
  const open = async (id: string): Promise<void> => {
    await goTo(`#/graph?task=${id}&tab=changes`)
    await inspector().getByRole('tab', { name: 'Changes', selected: true }).waitFor()
  }
  const openDone = async (id: string): Promise<void> => {
    await open(id)
    await stateWord('Done')
  }
  const work = async (id: string, exec: string, more: Record<string, unknown> = {}) => {
    await yard.addTask({ id, title: `Do ${id}`, exec, worktree: 'on', ...more })
    await openDone(id)
  }

  test('every changed file is listed and read, whatever it is called and however long it is', async () => {
    await openDone('edit')
    await part('Summary of the changes').getByText('6 files, 1 commit').waitFor()
    const names = files().getByRole('button').locator('.visually-hidden')
    expect(await names.allTextContents()).toEqual([
      'ab‹U+202E›txt, added, 1 added, 0 removed',
      'gone.txt, deleted, 0 added, 1 removed',
      'greeting.txt, modified, 1 added, 1 removed',
      'long.txt, added, 5,000 added, 0 removed',
      'names.txt, renamed, was name.txt, 0 added, 0 removed',
      'picture.bin, added, binary',
    ])

    const list = part('Changed files').locator('.changed-files-list')
    expect(await list.evaluate((each) => each.scrollHeight - each.clientHeight)).toBe(0)

    const diff = part('Diff')
    const shown = diff.getByRole('group')
    await shown.getByText('if admin').waitFor()
    expect(await shown.locator('.turn-sign').getAttribute('data-code')).toBe('U+202E')
    await shown.getByRole('row').filter({ hasText: 'if admin' }).locator('.turn-sign').waitFor()

    await files().getByRole('button').first().focus()
    await page.keyboard.press('j')
    await shown.getByText('not needed').waitFor()
    await page.keyboard.press('ArrowDown')
    await shown.getByText('new world').waitFor()
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toMatch(/^greet/)
    await page.keyboard.press('v')
    await part('Changed files').getByText('1 of 6 viewed').waitFor()
    await diff.getByRole('checkbox', { name: 'Viewed', checked: true }).waitFor()

    await diff.getByRole('radio', { name: 'Split' }).click()
    const row = shown.getByRole('row').filter({ hasText: 'old world' })
    expect(await row.textContent()).toMatch(/2\s*old world\s*2\s*new world/)
    await diff.getByRole('radio', { name: 'Unified' }).click()
    await expect.poll(() => row.textContent()).not.toContain('new world')

    await diff.getByRole('button', { name: 'More about this file' }).click()
    await page.getByRole('menuitem', { name: 'Copy patch of this file' }).click()
    await diff.getByText('Patch copied').waitFor()
    expect(await copied()).toContain('\n-old world\n+new world\n')

    await files()
      .getByRole('button', { name: /^names/ })
      .click()
    await diff.getByText('Its content is the same.').waitFor()
    await diff.getByText(/^Was/).waitFor()
    await files()
      .getByRole('button', { name: /^picture/ })
      .click()
    await diff.getByText('A binary file: it is not shown.').waitFor()
  })

  test('a long diff is read in parts with a bound on its rows', async () => {
    await openDone('edit')
    await files().getByRole('button', { name: /^long/ }).click()
    const rows = part('Diff').locator('tr.diff-line')
    await expect.poll(() => rows.count()).toBe(400)
    await part('Diff').getByText('4,600 more lines').waitFor()
    await button('Show 2,000 lines').click()
    await expect.poll(() => rows.count()).toBe(2000)
    await button('Later lines').click()
    await button('Later lines').click()
    await part('Diff').getByText('Lines 4,001 to 5,000 of 5,000').waitFor()
    expect(await button('Later lines').isDisabled()).toBe(true)
    await part('Diff').getByText('row 5000', { exact: true }).waitFor()
    await expect.poll(() => rows.count()).toBe(1000)
    await page.keyboard.press('/')
    await page.keyboard.type('greet')
    await expect.poll(() => files().getByRole('button').count()).toBe(1)
    await page.keyboard.press('Escape')
    await expect.poll(() => files().getByRole('button').count()).toBe(6)
  })

  test('a remark on a line is kept with the task, and it is said that a shell line reads none', async () => {
    await work(
      'remark',
      String.raw`printf 'Hello\nnew world\nbye\n' > greeting.txt; git commit -qam one --allow-empty`,
    )
    const shown = part('Diff').getByRole('group')
    await shown.focus()
    for (const key of ['j', 'j', 'j']) await page.keyboard.press(key)
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toBe('new world')
    await page.keyboard.press('c')
    const field = inspector().getByRole('textbox', { name: 'Comment on line 2' })
    await field.fill('Say which world\nplease')
    await page.keyboard.press('Control+Enter')
    await shown.getByRole('article').getByText('Say which world').waitFor()
    await field.waitFor({ state: 'detached' })
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toBe('new world')

    await shown.locator('td.diff-gutter[data-change-key="D2"]').first().click()
    await inspector().getByRole('textbox', { name: 'Comment on line 2 before' }).waitFor()
    await page.keyboard.press('Escape')

    await shown.getByText('bye').click()
    await page.keyboard.press('c')
    await inspector().getByRole('textbox', { name: 'Comment on line 3' }).waitFor()
    await page.keyboard.press('Escape')

    await part('Comments').getByText('1 comment', { exact: true }).click()
    await part('Comments').getByRole('button', { name: 'greeting.txt, line 2' }).waitFor()
    await part('Comments').getByText('A shell line reads no comments').waitFor()
    expect(await button(/^Do it again with/).count()).toBe(0)
    await yard.post('/task/remark/reopen', {})
    const whose = inspector().getByRole('combobox', { name: 'Whose changes' })
    await whose.getByText(/^Try 2: agent-\d+, Done/).waitFor()
    const second = (await whose.textContent())?.match(/agent-\d+/)?.[0] ?? ''
    expect(existsSync(join(yard.folder, '.yard/agents', second, 'prompt.md'))).toBe(false)
    await button('Merge into main…').waitFor()
    await whose.click()
    await page.getByRole('option', { name: /^Try 1/ }).click()
    await part('Merge').getByText('This is an earlier try.').waitFor()
    await shown.getByText('new world').waitFor()
    expect(
      await inspector()
        .getByRole('button', { name: /^Merge/ })
        .count(),
    ).toBe(0)
  })

  test('what a merge will do is said before; then it lands in the checkout', async () => {
    await writeFile(join(yard.folder, 'name.txt'), 'mine\n')
    const exec = `printf 'new\\n' > greeting.txt; git commit -qam one`
    await work('merge', exec, { verify: 'grep -q new greeting.txt' })
    await part('Merge').getByText('Not merged').waitFor()
    await button('Merge into main…').click()
    const dialog = page.getByRole('dialog', { name: /^Merge into main/ })
    await dialog.getByText('1 file, 1 commit are brought into main.').waitFor()
    await dialog.getByText('grep -q new greeting.txt').waitFor()
    await dialog.getByText(/Its 1 uncommitted file stay/).waitFor()
    await dialog.getByText(/It cannot be undone from here/).waitFor()
    await dialog.getByRole('button', { name: 'Merge into main', exact: true }).click()
    await part('Merge')
      .getByText(/^Landed as [0-9a-f]{9} on main$/)
      .waitFor()
    expect(await readFile(join(yard.folder, 'greeting.txt'), 'utf8')).toBe('new\n')
    expect(await readFile(join(yard.folder, 'name.txt'), 'utf8')).toBe('mine\n')
    await button('Merge into main…').waitFor({ state: 'detached' })
  })

  test('all that are done are merged at once', async () => {
    await work('one', `echo one > one.txt; git add -A; git commit -qm one`)
    await work('two', `echo two > two.txt; git add -A; git commit -qm two`)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('Merge all')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Merge all that are done?' })
    await dialog.getByRole('button', { name: 'Merge all', exact: true }).click()
    await part('Merge')
      .getByText(/^Landed as/)
      .waitFor()
    await open('one')
    await part('Merge')
      .getByText(/^Landed as/)
      .waitFor()
    expect(await git(yard, 'show', 'main:one.txt', 'main:two.txt')).toBe('one\ntwo')
  })

  test('a refused merge says why and is asked for again; a conflict leads to its task', async () => {
    await work('clash', `printf 'theirs\\n' > greeting.txt; git commit -qam one`)
    await writeFile(join(yard.folder, 'greeting.txt'), 'mine\n')
    await part('Merge').getByText('Not merged', { exact: true }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('Merge what')
    await page.keyboard.press('Enter')
    const sure = (): Promise<void> =>
      page.getByRole('dialog').getByRole('button', { name: 'Merge into main', exact: true }).click()
    await sure()
    await part('Merge').getByText('Not merged into main').waitFor()
    await part('Merge')
      .getByText(/has changes in greeting\.txt/)
      .waitFor()
    await goTo('#/attention')
    const waits = page.getByRole('listitem', { name: 'Merge: Do clash' })
    await waits.getByText(/Not merged: your checkout/).waitFor()
    await waits.getByRole('button', { name: 'Show changes' }).click()
    await git(yard, 'commit', '--quiet', '--all', '--message=mine')
    await button('Merge into main again…').click()
    await sure()
    await part('Merge').getByText('Does not merge into main').waitFor()
    await part('Merge').getByText('the merge goes on by itself').waitFor()
    await part('Merge').getByRole('button').click()
    await expect
      .poll(() => inspector().getByRole('heading', { level: 2 }).textContent())
      .toMatch(/merge/i)
    const merge = new URL(page.url()).hash.match(/task=([^&]+)/)?.[1] ?? ''
    await yard.post(`/task/${merge}/abandon`, {})
    await open('clash')
    await part('Merge').getByText('was abandoned').waitFor()
    await button('Merge into main again…').waitFor()
  })

  test('worktrees are listed with what they hold, and removed after a question', async () => {
    await goTo('#/settings?section=worktree')
    const list = page.getByRole('region', { name: 'List of worktrees' })
    const row = (task: string) => list.getByRole('row').filter({ hasText: `Do ${task}` })
    await row('merge').getByText('All of it is merged').waitFor()
    await row('clash').getByText('1 commit not merged').waitFor()
    await page.getByRole('button', { name: 'Remove what has landed…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove 3 worktrees' }).click()
    await row('merge').waitFor({ state: 'detached' })
    const remove = row('clash').getByRole('button', { name: /^Remove/ })
    // A button that is busy takes no press.
    await expect.poll(() => remove.getAttribute('aria-busy')).toBeNull()
    await remove.click()
    const dialog = page.getByRole('dialog', { name: /^Remove the worktree/ })
    await dialog.getByText(/stays: 1 commit of it is not merged/).waitFor()
    await dialog.getByRole('button', { name: 'Remove the worktree' }).click()
    await row('clash').waitFor({ state: 'detached' })
    expect(await git(yard, 'branch', '--list', 'yard/clash*')).not.toBe('')
    expect(await axeViolations(page)).toEqual([])
  })

  test('nothing stands against access, in both themes', async () => {
    await openDone('edit')
    await files()
      .getByRole('button', { name: /^greeting/ })
      .click()
    await part('Diff').locator('td.diff-gutter[data-change-key="I2"]').first().click()
    await inspector()
      .getByRole('textbox', { name: /^Comment on/ })
      .fill('Why?')
    await page.keyboard.press('Control+Enter')
    await part('Diff').getByRole('article').waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const look of ['Unified', 'Split']) {
        await part('Diff').getByRole('radio', { name: look }).click()
        expect(await axeViolations(page), `${colorScheme} ${look}`).toEqual([])
      }
    }
  })
})
