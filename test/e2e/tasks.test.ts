import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { onStage } from './stage.ts'
import { untilTold } from './yard-under-test.ts'

onStage('the tasks in lists', { name: 'atlas' }, ({ goTo, inspector, page, reload, yard }) => {
  const table = (): Locator => page.getByRole('grid', { name: 'Tasks' })
  const outline = (): Locator => page.getByRole('treegrid', { name: 'Tasks by dependency' })
  const row = (title: string): Locator =>
    page.getByRole('row').filter({ has: page.getByText(title, { exact: true }) })
  const column = (name: string): Locator => page.getByRole('listbox', { name, exact: true })
  const toast = (text: string): Locator => page.getByText(text)
  /** Titles from top to bottom. */
  const titles = (): Promise<string[]> => table().locator('[data-column=title]').allTextContents()
  const hold = (id: string, title: string, more: object = {}): Promise<void> =>
    yard.addTask({ id, title, exec: 'true', paused: true, ...more })

  test('the table sorts by its heads, by pointer and keys, and the address keeps it', async () => {
    await hold('b', 'Bravo', { priority: 'high' })
    await hold('a', 'Alpha', { priority: 'low' })
    await goTo('#/tasks')
    await expect.poll(titles).toEqual(['Bravo', 'Alpha'])
    const head = page.getByRole('columnheader', { name: /^Title/ })
    await head.getByRole('button', { name: 'Title', exact: true }).click()
    await expect.poll(titles).toEqual(['Alpha', 'Bravo'])
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending')
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter'])
      await page.keyboard.press(key)
    await expect.poll(titles).toEqual(['Bravo', 'Alpha'])
    await reload()
    await expect.poll(titles).toEqual(['Bravo', 'Alpha'])
    expect(page.url()).toContain('sort=priority')
  })

  test('columns are chosen, hidden and resized, and stay so', async () => {
    await hold('a', 'Alpha')
    await goTo('#/tasks')
    await row('Alpha').waitFor()
    await page.getByRole('button', { name: 'Choose columns' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Id', exact: true }).click()
    await page.getByRole('columnheader', { name: /^Id/ }).waitFor()
    const cost = page.getByRole('columnheader', { name: /^Cost/ })
    await cost.getByRole('button', { name: 'Cost', exact: true }).focus()
    await page.keyboard.press('Alt+ArrowDown')
    await page.getByRole('menuitem', { name: 'Hide' }).click()
    await cost.waitFor({ state: 'detached' })
    const state = page.getByRole('columnheader', { name: /^State/ })
    const width = async (): Promise<number> => (await state.boundingBox())?.width ?? 0
    const before = await width()
    await state.getByRole('button', { name: 'State', exact: true }).focus()
    await page.keyboard.press('Alt+ArrowRight')
    await expect.poll(width).toBe(before + 16)
    const edge = await state.locator('[data-edge]').boundingBox()
    if (edge === null) throw new Error('the head has no edge')
    await page.mouse.move(edge.x + 4, edge.y + 8)
    await page.mouse.down()
    await page.mouse.move(edge.x + 44, edge.y + 8, { steps: 4 })
    await page.mouse.up()
    await expect.poll(width).toBe(before + 56)
    await reload()
    await page.getByRole('columnheader', { name: /^Id/ }).waitFor()
    expect(await cost.count()).toBe(0)
    await expect.poll(width).toBe(before + 56)
  })

  test('in the smallest window every count of a state is whole and can be pressed', async () => {
    const paused = { exec: 'true', paused: true }
    await yard.addTasks([
      ...Array.from({ length: 120 }, (_, n) => ({ id: `p${n}`, title: `P${n}`, ...paused })),
      { id: 'waits', title: 'Waits', exec: 'true', after: ['p0'] },
      { id: 'by-hand', title: 'By hand', executor: 'manual' },
      { id: 'nightly', title: 'Nightly', exec: 'true', schedule: { spec: '@yearly', tz: 'UTC' } },
      { id: 'broken', title: 'Broken', exec: 'exit 3', maxAttempts: 1 },
      { id: 'runs', title: 'Runs', exec: untilTold('runs') },
    ])
    await page.setViewportSize({ width: 720, height: 480 })
    const counts = page.getByRole('toolbar', { name: 'Filter by state' }).getByRole('button')
    for (const shape of ['table', 'columns', 'outline']) {
      await goTo(`#/tasks?shape=${shape}`)
      await expect.poll(() => counts.count()).toBeGreaterThan(5)
      expect(await counts.evaluateAll(hidden)).toEqual([])
    }
    await goTo('#/graph')
    expect(await counts.evaluateAll(hidden)).toEqual([])
  })

  test('keys walk, gather, open and act; the place is told to a screen reader', async () => {
    for (const name of ['One', 'Two', 'Three']) await hold(name.toLowerCase(), name)
    await goTo('#/tasks')
    await row('Three').waitFor()
    await table().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect
      .poll(async () => {
        const place = await table().getAttribute('aria-activedescendant')
        return page.evaluate((id) => document.getElementById(id ?? '')?.dataset['task'], place)
      })
      .toBe('two')
    await page.keyboard.press('Enter')
    await inspector().getByRole('heading', { name: 'Two', exact: true }).waitFor()
    await page.keyboard.press('ArrowUp')
    await inspector().getByRole('heading', { name: 'One', exact: true }).waitFor()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    const chosen = (): Promise<string[]> =>
      page
        .locator('[role=row][aria-selected=true]')
        .evaluateAll((rows) => rows.map((each) => (each as HTMLElement).dataset['task'] ?? ''))
    await expect.poll(chosen).toEqual(['one', 'three'])
    await page.getByRole('toolbar', { name: '2 tasks chosen' }).waitFor()
    await page.keyboard.press('p')
    await row('One').getByText('Done').waitFor()
    await row('Three').getByText('Done').waitFor()
    expect(await row('Two').getByText('Paused').count()).toBe(1)
    await page.keyboard.press('Control+a')
    await expect.poll(chosen).toEqual(['one', 'two', 'three'])
    await page.keyboard.press('Escape')
    await expect.poll(chosen).toEqual([])
  })

  test('a long title breaks no row: the columns stand below each other', async () => {
    await yard.addTask({ id: 'short', title: 'Short', exec: 'true' })
    await yard.addTask({ id: 'long', title: 'A very long title '.repeat(20).trim(), exec: 'true' })
    await goTo('#/tasks')
    const cells = page.locator('[role=gridcell][data-column=cost]')
    await expect.poll(() => cells.count()).toBe(2)
    const [one, two] = await cells.evaluateAll((all) =>
      all.map((each) => each.getBoundingClientRect().x),
    )
    expect(one).toBe(two)
    await page.getByRole('columnheader', { name: /^Why/ }).waitFor()
  })

  test('clicks choose: one, one more, a range', async () => {
    for (const name of ['One', 'Two', 'Three']) await hold(name.toLowerCase(), name)
    await goTo('#/tasks')
    await row('One').click()
    await inspector().getByRole('heading', { name: 'One', exact: true }).waitFor()
    await row('Three').click({ modifiers: ['Shift'] })
    await page.getByRole('toolbar', { name: '3 tasks chosen' }).waitFor()
    await row('Two').click({ modifiers: ['Control'] })
    await page.getByRole('toolbar', { name: '2 tasks chosen' }).waitFor()
    await page
      .getByRole('toolbar', { name: '2 tasks chosen' })
      .getByRole('button', { name: 'Resume' })
      .click()
    await row('One').getByText('Done').waitFor()
    expect(await row('Two').getByText('Paused').count()).toBe(1)
  })

  test('the filter narrows all shapes, says when nothing matches, and is cleared', async () => {
    await hold('a', 'Alpha')
    await hold('b', 'Bravo')
    await goTo('#/tasks')
    await row('Alpha').waitFor()
    await page.keyboard.press('/')
    await page.locator('input:focus').waitFor()
    await page.keyboard.type('brav')
    await row('Alpha').waitFor({ state: 'detached' })
    await page.getByRole('radio', { name: 'Outline' }).click()
    await row('Bravo').waitFor()
    expect(await row('Alpha').count()).toBe(0)
    await page.getByRole('textbox', { name: 'Filter tasks' }).fill('nothing like it')
    await page.getByText('2 tasks, none match').waitFor()
    await page.getByRole('status').getByRole('button', { name: 'Clear filters' }).click()
    await row('Alpha').waitFor()
  })

  test('under the pointer the order waits until it leaves', async () => {
    await yard.addTask({ id: 'w', title: 'Works', exec: untilTold('w') })
    await hold('p', 'Paused one')
    await goTo('#/tasks?sort=state')
    await row('Works').getByText('In progress').waitFor()
    await expect.poll(titles).toEqual(['Works', 'Paused one'])
    await row('Works').hover()
    await yard.tell('w')
    await row('Works').getByText('Done').waitFor()
    expect(await titles()).toEqual(['Works', 'Paused one'])
    await page.getByRole('heading', { name: 'Tasks' }).hover()
    await expect.poll(titles).toEqual(['Paused one', 'Works'])
  })

  test('in columns a card is dragged only where a command leads; keys and menu do the same', async () => {
    await yard.addTask({ id: 'f', title: 'Flaky', exec: '[ -e told-f ]' })
    await hold('d', 'Draft one')
    await goTo('#/tasks?shape=columns')
    const card = (state: string, title: string): Locator =>
      column(state).getByRole('option').filter({ hasText: title })
    await card('Failed', 'Flaky').waitFor()
    const target = page.getByRole('region', { name: /^In progress/ })
    await card('Failed', 'Flaky').hover()
    await page.mouse.down()
    await target.hover()
    await target.hover({ position: { x: 40, y: 80 } })
    await expect.poll(() => target.getAttribute('data-dim')).toBe('true')
    await expect
      .poll(() => page.getByRole('region', { name: /^Ready/ }).getAttribute('data-takes'))
      .toBe('true')
    await page.mouse.up()
    await card('Failed', 'Flaky').waitFor()
    await yard.tell('f')
    await card('Failed', 'Flaky').dragTo(page.getByRole('region', { name: /^Ready/ }))
    await card('Done', 'Flaky').waitFor()
    await card('Paused', 'Draft one').click()
    await column('Paused').focus()
    await page.keyboard.press('Alt+ArrowRight')
    await card('Done', 'Draft one').waitFor()
    await column('Done').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Alt+ArrowDown')
    await page.getByRole('menuitem', { name: /^Failed/ }).waitFor()
    expect(
      await page.getByRole('menuitem', { name: /^Failed/ }).getAttribute('aria-disabled'),
    ).toBe('true')
    await page.keyboard.press('Escape')
    await column('Done').focus()
    await page.keyboard.press('ArrowLeft')
    await expect
      .poll(() => column('Done').evaluate((list) => list === document.activeElement))
      .toBe(true)
  })

  test('the outline is walked, folded, linked and unlinked by keys', async () => {
    await hold('a', 'Alpha')
    await hold('b', 'Bravo', { after: ['a'] })
    await hold('c', 'Charlie')
    await goTo('#/tasks?shape=outline')
    await row('Charlie').waitFor()
    await outline().focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => row('Alpha').getAttribute('aria-expanded')).toBe('true')
    await expect.poll(() => row('Bravo').getAttribute('aria-level')).toBe('2')
    await page.keyboard.press('ArrowLeft')
    await row('Bravo').waitFor({ state: 'detached' })
    await page.keyboard.press('ArrowRight')
    await row('Bravo').waitFor()
    await page.keyboard.press('End')
    await page.keyboard.press('d')
    const editor = page.getByRole('dialog', { name: 'What “Charlie” waits for' })
    await editor.getByRole('combobox').pressSequentially('bravo')
    await page.keyboard.press('Enter')
    await editor.getByRole('listitem').filter({ hasText: 'Bravo' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => row('Charlie').getAttribute('aria-level')).toBe('3')
    await row('Alpha').click()
    await outline().focus()
    await page.keyboard.press('d')
    const other = page.getByRole('dialog', { name: 'What “Alpha” waits for' })
    await other.getByRole('option', { name: /Charlie.*cycle/ }).waitFor()
    await page.keyboard.press('Escape')
    await row('Charlie').getByText('Charlie').click()
    await outline().focus()
    await page.keyboard.press('Shift+D')
    await editor.getByRole('button', { name: 'No longer wait for Bravo' }).press('Enter')
    await editor.getByText('Nothing', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => row('Charlie').getAttribute('aria-level')).toBe('1')
    await toast('Charlie no longer waits for Bravo').waitFor()
    await page.keyboard.press('Control+z')
    await expect.poll(() => row('Charlie').getAttribute('aria-level')).toBe('3')
  })

  test('ten thousand tasks: only the rows in sight are in the page, whatever the shape', async () => {
    const tasks = Array.from({ length: 10_000 }, (_, i) => ({
      id: `t${i}`,
      title: `Task number ${i}`,
      exec: 'true',
      paused: true,
      after: i % 10 === 0 ? [] : [`t${i - 1}`],
    }))
    await yard.addTasks(tasks)
    await goTo('#/tasks')
    // A large change comes in pieces.
    await expect.poll(() => table().getAttribute('aria-rowcount')).toBe('10001')
    expect(await page.getByRole('row').count()).toBeLessThan(60)
    await table().focus()
    await page.keyboard.press('End')
    await page.getByRole('row').filter({ hasText: 'Task number 9999' }).waitFor()
    expect(await page.getByRole('row').count()).toBeLessThan(60)
    await page.getByRole('radio', { name: 'Outline' }).click()
    await outline().waitFor()
    expect(await page.getByRole('row').count()).toBeLessThan(80)
    await page.getByRole('radio', { name: 'Columns' }).click()
    await column('Paused').getByRole('option').first().waitFor()
    expect(await page.getByRole('option').count()).toBeLessThan(60)
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await yard.addTask({ id: 'w', title: 'Works', exec: untilTold('w') })
    await yard.addTask({ id: 'f', title: 'Fails', exec: 'exit 1' })
    await hold('d', 'Draft one', { after: ['w'] })
    for (const shape of ['table', 'columns', 'outline']) {
      await goTo(`#/tasks?shape=${shape}`)
      await page.getByText('Draft one').first().waitFor()
      expect({ shape, found: await axeViolations(page) }).toEqual({ shape, found: [] })
    }
    await outline().focus()
    await page.keyboard.press('End')
    await page.keyboard.press('d')
    await page.getByRole('dialog').waitFor()
    expect(await axeViolations(page)).toEqual([])
  })
})

/** Runs in the page: the names of those whose ends cannot be pressed. */
function hidden(buttons: readonly Element[]): string[] {
  return buttons
    .filter((button) => {
      const { left, right, top, bottom } = button.getBoundingClientRect()
      return [left + 2, right - 2].some(
        (x) => !button.contains(document.elementFromPoint(x, (top + bottom) / 2)),
      )
    })
    .map((button) => button.textContent ?? '')
}
