import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { canvasOf, type Point } from './on-canvas.ts'
import { onStage } from './stage.ts'
import type { YardUnderTest } from './yard-under-test.ts'

onStage('the pointer on the canvas', { prepare: addChain }, ({ inspector, page, reload }) => {
  const { canvas, choose, drag, middleOf, node, press, restOf, toast } = canvasOf(() => page)
  const bar = (count: number): Locator =>
    page.getByRole('toolbar', { name: `${count} tasks chosen` })
  const chosen = async (): Promise<string> => {
    const names = await page
      .getByRole('group', { name: /Selected/ })
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')?.split('.')[0]))
    return names.toSorted().join(' ')
  }
  /** Both are measured in one frame: between two the camera may have moved on. */
  const apart = async (one: string, other: string): Promise<Point> => {
    await restOf(node(one))
    const [from, to] = [await node(one).elementHandle(), await node(other).elementHandle()]
    return page.evaluate(offset, [from, to] as const)
  }
  const settled = async (): Promise<void> => {
    await node('Ship').waitFor()
    await restOf(node('Ship'))
  }
  /** On the edge between two nodes that stand level, that share of the way along it. */
  const between = async (one: string, other: string, share = 0.5): Promise<Point> => {
    const [a, b] = [await node(one).boundingBox(), await node(other).boundingBox()]
    if (!a || !b) throw new Error('not drawn')
    const start = a.x + a.width
    return { x: start + (b.x - start) * share, y: a.y + a.height / 2 }
  }
  const linkOf = (title: string): Locator =>
    page.getByRole('group', { name: new RegExp(`^${title}\\..*Its 1 dependency`) })

  test('a node goes where it is dragged; undo brings it back, and its place is kept over a reload', async () => {
    await settled()
    const before = await apart('Plan', 'Ship')
    const from = await middleOf(node('Ship'))
    await drag(from, { x: from.x - 60, y: from.y + 160 })
    const moved = await apart('Plan', 'Ship')
    isNear(moved, { x: before.x - 60, y: before.y + 160 })
    await press('Control+z')
    await expect.poll(() => apart('Plan', 'Ship')).toEqual(before)
    await press('Control+Shift+z')
    await expect.poll(() => apart('Plan', 'Ship')).toEqual(moved)
    await reload()
    await settled()
    await press('1')
    await page.getByRole('group', { name: 'Zoom' }).getByText('100%', { exact: true }).waitFor()
    expect(await apart('Plan', 'Ship')).toEqual(moved)
  })

  test('all that are chosen go with the one under the hand, and come back by one undo', async () => {
    await settled()
    // The inspector, which the first click opens, must leave the other one free.
    await press('-', 2)
    await restOf(node('Ship'))
    const [alone, together] = [await apart('Build', 'Plan'), await apart('Build', 'Ship')]
    await node('Plan').click()
    await node('Ship').click({ modifiers: ['Control'] })
    await bar(2).waitFor()
    // At once: that the camera still follows what was chosen must not lead the drag astray.
    const from = await middleOf(node('Plan'))
    await drag(from, { x: from.x, y: from.y + 130 })
    isNear(await apart('Build', 'Plan'), { x: alone.x, y: alone.y + 130 })
    isNear(await apart('Build', 'Ship'), { x: together.x, y: together.y + 130 })
    await press('Control+z')
    await expect.poll(() => apart('Build', 'Plan')).toEqual(alone)
    await expect.poll(() => apart('Build', 'Ship')).toEqual(together)
  })

  test('the × of an edge removes the dependency, and its toast puts it back', async () => {
    await settled()
    const middle = await between('Plan', 'Build')
    await page.mouse.move(middle.x, middle.y)
    await page.getByRole('button', { name: 'Remove: Build no longer waits for Plan' }).click()
    await linkOf('Build').waitFor({ state: 'detached' })
    const news = toast('Build no longer waits for Plan')
    await news.getByRole('button', { name: 'Undo' }).click()
    await linkOf('Build').waitFor()
    await news.waitFor({ state: 'detached' })
    expect(await linkOf('Ship').count()).toBe(1)
  })

  test('an edge is chosen by a click: ⌫ removes it and no task', async () => {
    await settled()
    await choose('Ship')
    await restOf(node('Ship'))
    // Not in its middle: there the × would be pressed.
    const at = await between('Build', 'Ship', 0.2)
    await page.mouse.click(at.x, at.y)
    await page.mouse.move(at.x, at.y + 200)
    await page.getByRole('button', { name: 'Remove: Ship no longer waits for Build' }).waitFor()
    await page.keyboard.press('Backspace')
    await linkOf('Ship').waitFor({ state: 'detached' })
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await node('Ship').count()).toBe(1)
  })

  test('after the × of an edge ⌫ has nothing left to delete', async () => {
    await settled()
    await choose('Plan')
    await press('Escape', 2)
    await choose('Build')
    const middle = await between('Plan', 'Build')
    await page.mouse.move(middle.x, middle.y)
    await page.getByRole('button', { name: 'Remove: Build no longer waits for Plan' }).click()
    await linkOf('Build').waitFor({ state: 'detached' })
    await expect.poll(chosen).toBe('')
    await page.keyboard.press('Delete')
    await press('Delete')
    await press('Backspace')
    await restOf(node('Plan'))
    for (const title of ['Plan', 'Build', 'Ship']) expect(await node(title).count()).toBe(1)
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test('a clicked node stays under the pointer as the inspector opens and closes', async () => {
    await settled()
    for (const title of ['Plan', 'Build']) {
      const before = await restOf(node(title))
      await choose(title)
      await inspector().getByRole('heading', { name: title }).waitFor()
      expect(await restOf(node(title))).toEqual(before)
      await press('Escape', 2)
      await inspector().waitFor({ state: 'detached' })
      expect(await restOf(node(title))).toEqual(before)
    }
    // What the inspector would cover comes out from under it, beside it or below it in a narrow window.
    for (const width of [1440, 1000]) {
      await page.setViewportSize({ width, height: 900 })
      await press('0')
      await restOf(node('Ship'))
      await choose('Ship')
      await restOf(node('Ship'))
      const [ship, pane] = [await node('Ship').boundingBox(), await inspector().boundingBox()]
      expect((ship?.x ?? 0) + (ship?.width ?? 0), `${width}`).toBeLessThanOrEqual(pane?.x ?? 0)
      await press('Escape', 2)
      await inspector().waitFor({ state: 'detached' })
    }
  })

  test('camera and zoom survive another screen and a reload', async () => {
    await settled()
    await press('+')
    await restOf(node('Plan'))
    await page.mouse.move(...empty(await restOf(node('Plan'))))
    await page.mouse.wheel(40, 70)
    const kept = await restOf(node('Plan'))
    await page.getByRole('link', { name: 'Tasks' }).click()
    await canvas().waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Graph' }).click()
    await node('Plan').waitFor()
    expect(await restOf(node('Plan'))).toEqual(kept)
    await page.getByRole('group', { name: 'Zoom' }).getByText('120%', { exact: true }).waitFor()
    await reload()
    await node('Plan').waitFor()
    expect(await restOf(node('Plan'))).toEqual(kept)
    await page.getByRole('group', { name: 'Zoom' }).getByText('120%', { exact: true }).waitFor()
  })

  test('neither the bar of many tasks nor that of drafts lies under the minimap', async () => {
    await settled()
    for (const width of [1440, 1280, 1120, 1000, 905]) {
      await page.setViewportSize({ width, height: 700 })
      for (const [key, foot] of [
        ['Control+a', bar(3)],
        ['Escape', page.getByRole('group', { name: 'Drafts' })],
      ] as const) {
        await press(key)
        await foot.waitFor()
        const [own, map] = [
          await foot.boundingBox(),
          await page.getByRole('img', { name: 'Minimap' }).boundingBox(),
        ]
        expect((own?.x ?? 0) + (own?.width ?? 0), `${width}`).toBeLessThanOrEqual(map?.x ?? 0)
      }
    }
  })

  test('the lasso takes what it touches, with ⌥ what lies inside, with ⇧ that as well', async () => {
    await settled()
    const [plan, build] = [await node('Plan').boundingBox(), await node('Build').boundingBox()]
    if (!plan || !build) throw new Error('not drawn')
    const start = { x: plan.x - 16, y: plan.y - 16 }
    const middleOfBuild = { x: build.x + build.width / 2, y: build.y + build.height + 16 }
    await drag(start, middleOfBuild)
    await expect.poll(chosen).toBe('Build Plan')
    await page.keyboard.down('Alt')
    await drag(start, middleOfBuild)
    await page.keyboard.up('Alt')
    await expect.poll(chosen).toBe('Plan')
    const ship = await node('Ship').boundingBox()
    if (!ship) throw new Error('not drawn')
    await page.keyboard.down('Shift')
    await drag(
      { x: ship.x + ship.width / 2, y: ship.y - 40 },
      { x: ship.x + ship.width / 2 + 10, y: ship.y + 20 },
    )
    await page.keyboard.up('Shift')
    await expect.poll(chosen).toBe('Plan Ship')
    await page.mouse.click(start.x, start.y)
    await expect.poll(chosen).toBe('')
  })

  test('⌘click adds a node to what is chosen and takes it out again', async () => {
    await settled()
    await node('Plan').click()
    await node('Ship').click({ modifiers: ['ControlOrMeta'] })
    await bar(2).waitFor()
    await expect.poll(chosen).toBe('Plan Ship')
    await node('Plan').click({ modifiers: ['ControlOrMeta'] })
    await expect.poll(chosen).toBe('Ship')
    await bar(2).waitFor({ state: 'detached' })
  })

  test('the minimap’s frame is dragged and the camera goes with it', async () => {
    await settled()
    await press('1')
    await restOf(node('Plan'))
    const map = page.getByRole('img', { name: 'Minimap' })
    const frame = map.locator('.minimap-frame')
    const [middle, at] = [await middleOf(map), await restOf(node('Plan'))]
    await page.mouse.move(middle.x, middle.y)
    await page.mouse.down()
    const atMiddle = await restOf(node('Plan'))
    const frameBefore = await frame.boundingBox()
    await page.mouse.move(middle.x + 20, middle.y, { steps: 4 })
    const right = await restOf(node('Plan'))
    expect(right.x).toBeLessThan(atMiddle.x - 50)
    expect((await frame.boundingBox())?.x).toBeGreaterThan((frameBefore?.x ?? 0) + 5)
    await page.mouse.move(middle.x + 20, middle.y + 12, { steps: 4 })
    expect((await restOf(node('Plan'))).y).toBeLessThan(right.y - 30)
    await page.mouse.up()
    await page.mouse.move(middle.x, middle.y)
    expect((await restOf(node('Plan'))).x).toBe(right.x)
    expect(right).not.toEqual(at)
  })

  test('the wheel pans, ⌘wheel zooms to the pointer, Space and the middle button drag the view', async () => {
    await settled()
    const before = await restOf(node('Plan'))
    const empty = { x: before.x + 60, y: before.y - 120 }
    await page.mouse.move(empty.x, empty.y)
    await page.mouse.wheel(0, 60)
    await expect.poll(async () => (await restOf(node('Plan'))).y).toBeLessThan(before.y - 20)
    await page.mouse.wheel(0, -60)
    await expect.poll(async () => (await restOf(node('Plan'))).y).toBe(before.y)
    await canvas().focus()
    await page.keyboard.down('Space')
    await drag(empty, { x: empty.x + 50, y: empty.y + 40 })
    await page.keyboard.up('Space')
    isNear(await restOf(node('Plan')), { x: before.x + 50, y: before.y + 40 })
    const dragged = await restOf(node('Plan'))
    await page.mouse.move(empty.x, empty.y)
    await page.mouse.down({ button: 'middle' })
    await page.mouse.move(empty.x - 50, empty.y - 40, { steps: 4 })
    await page.mouse.up({ button: 'middle' })
    isNear(await restOf(node('Plan')), { x: dragged.x - 50, y: dragged.y - 40 })
    const wide = (await node('Plan').boundingBox())?.width ?? 0
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, 80)
    await page.keyboard.up('Control')
    await restOf(node('Plan'))
    expect((await node('Plan').boundingBox())?.width).toBeLessThan(wide)
  })

  test('a double click places the new task there, it jumps nowhere, and redo puts it there again', async () => {
    await settled()
    const [plan, middle] = [await restOf(node('Plan')), await middleOf(canvas())]
    for (const [title, at] of [
      ['Low', { x: middle.x + 200, y: middle.y + 170 }],
      ['High', { x: middle.x - 300, y: middle.y - 190 }],
    ] as const) {
      await page.mouse.dblclick(at.x, at.y)
      await page.getByRole('dialog', { name: 'New task' }).getByLabel('Title').fill(title)
      await page.evaluate(watchPlaces, title)
      await page.keyboard.press('Enter')
      await node(title).waitFor()
      const isThere = async (): Promise<void> => {
        const { x, y } = await restOf(node(title)).then(() => middleOf(node(title)))
        expect(Math.abs(x - at.x)).toBeLessThan(2)
        expect(Math.abs(y - at.y)).toBeLessThan(2)
      }
      await isThere()
      expect(await restOf(node('Plan'))).toEqual(plan)
      await press('Control+z')
      await node(title).waitFor({ state: 'detached' })
      await press('Control+Shift+z')
      await node(title).waitFor()
      await isThere()
      expect(new Set(await page.evaluate(seenPlaces)).size).toBe(1)
    }
  })

  test('new tasks by N, ⇧N and a dropped edge cover no other', async () => {
    await settled()
    const named = async (title: string): Promise<void> => {
      await page.getByRole('dialog', { name: 'New task' }).getByLabel('Title').fill(title)
      await page.keyboard.press('Enter')
      await page.getByRole('dialog', { name: 'New task' }).waitFor({ state: 'detached' })
    }
    // Moved to where the layout would put what comes after Plan, and what stands alone.
    const [ship, plan] = [await middleOf(node('Ship')), await middleOf(node('Plan'))]
    await drag(ship, { x: plan.x + 40, y: plan.y + 130 })
    await restOf(node('Ship'))
    for (let nth = 0; nth < 3; nth++) {
      await choose('Plan')
      await press('Shift+n')
      await named(`After ${nth}`)
      await press('Escape', 2)
      await press('n')
      await named(`Alone ${nth}`)
      await press('Escape', 2)
    }
    await press('0')
    await restOf(node('Plan'))
    const source = await node('Plan').locator('.react-flow__handle-right').boundingBox()
    const build = await node('Build').boundingBox()
    if (!source || !build) throw new Error('not drawn')
    // Right above a node: its upper half would lie under the new one.
    await drag(
      { x: source.x + source.width / 2, y: source.y + source.height / 2 },
      { x: build.x + 8, y: build.y - 6 },
    )
    await named('Dropped')
    const boxes = async () => {
      await press('0')
      await restOf(node('Plan'))
      return page
        .locator('.react-flow__node')
        .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().toJSON() as DOMRect))
    }
    await expect.poll(async () => (await boxes()).length).toBe(10)
    const all = await boxes()
    const overlaps = all.flatMap((one, nth) =>
      all
        .slice(nth + 1)
        .filter(
          (other) =>
            one.left < other.right &&
            other.left < one.right &&
            one.top < other.bottom &&
            other.top < one.bottom,
        ),
    )
    expect(overlaps).toEqual([])
  })

  test('a dropped file opens the import and adds its graph', async () => {
    await settled()
    await drop('more.toml', '[[task]]\nid = "more"\ntitle = "More"\nexec = "true"\npaused = true\n')
    await node('More').waitFor()
    await toast('Imported 1 task').waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await drop('bad.toml', '[[task]]\nid = "more"\ntitle = "More again"\n')
    const dialog = page.getByRole('dialog', { name: 'Import a graph' })
    await dialog.getByRole('alert').getByText(/more/).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await node('More again').count()).toBe(0)
  })

  /** As a file manager's drop, over the canvas. */
  async function drop(name: string, text: string): Promise<void> {
    const dataTransfer = await page.evaluateHandle(
      ([fileName, content]) => {
        const transfer = new DataTransfer()
        transfer.items.add(new File([content], fileName))
        return transfer
      },
      [name, text] as const,
    )
    await canvas().dispatchEvent('dragover', { dataTransfer })
    await canvas().dispatchEvent('drop', { dataTransfer })
  }
})

onStage('the pointer on an empty yard', {}, ({ page }) => {
  const { canvas, middleOf, node, restOf } = canvasOf(() => page)

  test('the first task stands where it was double-clicked', async () => {
    const hint = page.getByText('Draw the first task')
    const { x, y } = await middleOf(hint)
    const at = { x: x - 260, y: y - 170 }
    await page.mouse.dblclick(at.x, at.y)
    await page.getByRole('dialog', { name: 'New task' }).getByLabel('Title').fill('First')
    await page.keyboard.press('Enter')
    await canvas().waitFor()
    await node('First').waitFor()
    await restOf(node('First'))
    const first = await middleOf(node('First'))
    expect(Math.abs(first.x - at.x)).toBeLessThan(3)
    expect(Math.abs(first.y - at.y)).toBeLessThan(3)
  })
})

const empty = ({ x, y }: Point): readonly [number, number] => [x + 60, y - 120]

/** The first step of a drag only begins it. */
function isNear(is: Point, wanted: Point): void {
  expect(Math.abs(is.x - wanted.x), `${is.x} for ${wanted.x}`).toBeLessThan(7)
  expect(Math.abs(is.y - wanted.y), `${is.y} for ${wanted.y}`).toBeLessThan(7)
}

/** Runs in the page. */
function offset([from, to]: readonly (Element | null)[]): Point {
  const [a, b] = [from?.getBoundingClientRect(), to?.getBoundingClientRect()]
  if (!a || !b) throw new Error('not drawn')
  return { x: Math.round(b.x - a.x), y: Math.round(b.y - a.y) }
}

function addChain(yard: YardUnderTest): Promise<void> {
  return yard.addTasks([
    { id: 'plan', title: 'Plan', exec: 'true', paused: true },
    { id: 'build', title: 'Build', exec: 'true', after: ['plan'], paused: true },
    { id: 'ship', title: 'Ship', exec: 'true', after: ['build'], paused: true },
  ])
}

/** Runs in the page: writes down where the node is drawn in each frame, in whole px. */
function watchPlaces(title: string): void {
  const places: string[] = []
  Object.assign(globalThis, { places })
  const look = (): void => {
    const node = document.querySelector(`[aria-label^="${title}."]`)
    const box = node?.getBoundingClientRect()
    if (box) places.push(`${Math.round(box.x)},${Math.round(box.y)}`)
    requestAnimationFrame(look)
  }
  look()
}

/** Runs in the page. */
const seenPlaces = (): readonly string[] => Reflect.get(globalThis, 'places')
