import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { canvasOf, type Point } from './on-canvas.ts'
import { onStage } from './stage.ts'
import { untilTold, type YardUnderTest } from './yard-under-test.ts'

onStage('the canvas', { prepare: addFirst }, ({ isServed, openAnother, page, reload, yard }) => {
  const { canvas, node, press, restOf } = canvasOf(() => page)
  const nodes = (): Locator => page.locator('.react-flow__node')
  const level = (): Promise<string | null> => canvas().getAttribute('data-level')
  const zoomIs = (percent: string): Promise<void> =>
    page.getByRole('group', { name: 'Zoom' }).getByText(percent, { exact: true }).waitFor()
  /** Waits until the canvas is at that level. */
  const levelIs = (wanted: string): Promise<void> =>
    page.locator(`#graph-canvas[data-level=${wanted}]`).waitFor()

  test('nodes show more the nearer one is, and far away only those that one is at', async () => {
    await yard.addTask({ id: 'second', title: 'Second', exec: 'true', after: ['first'] })
    await node('Second').waitFor()
    await press('1')
    await zoomIs('100%')
    await levelIs('full')
    await node('First').getByText('shell', { exact: true }).waitFor()
    await press('-', 2)
    await levelIs('compact')
    await press('-', 5)
    await levelIs('block')
    await nodes().first().waitFor({ state: 'detached' })
    await press('ArrowRight')
    await nodes().first().waitFor()
    await expect.poll(() => nodes().count()).toBe(1)
  })

  test('five thousand tasks: never more than 150 nodes are in the page', async () => {
    await yard.post('/import', { tasks: manyTasks(5000) })
    await page.getByText('5,001', { exact: true }).first().waitFor()
    await press('0')
    for (const key of ['0', '1', '-', '-', '-', '+', '+', '+', '+', '+']) {
      await press(key)
      expect(await nodes().count()).toBeLessThanOrEqual(150)
    }
    await press('Control+a')
    expect(await nodes().count()).toBeLessThanOrEqual(150)
    await press('0')
    await levelIs('block')
    expect(await nodes().count()).toBeLessThanOrEqual(150)
  })

  test('five thousand tasks are shown whole', async () => {
    await yard.post('/import', { tasks: manyTasks(5000) })
    await page.getByText('5,001', { exact: true }).first().waitFor()
    const frame = page.getByRole('img', { name: 'Minimap' }).locator('.minimap-frame')
    const isWhole = async (): Promise<boolean> => {
      await press('0')
      const [map, view] = [await frame.locator('..').boundingBox(), await frame.boundingBox()]
      // The frame is what is in view: with all of it the frame is the map's own border.
      return (view?.height ?? 0) > (map?.height ?? Infinity) - 8
    }
    await expect.poll(isWhole).toBe(true)
    await levelIs('block')
  })

  test('when everything has ended, what came of it is shown as it looks', async () => {
    const poster = '<style>h1 { color: red }</style><h1>The night train</h1>'
    await yard.addTask({
      id: 'draw',
      title: 'Draw',
      exec: `echo '${poster}' > poster.html`,
      deliverables: ['poster.html'],
    })
    await yard.addTask({ id: 'frame', title: 'Frame', exec: 'true', after: ['draw'] })
    await yard.post('/task/first/abandon', {})
    const card = page.locator('.draft-bar').filter({ hasText: 'Everything done: 3 tasks' })
    const title = card.frameLocator('iframe').getByRole('heading', { name: 'The night train' })
    await title.waitFor()
    expect(await title.evaluate((element) => getComputedStyle(element).color)).toBe(
      'rgb(255, 0, 0)',
    )
    expect(await axeViolations(page)).toEqual([])
    await card.getByRole('button', { name: 'Open poster.html' }).click()
    await page.getByRole('dialog').getByRole('heading', { name: 'poster.html' }).waitFor()
    await page.keyboard.press('Escape')
  })

  test('forty dependents of one task are a block that can be read, and folded they are one card', async () => {
    const leaves = Array.from({ length: 40 }, (_, i) => ({
      id: `leaf${i}`,
      title: `Leaf ${i}`,
      exec: 'true',
      paused: true,
      tags: ['docs'],
      after: ['root'],
    }))
    await yard.addTasks([{ id: 'root', title: 'Root', exec: 'true', paused: true }, ...leaves])
    await page.getByRole('link', { name: 'Tasks' }).getByText('42').waitFor()
    const percent = async (): Promise<number> => {
      await press('0')
      await restOf(page.getByRole('img', { name: 'Minimap' }).locator('.minimap-frame'))
      return Number.parseInt(await page.getByRole('group', { name: 'Zoom' }).innerText(), 10)
    }
    await expect.poll(percent).toBeGreaterThan(30)
    await press('c')
    await expect.poll(percent).toBe(100)
    await page.getByRole('group', { name: /^docs\. Folded, 40 tasks/ }).waitFor()
  })

  test('with all shown no task lies under the minimap', async () => {
    // As high as it is wide: fitted to the whole canvas its last row would reach into the corner.
    const square = Array.from({ length: 42 }, (_, i) => ({
      id: `s${i}`,
      title: `Square ${i}`,
      exec: 'true',
      paused: true,
      after: i < 7 ? [] : [`s${i - 7}`],
    }))
    await yard.addTasks(square)
    await page.getByRole('link', { name: 'Tasks' }).getByText('43').waitFor()
    const map = page.getByRole('img', { name: 'Minimap' })
    await page.getByRole('button', { name: 'Show all' }).click()
    await expect.poll(() => nodes().count()).toBe(43)
    await restOf(node('Square 41'))
    const corner = await map.boundingBox()
    if (corner === null) throw new Error('there is no minimap')
    const under = await nodes().evaluateAll(
      (each, { x, y }) =>
        each.filter((one) => {
          const { right, bottom } = one.getBoundingClientRect()
          return right > x && bottom > y
        }).length,
      corner,
    )
    expect(under).toBe(0)
  })

  test('the first view holds all tasks, also where some were placed by hand and the others are still laid out', async () => {
    const chain = ['a', 'b', 'c'].map((id, i, ids) => ({
      id,
      title: `Step ${id}`,
      exec: 'true',
      paused: true,
      after: i === 0 ? [] : [ids[i - 1] ?? ''],
    }))
    await yard.addTasks(chain)
    await node('Step c').waitFor()
    await yard.post('/page/positions', { set: { first: { x: 400, y: 900 } } })
    // As in a new window: a reload keeps the camera.
    await page.evaluate(() => addEventListener('pagehide', () => sessionStorage.clear()))
    await reload()
    await node('First').waitFor()
    await restOf(node('First'))
    const room = await canvas().boundingBox()
    for (const title of ['First', 'Step a', 'Step b', 'Step c']) {
      const { x, y } = await restOf(node(title))
      const isInSight = x >= (room?.x ?? 0) && y >= (room?.y ?? 0)
      expect({ title, isInSight }).toEqual({ title, isInSight: true })
    }
  })

  test('the minimap moves the camera, and goes away by its key', async () => {
    const map = page.getByRole('img', { name: 'Minimap' })
    const before = await restOf(node('First'))
    const box = await restOf(map)
    await page.mouse.click(box.x + 20, box.y + 20)
    await expect.poll(async () => (await restOf(node('First'))).x).not.toBe(before.x)
    await press('Shift+m')
    await map.waitFor({ state: 'detached' })
    expect(await map.count()).toBe(0)
  })

  test('finished work folds into one block, and a press opens it', async () => {
    for (const [id, after] of [
      ['a', []],
      ['b', ['a']],
      ['c', ['b']],
    ] as const)
      await yard.addTask({ id, title: `Step ${id}`, exec: 'true', after })
    await node('Step c')
      .getByText(/ms$|^\d+s$/)
      .waitFor()
    await press('z')
    const block = page.getByRole('group', { name: /Folded, 3 tasks, 3 done/ })
    await block.waitFor()
    expect(await node('Step a').count()).toBe(0)
    await block.click()
    await node('Step a').waitFor()
  })

  test.skipIf(!isServed)(
    'a node that is dragged stays there after a reload and in another window, until Tidy (not in the app, which has no address for it)',
    async () => {
      await node('First').waitFor()
      await press('1')
      await zoomIs('100%')
      const other = await openAnother(await pageAddress(yard))
      const there = other.page.getByRole('group', { name: /^First\./ })
      await there.waitFor()
      const at = await restOf(node('First'))
      await page.mouse.move(at.x + 60, at.y + 30)
      await page.mouse.down()
      await page.mouse.move(at.x + 200, at.y + 150, { steps: 8 })
      await page.mouse.up()
      await yard.addTask({ id: 'anchor', title: 'Anchor', exec: 'true', paused: true })
      await node('Anchor').waitFor()
      await restOf(node('Anchor'))
      const moved = await apart(node('First'), node('Anchor'))
      expect(Math.abs(moved.x)).toBeGreaterThan(40)
      await reload()
      await node('Anchor').waitFor()
      await press('1')
      await zoomIs('100%')
      await expect.poll(() => apart(node('First'), node('Anchor'))).toEqual(moved)
      await other.page.locator('#graph-canvas').focus()
      await other.page.keyboard.press('1')
      await other.page.getByText('100%', { exact: true }).waitFor()
      const anchor = other.page.getByRole('group', { name: /^Anchor\./ })
      await expect.poll(() => apart(there, anchor)).toEqual(moved)
      await press('Control+s')
      await page.getByText('Tidied the layout').waitFor()
    },
  )

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await yard.addTask({ id: 'a', title: 'Works', exec: untilTold('a') })
    await yard.addTask({ id: 'b', title: 'Waits', exec: 'true', after: ['a'] })
    await yard.addTask({ id: 'f', title: 'Fails', exec: 'exit 1' })
    await page.emulateMedia({ colorScheme: scheme })
    await node('Works')
      .getByText(/^\d+s$/)
      .waitFor()
    await page.getByRole('group', { name: /^Fails\. Failed/ }).waitFor()
    for (const key of ['1', 'l', '0']) {
      await press(key)
      expect(await axeViolations(page)).toEqual([])
    }
    await press('-', 6)
    await levelIs('block')
    expect(await axeViolations(page)).toEqual([])
    expect(await level()).toBe('block')
  })
})

async function pageAddress(yard: YardUnderTest): Promise<string> {
  const { pageUrl } = (await yard.post('/service/page', {})) as { pageUrl: string }
  return pageUrl
}

/** From one to the other, in whole px. */
async function apart(one: Locator, other: Locator): Promise<Point> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()]
  if (a === null || b === null) throw new Error('they are not on the page')
  return { x: Math.round(b.x - a.x), y: Math.round(b.y - a.y) }
}

/** Blocks of a root that fans out into chains; nothing of it starts. */
const manyTasks = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const root = i - (i % 40)
    const after = i % 40 === 0 ? [] : i % 4 === 0 ? [`t${root}`] : [`t${i - 1}`]
    return { id: `t${i}`, title: `Task ${i}`, exec: 'true', paused: true, after }
  })

function addFirst(yard: YardUnderTest): Promise<void> {
  return yard.addTask({ id: 'first', title: 'First', exec: 'true', paused: true })
}
