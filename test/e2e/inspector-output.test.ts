import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { inspectorOf } from './on-inspector.ts'
import { CLIPBOARD, onStage } from './stage.ts'
import { untilTold } from './yard-under-test.ts'

onStage('the output of a task', { per: 'file', permissions: CLIPBOARD }, (stage) => {
  const { copied, goTo, inspector, isServed, page, yard } = stage
  const { button, log, open, part, stateWord, tab } = inspectorOf(stage)

  test('an agent CLI is shown by what it says and does: calls, their answers, edits, thoughts', async () => {
    const program = join(yard.folder, 'agent.sh')
    await writeFile(program, agentProgram(yard.folder), { mode: 0o755 })
    const edits = [
      { key: 'executors.claude.type', value: 'claude' },
      { key: 'executors.claude.command', value: JSON.stringify([program]) },
    ]
    await yard.post('/config', { scope: 'project', edits })
    await yard.addTask({ id: 'cli', title: 'By a CLI', executor: 'claude', maxAttempts: 1 })
    await open('cli', 'output')
    await log().locator('strong', { hasText: 'fails' }).waitFor()
    const running = log().locator('.tool', { hasText: 'vitest restore' })
    await running.locator('.elapsed').waitFor()
    await yard.tell('cli')
    await running.getByText('Failed').waitFor()
    await running.getByText('line 12', { exact: false }).waitFor()
    await running.getByRole('button', { name: 'Show less' }).click()
    await running.getByText('line 12', { exact: false }).waitFor({ state: 'detached' })
    const edit = log().locator('.tool', { hasText: 'src/adopt.ts' })
    await expect
      .poll(() => edit.locator('[data-kind=removed]').allTextContents())
      .toEqual(['- const old = 1\n'])
    await expect
      .poll(() => edit.locator('[data-kind=added]').allTextContents())
      .toEqual(['+ const fresh = 2\n'])
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
    await expect.poll(() => inspector().locator('.vitals').textContent()).toContain('$0.42')
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
    const before = await scrollRest(log())
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
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, -20_000)
        return firstLine(log())
      })
      .toBeLessThan(412_000)
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
    await tab('Output').click()
    await inspector().getByRole('radio', { name: 'Raw' }).click()
    await log().getByText('the end').waitFor()
    await button('Copy what is loaded').click()
    await page.getByText('Copied what is loaded of the output').waitFor()
    const loaded = await copied()
    const whole = `${lines.join('\n')}\n`
    expect(whole.endsWith(loaded)).toBe(true)
    expect(loaded.length).toBeGreaterThan(200_000)
  })

  test('lines have numbers, a link to one opens there, and addresses in them lead out safely', async () => {
    const exec =
      'seq -f "row %.0f" 30000; echo "see https://example.org/a?b=c. javascript:alert(1)"'
    await yard.addTask({ id: 'rows', title: 'Rows', exec })
    await open('rows', 'output')
    await stateWord('Done')
    const link = log().getByRole('link', { name: 'https://example.org/a?b=c' })
    await link.waitFor()
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    expect(await link.getAttribute('target')).toBe('_blank')
    expect(await log().getByRole('link').count()).toBe(1)
    await log().locator('[data-line="30001"]').click()
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('anchor=30001')
    await button('More about the output').click()
    await page.getByRole('menuitem', { name: 'Copy a link to line 30001' }).click()
    await expect.poll(copied).toContain('anchor=30001')
    await goTo('#/graph?task=rows&tab=output&anchor=12345')
    await log().locator('[data-line="12345"][data-marked]').waitFor()
    await log().getByText('row 12345').waitFor()
    expect(await log().locator('*').count()).toBeLessThan(400)
    await button('More about the output').click()
    await page.getByRole('menuitemcheckbox', { name: 'Line numbers' }).click()
    await expect.poll(() => log().getAttribute('data-numbers')).toBeNull()
    await button('More about the output').click()
    await page.getByRole('menuitemcheckbox', { name: 'Line numbers' }).click()
  })

  test.skipIf(!isServed)('the whole output is downloaded as it is (not in the app)', async () => {
    await yard.addTask({ id: 'all', title: 'All', exec: 'seq 1000000; printf "grün\\033[31m"' })
    await open('all', 'output')
    await stateWord('Done')
    await button('More about the output').click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Download the whole output' }).click(),
    ])
    expect(file.suggestedFilename()).toMatch(/^agent-\d+\.log$/)
    const numbers = Array.from({ length: 1_000_000 }, (_, index) => `${index + 1}\n`).join('')
    expect(await readFile(await file.path(), 'utf8')).toBe(`${numbers}grün\u001b[31m`)
  })

  test.skipIf(!isServed)(
    'the host goes away while output is read, and comes back with more of it (not in the app, which is its own host)',
    async () => {
      await yard.addTask({ id: 'on', title: 'On', exec: untilTold('on') })
      await open('on', 'output')
      await log().getByText('begins').waitFor()
      await yard.kill()
      await log().getByText('begins').waitFor()
      await yard.tell('on')
      await yard.start()
      await log().getByText('ends').waitFor()
      expect(await log().getByText('begins').count()).toBe(1)
    },
  )
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

/** Where it is scrolled to once it stands still, in px. */
async function scrollRest(log: Locator): Promise<number> {
  const now = (): Promise<number> => log.evaluate((element) => element.scrollTop)
  let last = await now()
  await expect
    .poll(async () => {
      const before = last
      last = await now()
      return last - before
    })
    .toBe(0)
  return last
}
