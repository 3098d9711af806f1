import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { inspectorOf } from './on-inspector.ts'
import { onStage } from './stage.ts'
import { untilTold } from './yard-under-test.ts'

onStage('the inspector', { per: 'file' }, (stage) => {
  const { goTo, inspector, page, yard } = stage
  const { button, log, open, part, stateWord, tab } = inspectorOf(stage)

  test('what a task has left opens in the page, and nothing in it reaches the page', async () => {
    const files = {
      'report.html': `<h1 style="letter-spacing: 3px">Report</h1><style>@import url(https://example.org/s.css); h1 { color: red }</style><script>parent.document.title = 'owned'; top.location = 'https://example.org'</script>
<img src="https://example.org/p.png" onerror="parent.document.title = 'owned'"><a href="https://example.org" target="_top">away</a>`,
      'change.diff': '@@ -1 +1 @@\n-old\n+new\n',
      'dot.svg': `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>parent.document.title = 'owned'</script><rect width="9" height="9"/></svg>`,
      'notes.txt': '<b>no tag</b> \u202eturned',
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(yard.folder, name), text)
    await yard.addTask({ id: 'left', title: 'Left', exec: 'true', paused: true })
    await yard.post('/task/left/artifact', { paths: Object.keys(files) })
    await open('left')
    const dialog = page.getByRole('dialog')
    const show = async (name: string): Promise<void> => {
      await part('Results').getByRole('button', { name }).click()
      await dialog.getByRole('heading', { name }).waitFor()
    }
    const close = async (): Promise<void> => {
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
    await show('change.diff')
    await expect.poll(() => dialog.locator('[data-kind=added]').textContent()).toBe('+new\n')
    expect(await axeViolations(page)).toEqual([])
    await close()
    await show('notes.txt')
    await dialog.getByText('<b>no tag</b>').waitFor()
    expect(await dialog.locator('.turn-sign').getAttribute('data-code')).toBe('U+202E')
    await close()
    await show('dot.svg')
    await expect
      .poll(() => dialog.getByRole('img').evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBe(9)
    await close()
    const foreign: (string | undefined)[] = []
    page.on('requestfailed', (request) => {
      if (request.url().startsWith('https:')) foreign.push(request.failure()?.errorText)
    })
    await show('report.html')
    const frame = dialog.locator('iframe')
    const heading = frame.contentFrame().getByRole('heading', { name: 'Report' })
    await heading.waitFor()
    // With its own styles, of a sheet and of an element, but without scripts, and of an origin that is nobody's.
    const style = (name: 'color' | 'letterSpacing'): Promise<string> =>
      heading.evaluate((element, key) => getComputedStyle(element)[key], name)
    expect(await style('color')).toBe('rgb(255, 0, 0)')
    expect(await style('letterSpacing')).toBe('3px')
    expect(await frame.getAttribute('sandbox')).toBe('')
    expect(await frame.evaluate((element: HTMLIFrameElement) => element.contentDocument)).toBeNull()
    // What it names elsewhere is not asked for, and no other path shows it.
    await expect.poll(() => foreign).toEqual(['csp', 'csp'])
    const address = new URL((await frame.getAttribute('src')) ?? '', page.url())
    expect((await fetch(`${address.href}x`)).status).toBe(401)
    expect(await page.title()).not.toBe('owned')
    expect(page.url()).toContain('anchor=report.html')
    await close()
    expect(page.url()).not.toContain('anchor')
  })

  test('what is written about a task is edited where it stands, and taken back', async () => {
    await yard.addTask({ id: 'build', title: 'Build', exec: 'true', paused: true })
    await open('build')
    await button('Edit description').waitFor()
    await part('Done when').getByText('Its command exits with 0').waitFor()
    await page.keyboard.press('F2')
    await inspector().getByRole('textbox', { name: 'Title' }).fill('Build it all')
    await page.keyboard.press('Enter')
    await inspector().getByRole('heading', { name: 'Build it all' }).waitFor()

    await button('Edit description').click()
    await inspector()
      .getByRole('textbox', { name: 'Description' })
      .fill('Do **this**, see [docs](https://example.org)')
    await page.keyboard.press('Control+Enter')
    await inspector().locator('strong', { hasText: 'this' }).waitFor()
    const link = inspector().getByRole('link', { name: 'docs' })
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    expect(await link.getAttribute('target')).toBe('_blank')

    await button('Edit time limit').click()
    await inspector().getByRole('textbox', { name: 'Time limit' }).fill('soon')
    await page.keyboard.press('Enter')
    await inspector().getByRole('alert').getByText('That is no duration').waitFor()
    await inspector().getByRole('textbox', { name: 'Time limit' }).fill('45m')
    await page.keyboard.press('Enter')
    await part('Settings').getByText('45m').waitFor()

    await button('Edit schedule').click()
    await inspector().getByRole('textbox', { name: 'Schedule' }).fill('0 9 * * 1 in Asia/Tokyo')
    await page.keyboard.press('Enter')
    await part('Settings')
      .getByText(/^Next .+,.+,/)
      .waitFor()

    await inspector().getByRole('combobox', { name: 'Priority' }).click()
    await page.getByRole('option', { name: 'High' }).click()
    await inspector().getByRole('combobox', { name: 'Priority' }).getByText('High').waitFor()
    await page.keyboard.press('Control+z')
    await inspector().getByRole('combobox', { name: 'Priority' }).getByText('Normal').waitFor()
  })

  test('a refusal stands at its place; a change from elsewhere is said before it is lost', async () => {
    await yard.addTask({ id: 'a', title: 'A', description: 'first', exec: 'true', paused: true })
    await open('a')
    await button('Edit schedule').click()
    await inspector().getByRole('textbox', { name: 'Schedule' }).fill('whenever')
    await page.keyboard.press('Enter')
    await part('Settings')
      .getByRole('alert')
      .filter({ hasText: /whenever/ })
      .waitFor()
    await page.keyboard.press('Escape')

    await button('Edit description').click()
    const field = inspector().getByRole('textbox', { name: 'Description' })
    await field.fill('mine')
    await yard.patch('/task/a', { description: 'theirs' })
    await inspector().getByText('It was changed elsewhere meanwhile').waitFor()
    await button('Take theirs').click()
    await expect.poll(() => field.inputValue()).toBe('theirs')
    await field.fill('both')
    await button('Save').click()
    await part('Description').getByText('both').waitFor()
  })

  test('dependencies are added by searching, shown on both sides, and removed', async () => {
    for (const id of ['first', 'second', 'third'])
      await yard.addTask({ id, title: `The ${id}`, exec: 'true', paused: true })
    await open('second')
    const wait = inspector().getByRole('combobox', { name: 'Wait for another task' })
    await wait.fill('the fir')
    await page.keyboard.press('Enter')
    await inspector().getByRole('list', { name: 'Waits for' }).getByText('The first').waitFor()
    const hold = inspector().getByRole('combobox', { name: 'Let another task wait' })
    await hold.fill('the f')
    await inspector().getByText('No task by that name can be added here.').waitFor()
    await hold.fill('third')
    await inspector().getByRole('option', { name: 'The third' }).click()
    await inspector().getByRole('list', { name: 'Holds back' }).getByText('The third').waitFor()
    await inspector().getByRole('button', { name: 'Do not wait for The first' }).click()
    await inspector().getByText('The first').waitFor({ state: 'detached' })
    await inspector().getByRole('button', { name: 'The third', exact: true }).click()
    await inspector().getByRole('heading', { name: 'The third' }).waitFor()
    const waits = inspector().getByRole('list', { name: 'Waits for' })
    await waits.getByText('The second').waitFor()
    await expect.poll(() => waits.getByRole('listitem').count()).toBe(1)
  })

  test('a failure says why, its tries stand side by side, and each opens its output', async () => {
    const exec = '[ -e told-ok ] || { echo oh no >&2; exit 3; }; echo all well'
    await yard.addTask({ id: 'flaky', title: 'Flaky', exec, maxAttempts: 1 })
    await open('flaky')
    await stateWord('Failed')
    await inspector()
      .getByRole('region', { name: 'Why' })
      .getByText(/it exited with 3/)
      .waitFor()
    await inspector().getByLabel('Last lines of its output').getByText('oh no').waitFor()
    await tab('Output').click()
    await log().getByText('oh no').waitFor()
    await yard.tell('ok')
    await inspector()
      .getByRole('group', { name: 'Actions' })
      .getByRole('button', { name: 'Retry', exact: true })
      .click()
    await stateWord('Done')
    await tab('Overview').click()
    await inspector().getByRole('checkbox', { name: 'Compare try 1' }).check()
    await inspector().getByRole('checkbox', { name: 'Compare try 2' }).check()
    const compared = inspector().getByRole('region', { name: 'Two tries compared' })
    expect(await compared.getByRole('row', { name: /^Outcome/ }).textContent()).toBe(
      'OutcomeFailedDone',
    )
    expect(await compared.getByRole('row', { name: /^Exit code/ }).textContent()).toBe(
      'Exit code30',
    )
    await inspector()
      .getByRole('button', { name: /Output of try 1/ })
      .click()
    await log().getByText('oh no').waitFor()
    await inspector().getByRole('combobox', { name: 'Which try' }).click()
    await page.getByRole('option', { name: /^Try 2/ }).click()
    await log().getByText('all well').waitFor()
  })

  test('an agent that does not stop is killed by two presses, with the ladder in sight', async () => {
    const edits = [{ key: 'agent.stop_grace', value: '2s' }]
    await yard.post('/config', { scope: 'project', edits })
    await yard.addTask({ id: 'deaf', title: 'Deaf', exec: `trap '' TERM; ${untilTold('deaf')}` })
    await open('deaf', 'output')
    await log().getByText('begins').waitFor()
    await button('Kill').click()
    await button(/^Kill\? \d+s of work$/).click()
    const ladder = inspector().getByRole('list', { name: /^End of agent-\d+$/ })
    await ladder.getByText('2s grace').waitFor()
    await inspector().getByText('Ended. Task paused. Start again?').waitFor()
    await button('Start again').click()
    await stateWord('In progress')
    await yard.tell('deaf')
    await stateWord('Done')
    await tab('Overview').click()
    const tries = inspector().getByRole('region', { name: 'Tries' }).getByRole('row')
    await expect.poll(() => tries.nth(1).textContent()).toContain('Done')
    await expect.poll(() => tries.nth(2).textContent()).toContain('Killed')
  })

  test('markdown is obeyed where it is safe, and shown as text where it is not', async () => {
    const description = [
      '# Head',
      '- [x] one\n- two',
      '[web](https://example.org/a?b=1&c=2) [mail](mailto:a@example.org)',
      '[js](JaVaScRiPt:alert(1)) [data](data:text/html,hi) [file](file:///etc/passwd) [here](//example.org) [vb](vbscript:x)',
      '[quote](https://example.org/"onmouseover="alert)',
      '<iframe srcdoc="<p>"></iframe><style>* { display: none }</style>',
      '<a href="https://example.org" style="color:red" onclick="x()">raw</a>',
      '<svg><script>alert(1)</script></svg><math><mtext><img src=x onerror=alert(1)>',
      '| a | b |\n|---|---|\n| 1 | 2 |',
      '```html\n<img src=x>\n```',
    ].join('\n\n')
    await yard.addTask({ id: 'words', title: 'Words', description, exec: 'true', paused: true })
    await open('words')
    const words = part('Description').locator('.markdown')
    await words.getByRole('heading', { name: 'Head', level: 4 }).waitFor()
    const links = await words
      .locator('a')
      .evaluateAll((all) =>
        all.map((link) => [
          link.getAttribute('href'),
          link.getAttributeNames().toSorted().join(' '),
        ]),
      )
    const names = 'href rel target'
    expect(links).toEqual([
      ['https://example.org/a?b=1&c=2', names],
      ['mailto:a@example.org', names],
      ['https://example.org/"onmouseover="alert', names],
    ])
    expect(await words.locator('img, iframe, style, script, svg, math, input').count()).toBe(0)
    expect(await words.locator('[style], [onclick], [onerror], [onmouseover]').count()).toBe(0)
    expect(await words.textContent()).toContain('<iframe srcdoc="<p>"></iframe>')
    expect(await words.locator('td').allTextContents()).toEqual(['1', '2'])
    expect(await words.locator('pre').textContent()).toBe('<img src=x>\n')
  })

  test('the timeline tells what happened, newest first, and leads to that time', async () => {
    await yard.addTask({ id: 'told', title: 'Told', exec: 'true' })
    await open('told')
    await stateWord('Done')
    await page.keyboard.press('Alt+3')
    const rows = inspector().getByRole('region', { name: 'Timeline' }).getByRole('listitem')
    await rows.nth(2).waitFor()
    await expect.poll(() => rows.first().textContent()).toMatch(/done|ended/i)
    await expect.poll(() => rows.last().textContent()).toMatch(/added/i)
    await rows.last().getByRole('button').press('Enter')
    await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/[?&]at=/)
    // The page is shared: a moment on its way would come into the next test.
    await inspector().getByText('The graph shows the past;').waitFor()
  })

  test('a removed task, one that never was and one without an agent are said in words', async () => {
    await yard.addTask({ id: 'gone', title: 'Gone soon', exec: 'true', paused: true })
    await open('gone', 'output')
    await inspector().getByText('No agent has worked on it yet.').waitFor()
    await button('More actions').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await inspector().getByText('“Gone soon” was removed.').waitFor()
    await goTo('#/graph?task=never')
    await inspector().getByText('There is no task never in this yard.').waitFor()
    expect(await inspector().getByRole('tab').count()).toBe(0)
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    const exec = "printf '\\033[31mred\\033[32mgreen\\033[33mamber\\033[34mblue\\033[0m\\n'; exit 1"
    await yard.addTask({
      id: `a-${scheme}`,
      title: 'A',
      exec,
      maxAttempts: 1,
      description: '# Head\n\n- [x] one\n- `two`',
      tags: ['x'],
    })
    await yard.addTask({ id: `b-${scheme}`, title: 'B', exec: 'true', after: [`a-${scheme}`] })
    await yard.addTask({ id: `c-${scheme}`, title: 'C', exec: untilTold(`c-${scheme}`) })
    await open(`a-${scheme}`)
    await stateWord('Failed')
    for (const name of ['Overview', 'Output', 'Timeline']) {
      await tab(name).click()
      await inspector().getByRole('tabpanel', { name }).waitFor()
      expect(await axeViolations(page, '.inspector')).toEqual([])
    }
    await open(`c-${scheme}`, 'output')
    await log().getByText('begins').waitFor()
    expect(await axeViolations(page, '.inspector')).toEqual([])
    await yard.tell(`c-${scheme}`)
    await stateWord('Done')
    await open(`b-${scheme}`)
    await button('Edit description').click()
    expect(await axeViolations(page, '.inspector')).toEqual([])
  })
})
