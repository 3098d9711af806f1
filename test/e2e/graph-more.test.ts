import { readFile } from 'node:fs/promises'
import type { Download, Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { canvasOf, type Point } from './on-canvas.ts'
import { onStage } from './stage.ts'
import { untilTold } from './yard-under-test.ts'

onStage('more of the canvas', {}, ({ goTo, inspector, isServed, page, reload, yard }) => {
  const { canvas, choose, node, press, restOf, says, toast } = canvasOf(() => page)
  const dialog = (name: string | RegExp): Locator => page.getByRole('dialog', { name })
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name })
  const block = (words: RegExp): Locator => page.getByRole('group', { name: words })
  const addChain = async (): Promise<void> => {
    await yard.addTasks([
      { id: 'plan', title: 'Plan', exec: 'true', tags: ['docs'], paused: true },
      { id: 'build', title: 'Build', exec: 'true', after: ['plan'], paused: true },
      { id: 'ship', title: 'Ship', exec: 'true', tags: ['docs'], after: ['build'], paused: true },
    ])
    await node('Ship').waitFor()
  }
  const apart = async (one: string, other: string): Promise<Point> => {
    const [a, b] = [await restOf(node(one)), await restOf(node(other))]
    return { x: b.x - a.x, y: b.y - a.y }
  }

  test('a large file is imported with its progress told; who cancels has added nothing', async () => {
    await addChain()
    const count = 60_000
    await drop('large.jsonl', count)
    const cancel = dialog('Import a graph').getByRole('button', { name: 'Cancel import' })
    await dialog('Import a graph')
      .getByRole('status')
      .getByText(/^(Reading|Checking)/)
      .waitFor()
    await dialog('Import a graph').getByRole('progressbar', { name: 'Import' }).waitFor()
    await cancel.click()
    await dialog('Import a graph').getByRole('button', { name: 'Choose a file…' }).waitFor()
    expect(await dialog('Import a graph').getByRole('alert').textContent()).toBe('')
    await dialog('Import a graph').getByRole('button', { name: 'Cancel' }).click()
    // Its id would be taken if anything had been added.
    await yard.addTask({ id: 'row-0', title: 'Afterwards', exec: 'true', paused: true })
    await node('Afterwards').waitFor()
    expect(await node('Row \\d+').count()).toBe(0)
    expect(await toast(/^Imported/).count()).toBe(0)
  })

  test('the layout runs downwards when it is told to, arrows too, and that is kept', async () => {
    await addChain()
    const right = await apart('Plan', 'Ship')
    expect(right.x).toBeGreaterThan(400)
    expect(Math.abs(right.y)).toBeLessThan(10)
    await goTo('#/settings')
    await page.getByRole('radio', { name: 'Downwards' }).click()
    await goTo('#/graph')
    const isDown = async (): Promise<void> => {
      await node('Ship').waitFor()
      const down = await apart('Plan', 'Ship')
      expect(down.y).toBeGreaterThan(150)
      expect(Math.abs(down.x)).toBeLessThan(10)
    }
    await isDown()
    await press('Home')
    await press('ArrowDown')
    await block(/^Build\..*Selected/).waitFor()
    await press('ArrowUp')
    await block(/^Plan\..*Selected/).waitFor()
    await reload()
    await isDown()
  })

  test('Z folds what is finished, C the tasks of a tag; both open again, and failures stay in sight', async () => {
    await yard.addTasks([
      { id: 'a', title: 'Fetch', exec: 'true', tags: ['prepare'] },
      { id: 'b', title: 'Unpack', exec: 'true', tags: ['prepare'], after: ['a'] },
      { id: 'c', title: 'Lint', exec: 'exit 1', tags: ['check'], maxAttempts: 1 },
      { id: 'd', title: 'Docs', exec: 'true', tags: ['check'], after: ['b'], paused: true },
      { id: 'e', title: 'Pages', exec: 'true', tags: ['check'], after: ['d'], paused: true },
    ])
    await says('Unpack', 'Done')
    await says('Lint', 'Failed')
    await press('z')
    await block(/Folded, 2 tasks, 2 done/).waitFor()
    await node('Fetch').waitFor({ state: 'detached' })
    expect(await node('Lint').count()).toBe(1)
    await press('z')
    await node('Fetch').waitFor()
    await block(/Folded/).waitFor({ state: 'detached' })
    await choose('Docs')
    // The inspector takes room: what is outside of the view is not in the page.
    await press('0')
    await restOf(node('Pages'))
    await press('c')
    await block(/^check.*0 of 2 done/).waitFor()
    await node('Pages').waitFor({ state: 'detached' })
    expect(await node('Lint').count()).toBe(1)
    await block(/^check.*0 of 2 done/).click()
    await node('Pages').waitFor()
  })

  test('. and , go from one task that needs a person to the next, round and round', async () => {
    await addChain()
    for (const [id, title] of [
      ['one', 'First fault'],
      ['two', 'Second fault'],
    ] as const) {
      await yard.addTask({ id, title, exec: 'exit 1', maxAttempts: 1 })
      await says(title, 'Failed')
    }
    const shown = (title: string): Promise<void> =>
      inspector().getByRole('heading', { name: title }).waitFor()
    await press('.')
    await shown('First fault')
    await block(/^First fault\..*Selected/).waitFor()
    await press('.')
    await shown('Second fault')
    await press('.')
    await shown('First fault')
    await press(',')
    await shown('Second fault')
    expect(
      await inspector().getByRole('tab', { name: 'Output' }).getAttribute('aria-selected'),
    ).toBe('true')
  })

  test('an agent that ignores being asked is ended by force at the second K', async () => {
    await yard.post('/config', {
      scope: 'project',
      edits: [{ key: 'agent.stop_grace', value: '10m' }],
    })
    const exec = `trap '' TERM; ${untilTold('deaf')}`
    await yard.addTask({ id: 'deaf', title: 'Deaf', exec })
    await says('Deaf', 'In progress')
    await choose('Deaf')
    await inspector().getByRole('tab', { name: 'Output' }).click()
    await page.getByText('begins').waitFor()
    await press('k')
    const first = dialog('Kill agent-1?')
    await first.getByRole('button', { name: 'Kill agent-1' }).click()
    await toast('Asked agent-1 to stop. It has 10m').waitFor()
    await says('Deaf', 'In progress.*')
    await press('k')
    const second = dialog('End agent-1 by force?')
    await second.getByText('By force nothing more is saved.').waitFor()
    await second.getByRole('button', { name: 'End by force' }).click()
    await toast('agent-1 ended. Its task is paused.').waitFor()
    await says('Deaf', 'Paused')
    expect(await page.locator('.toast[data-kind=error]').count()).toBe(0)
  })

  test('⇧K ends the agent and starts its task again at once', async () => {
    await yard.addTask({ id: 'long', title: 'Long', exec: untilTold('long') })
    await says('Long', 'In progress')
    await choose('Long')
    await press('Shift+K')
    const question = dialog('Kill agent-1?')
    await question.getByText('Its task starts again at once.').waitFor()
    await question.getByRole('button', { name: 'Kill agent-1' }).click()
    await toast('agent-1 ended. Its task starts again.').waitFor()
    await inspector().getByText('agent-2').first().waitFor()
    await says('Long', 'In progress')
    await yard.tell('long')
    await says('Long', 'Done')
    expect(await dialog(/./).count()).toBe(0)
  })

  test('E, ⇧E and F2 change executor, model and title, each taken back', async () => {
    await addChain()
    await choose('Plan')
    await press('Shift+E')
    await dialog('Model of “Plan”').getByRole('option', { name: 'The executor’s own' }).waitFor()
    await page.keyboard.press('Escape')
    await press('F2')
    const title = inspector().getByLabel('Title', { exact: true })
    await title.fill('Plan it')
    await page.keyboard.press('Enter')
    await node('Plan it').waitFor()
    await press('Control+z')
    await node('Plan').waitFor()
    await yard.addTask({ id: 'mind', title: 'Mind', executor: 'claude', paused: true })
    await choose('Mind')
    await press('e')
    const choices = dialog('Executor of “Mind”')
    // The host is asked which there are: until it has answered there is nothing to choose.
    await choices.getByRole('option', { name: 'codex' }).first().waitFor()
    await choices.getByRole('combobox').fill('codex')
    await choices.getByRole('option', { name: 'claude' }).waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await block(/^Mind\..*codex/).waitFor()
    await press('Control+z')
    await block(/^Mind\..*claude/).waitFor()
    expect(await page.locator('.toast[data-kind=error]').count()).toBe(0)
  })

  test('Esc closes one thing at a time, from the outermost in', async () => {
    await addChain()
    await choose('Build')
    await press('f')
    await page.keyboard.press('t')
    await press('/')
    const find = page.getByRole('search')
    await find.waitFor()
    await press('d')
    const link = dialog(/^Add a dependency to/)
    await link.waitFor()
    await page.keyboard.press('Escape')
    await link.waitFor({ state: 'detached' })
    expect(await find.count()).toBe(1)
    await page.keyboard.press('Escape')
    await find.waitFor({ state: 'detached' })
    expect(await button('Focus').getAttribute('aria-pressed')).toBe('true')
    await press('Escape')
    await expect.poll(() => button('Focus').getAttribute('aria-pressed')).toBe('false')
    await block(/^Build\..*Selected/).waitFor()
    await inspector().getByRole('heading', { name: 'Build' }).waitFor()
    await press('Escape')
    await block(/^Build\..*Selected/).waitFor({ state: 'detached' })
    await inspector().getByRole('heading', { name: 'Build' }).waitFor()
    await page.keyboard.press('Escape')
    await inspector().getByRole('heading', { name: 'Build' }).waitFor({ state: 'detached' })
  })

  test('a task made by keys far outside the view comes into sight', async () => {
    await yard.addTasks(
      Array.from({ length: 40 }, (_, i) => ({
        id: `s${i}`,
        title: `Step ${i}`,
        exec: 'true',
        paused: true,
        after: i === 0 ? [] : [`s${i - 1}`],
      })),
    )
    await node('Step 0').waitFor()
    await press('End')
    await block(/^Step 39\..*Selected/).waitFor()
    await press('Shift+N')
    await dialog('New task').getByText('After Step 39.').waitFor()
    await dialog('New task').getByLabel('Title').fill('Beyond')
    await page.keyboard.press('Enter')
    expect(await isInSight('Beyond')).toBe(true)
    await press('Home')
    await block(/^Step 0\..*Selected/).waitFor()
    await press('n')
    await dialog('New task').getByLabel('Title').fill('Alone >s39')
    await page.keyboard.press('Enter')
    expect(await isInSight('Alone')).toBe(true)
  })

  test.skipIf(!isServed)(
    'the picture of the graph holds every task and edge (not in the app, whose downloads a test cannot take)',
    async () => {
      await yard.addTasks([
        { id: 'a', title: 'Fetch the sources', exec: 'true' },
        {
          id: 'b',
          title: 'Build for every platform that is supported',
          exec: 'true',
          after: ['a'],
        },
        { id: 'c', title: 'Lint', exec: 'exit 1', maxAttempts: 1, after: ['a'] },
        { id: 'd', title: 'Publish', exec: 'true', after: ['b', 'c'] },
        { id: 'e', title: 'Notes \u202egnp', exec: 'true', after: ['a'], paused: true },
        { id: 'f', title: 'Soak test', exec: untilTold('f'), after: ['b'] },
      ])
      await says('Soak test', 'In progress')
      await says('Lint', 'Failed')
      const svg = await readFile(await (await exported('Export as SVG')).path(), 'utf8')
      for (const title of ['Fetch the sources', 'Lint', 'Publish', 'Soak test'])
        expect(svg).toContain(`>${title}<`)
      const png = await exported('Export as PNG')
      const bytes = await readFile(await png.path())
      const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
      const [, shownWidth, shownHeight] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? []
      expect([width, height]).toEqual([Number(shownWidth) * 2, Number(shownHeight) * 2])
      if (process.env['KEEP_PICTURES']) {
        await png.saveAs(`${process.env['KEEP_PICTURES']}/graph.png`)
        await page.screenshot({ path: `${process.env['KEEP_PICTURES']}/page.png` })
      }
    },
  )

  async function isInSight(title: string): Promise<boolean> {
    await node(title).waitFor()
    await block(new RegExp(`^${title}\\..*Selected`)).waitFor()
    await restOf(node(title))
    const [box, room] = [await node(title).boundingBox(), await canvas().boundingBox()]
    if (!box || !room) throw new Error('not drawn')
    return (
      box.x >= room.x &&
      box.y >= room.y &&
      box.x + box.width <= room.x + room.width &&
      box.y + box.height <= room.y + room.height
    )
  }

  async function exported(entry: string): Promise<Download> {
    await button('More of the view').click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: entry }).click(),
    ])
    return download
  }

  /** As a file manager's drop, over the canvas; made in the page, for it is large. */
  async function drop(name: string, count: number): Promise<void> {
    const dataTransfer = await page.evaluateHandle(
      ([fileName, lines]) => {
        const rows = Array.from({ length: lines }, (_, i) =>
          JSON.stringify({ id: `row-${i}`, title: `Row ${i}`, exec: 'true', paused: true }),
        )
        const transfer = new DataTransfer()
        transfer.items.add(new File([rows.join('\n')], fileName))
        return transfer
      },
      [name, count] as const,
    )
    await canvas().dispatchEvent('drop', { dataTransfer })
  }
})
