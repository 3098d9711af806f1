import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  chromiumPath,
  launchChromium,
  openWatchedPage,
  type WatchedPage,
} from '../support/chromium.ts'
import { makeYard, untilTold, type YardUnderTest } from './yard-under-test.ts'

describe.skipIf(chromiumPath === '')('the inspector', () => {
  let browser: Browser
  let yard: YardUnderTest
  let watched: WatchedPage
  let page: Page

  // One yard and one page for all: each test has tasks of its own.
  beforeAll(async () => {
    browser = await launchChromium()
    yard = await makeYard()
    watched = await openWatchedPage(browser, await yard.start())
    page = watched.page
    page.setDefaultTimeout(20_000)
    await page.getByRole('main').waitFor()
  })
  afterEach(() => {
    if (watched.complaints.length > 0) throw new Error(watched.complaints.join('\n'))
  })
  afterAll(async () => {
    await browser.close()
    await yard.close()
  })

  /** As another client would ask. */
  async function request(method: string, path: string, body: unknown): Promise<void> {
    const text = await readFile(join(yard.folder, '.yard/service/state.json'), 'utf8')
    const state = JSON.parse(text)
    const answer = await fetch(new URL(`/api${path}`, state.url), {
      method,
      headers: {
        authorization: `Bearer ${state.token}`,
        'content-type': 'application/json',
        origin: state.url,
      },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  const inspector = (): Locator => page.getByRole('complementary', { name: 'Task' })
  const button = (name: string | RegExp): Locator =>
    inspector().getByRole('button', { name, exact: typeof name === 'string' })
  const tab = (name: string): Locator => inspector().getByRole('tab', { name })
  const log = (): Locator => inspector().getByRole('log')
  const part = (name: string): Locator =>
    inspector()
      .locator('section')
      .filter({ has: page.getByRole('heading', { name }) })
  /** Opens a task as a link from outside would. */
  async function open(id: string, shown = 'overview'): Promise<void> {
    await page.evaluate((hash) => (location.hash = hash), `#/graph?task=${id}&tab=${shown}`)
    await inspector().getByRole('heading', { level: 2 }).waitFor()
  }
  const stateWord = (word: string): Promise<void> =>
    inspector().locator('.inspector-state').getByText(word, { exact: true }).waitFor()

  test('what is written about a task is edited where it stands, and taken back', async () => {
    await yard.addTask({ id: 'build', title: 'Build', exec: 'true', paused: true })
    await open('build')
    await button('Edit description').waitFor()
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
    await request('PATCH', '/task/a', { description: 'theirs' })
    await inspector().getByText('It was changed elsewhere meanwhile').waitFor()
    await button('Take theirs').click()
    expect(await field.inputValue()).toBe('theirs')
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
    expect(await waits.getByRole('listitem').count()).toBe(1)
  })

  test('a failure says why, its tries stand side by side, and each opens its output', async () => {
    const exec = '[ -e told-ok ] || { echo oh no >&2; exit 3; }; echo all well'
    await yard.addTask({ id: 'flaky', title: 'Flaky', exec, maxAttempts: 1 })
    await open('flaky')
    await stateWord('Failed')
    await inspector()
      .getByRole('region', { name: 'Why' })
      .getByText(/exit code 3/)
      .waitFor()
    await tab('Output').click()
    await inspector().getByRole('radio', { name: 'Errors' }).click()
    await log().getByText('oh no').waitFor()
    await yard.tell('ok')
    await inspector()
      .getByRole('group', { name: 'Acts' })
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
    await inspector()
      .getByText('Nothing came out here. What it complained of is under Errors.')
      .waitFor()
    await inspector().getByRole('combobox', { name: 'Which try' }).click()
    await page.getByRole('option', { name: /^Try 2/ }).click()
    await log().getByText('all well').waitFor()
  })

  test('an agent that does not stop is killed by two presses, with the ladder in sight', async () => {
    const edits = [{ key: 'agent.stop_grace', value: '2s' }]
    await request('POST', '/config', { scope: 'project', edits })
    await yard.addTask({ id: 'deaf', title: 'Deaf', exec: `trap '' TERM; ${untilTold('deaf')}` })
    await open('deaf', 'output')
    await log().getByText('begins').waitFor()
    await button('Kill').click()
    await button(/^Kill\? \d+s of work$/).click()
    const ladder = inspector().getByRole('list', { name: /^End of agent-\d+$/ })
    await ladder.getByText('2 s grace').waitFor()
    await inspector().getByText('Ended. Task paused. Start again?').waitFor()
    await button('Start again').click()
    await stateWord('In progress')
    await yard.tell('deaf')
    await stateWord('Done')
    await tab('Overview').click()
    const tries = inspector().getByRole('region', { name: 'Tries' }).getByRole('row')
    expect(await tries.nth(1).textContent()).toContain('Done')
    expect(await tries.nth(2).textContent()).toContain('Killed')
  })

  test('an agent CLI is shown by what it says and does: calls, their answers, edits, thoughts', async () => {
    const program = join(yard.folder, 'agent.sh')
    await writeFile(program, agentProgram(yard.folder), { mode: 0o755 })
    const edits = [
      { key: 'executors.claude.type', value: 'claude' },
      { key: 'executors.claude.command', value: JSON.stringify([program]) },
    ]
    await request('POST', '/config', { scope: 'project', edits })
    await yard.addTask({ id: 'cli', title: 'By a CLI', executor: 'claude', maxAttempts: 1 })
    await open('cli', 'output')
    await log().locator('strong', { hasText: 'fails' }).waitFor()
    const running = log().locator('.tool', { hasText: 'vitest restore' })
    await running.locator('.elapsed').waitFor()
    await yard.tell('cli')
    await running.getByText('Failed').waitFor()
    expect(await running.getByText('line 12', { exact: false }).count()).toBe(1)
    await running.getByRole('button', { name: 'Show less' }).click()
    expect(await running.getByText('line 12', { exact: false }).count()).toBe(0)
    const edit = log().locator('.tool', { hasText: 'src/adopt.ts' })
    expect(await edit.locator('[data-kind=removed]').allTextContents()).toEqual([
      '- const old = 1\n',
    ])
    expect(await edit.locator('[data-kind=added]').allTextContents()).toEqual([
      '+ const fresh = 2\n',
    ])
    await edit.getByText('+1').waitFor()
    const folded = log().locator('.tool', { hasText: 'README.md' })
    expect(await folded.locator('pre').textContent()).toBe(
      Array.from({ length: 8 }, (_, index) => `row ${index + 1}`).join('\n'),
    )
    await log()
      .getByRole('button', { name: /^Thought/ })
      .click()
    await log().getByText('I shall think').waitFor()
    await inspector().getByText('Tokens').waitFor()
    expect(await inspector().locator('.vitals').textContent()).toContain('$0.42')
  })

  test('live output is followed until somebody scrolls up, and never moves under the eye', async () => {
    const exec =
      'for i in $(seq 400); do echo early $i; done; ' +
      untilTold('on') +
      '; for i in $(seq 300); do echo late $i; done; ' +
      untilTold('end')
    await yard.addTask({ id: 'talk', title: 'Talk', exec })
    await open('talk', 'output')
    await log().getByText('early 400').waitFor()
    await inspector().getByText('Following').waitFor()
    await log().hover()
    await page.mouse.wheel(0, -600)
    await button(/^Follow/).waitFor()
    const before = await log().evaluate((element) => element.scrollTop)
    await yard.tell('on')
    await button(/^Follow, \d+ new$/).waitFor()
    expect(await log().evaluate((element) => element.scrollTop)).toBe(before)
    await button(/^Follow, \d+ new$/).click()
    await log().getByText('late 300').waitFor()
    await yard.tell('end')
    await stateWord('Done')
  })

  test('50 MB are read in windows: end, beginning, and any place that is searched for', async () => {
    const exec = "seq -f 'line %.0f of a long output that goes on and on and on' 900000"
    await yard.addTask({ id: 'long', title: 'Long', exec })
    await open('long', 'output')
    await stateWord('Done')
    await log()
      .getByText(/line 900000 of/)
      .waitFor()
    expect(await log().locator('*').count()).toBeLessThan(400)
    await log().focus()
    await page.keyboard.press('Control+f')
    await inspector().getByRole('textbox', { name: 'Find in the output' }).fill('line 412345 of')
    await log()
      .getByText(/line 412345 of/)
      .waitFor()
    await inspector().getByRole('status').getByText('1 of 1').waitFor()
    await log().hover()
    for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(0, -20_000)
    await expect.poll(() => firstLine(log()), { timeout: 20_000 }).toBeLessThan(412_000)
    expect(await log().locator('*').count()).toBeLessThan(400)
    await button(/^To the end, .+ MB$/).click()
    await log()
      .getByText(/line 900000 of/)
      .waitFor()
    await inspector().getByRole('radio', { name: 'Raw' }).click()
    await log()
      .getByText(/line 900000 of/)
      .waitFor()
  })

  test('hostile output is text: no tags, no links, no colours that hide, no turned words', async () => {
    const lines = [
      '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>',
      '[click](javascript:document.title="owned")',
      '\u001b[31mred\u001b[0m \u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007 \u001b[2J\u001b[1;1Hgone',
      'abc \u202egnp.exe',
      'ten\rnew',
      'x'.repeat(300_000),
      'the end',
    ]
    await writeFile(join(yard.folder, 'hostile.txt'), `${lines.join('\n')}\n`)
    await yard.addTask({
      id: 'hostile',
      title: '<b>Bold</b> \u202etitle',
      description: `${lines.slice(0, 2).join('\n\n')}\n\n![x](https://example.org/p.png) <b onclick=x>b</b>`,
      exec: 'cat hostile.txt',
    })
    await open('hostile', 'output')
    await log().getByText('the end').waitFor()
    await log().focus()
    await page.keyboard.press('Home')
    await log().getByText('<img src=x onerror').first().waitFor()
    expect(await log().locator('img, script, a').count()).toBe(0)
    expect(await log().locator('.ansi-1').textContent()).toBe('red')
    const text = (await log().textContent()) ?? ''
    expect(text).toContain('red link gone')
    expect(text).not.toContain('\u001b')
    expect(await log().locator('.turn-sign').first().getAttribute('data-code')).toBe('U+202E')
    expect(text).toContain('new')
    expect(text).not.toContain('ten')
    await tab('Overview').click()
    await part('Description').getByText('<b onclick=x>').waitFor()
    expect(await part('Description').locator('img, script, a, b').count()).toBe(0)
    expect(await page.title()).not.toBe('owned')
    // Byte for byte: what is copied from Raw is what was written.
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await tab('Output').click()
    await inspector().getByRole('radio', { name: 'Raw' }).click()
    await log().getByText('the end').waitFor()
    await button('Copy what is loaded').click()
    await page.getByText('Copied what is loaded of the output').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    const whole = `${lines.join('\n')}\n`
    expect(whole.endsWith(copied)).toBe(true)
    expect(copied.length).toBeGreaterThan(200_000)
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
    const texts = await rows.allTextContents()
    expect(texts[0]).toMatch(/done|ended/i)
    expect(texts.at(-1)).toMatch(/added/i)
    await rows.last().getByRole('button').press('Enter')
    await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/[?&]at=/)
  })

  test('a removed task, one that never was and one without an agent are said in words', async () => {
    await yard.addTask({ id: 'gone', title: 'Gone soon', exec: 'true', paused: true })
    await open('gone', 'output')
    await inspector().getByText('No agent has worked on it yet.').waitFor()
    await button('More acts').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await inspector().getByText('“Gone soon” was removed.').waitFor()
    await page.evaluate(() => (location.hash = '#/graph?task=never'))
    await inspector().getByText('There is no task never in this yard.').waitFor()
    expect(await inspector().getByRole('tab').count()).toBe(0)
  })

  test('the host goes away while output is read, and comes back with more of it', async () => {
    await yard.addTask({ id: 'on', title: 'On', exec: untilTold('on') })
    await open('on', 'output')
    await log().getByText('begins').waitFor()
    await yard.kill()
    await log().getByText('begins').waitFor()
    await yard.tell('on')
    await yard.start()
    await log().getByText('ends').waitFor()
    expect(await log().getByText('begins').count()).toBe(1)
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
      expect(await violations(page)).toEqual([])
    }
    await open(`c-${scheme}`, 'output')
    await log().getByText('begins').waitFor()
    expect(await violations(page)).toEqual([])
    await yard.tell(`c-${scheme}`)
    await stateWord('Done')
    await open(`b-${scheme}`)
    await button('Edit description').click()
    expect(await violations(page)).toEqual([])
  })
})

/** Prints what Claude Code would: its words, a call that fails once it is told to, a thought, an edit, a long answer. */
function agentProgram(folder: string): string {
  const said = (...content: object[]): string =>
    JSON.stringify({ type: 'assistant', message: { content } })
  const answer = (id: string, content: string, is_error = false): string =>
    JSON.stringify({
      type: 'user',
      message: { content: [{ type: 'tool_result', tool_use_id: id, content, is_error }] },
    })
  const call = (id: string, name: string, input: object): object => ({
    type: 'tool_use',
    id,
    name,
    input,
  })
  const rows = (word: string): string =>
    Array.from({ length: 20 }, (_, index) => `${word} ${index + 1}`).join('\n')
  const first = [
    said({ type: 'text', text: 'The test **fails** one time in six.' }),
    said(call('t1', 'Bash', { command: 'vitest restore --repeat 60' })),
  ]
  const then = [
    answer('t1', rows('line'), true),
    said({ type: 'thinking', thinking: 'I shall think about it.' }),
    said(
      call('t2', 'Edit', {
        file_path: 'src/adopt.ts',
        old_string: 'a\nconst old = 1\nb',
        new_string: 'a\nconst fresh = 2\nb',
      }),
    ),
    answer('t2', 'done'),
    said(call('t3', 'Read', { file_path: 'README.md' })),
    answer('t3', rows('row')),
    JSON.stringify({
      type: 'result',
      is_error: false,
      result: 'It is mended.',
      usage: { input_tokens: 400_000, output_tokens: 18_000 },
      total_cost_usd: 0.42,
    }),
  ]
  const print = (lines: readonly string[]): string => `cat <<'END'\n${lines.join('\n')}\nEND\n`
  return `#!/bin/sh
cat > /dev/null
${print(first)}until [ -e '${folder}/told-cli' ]; do sleep 0.05; done
${print(then)}`
}

/** Number of the first line that is drawn. */
async function firstLine(log: Locator): Promise<number> {
  const text = (await log.textContent()) ?? ''
  return Number(/line (\d+) of/.exec(text)?.[1] ?? Infinity)
}

async function violations(page: Page): Promise<string[]> {
  // Playwright's own page type, once removed: the package means @playwright/test's.
  const { violations: found } = await new AxeBuilder({ page: page as never })
    .include('.inspector')
    .setLegacyMode(true)
    .analyze()
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((each) => each.html).join(' ')}`)
}
