/** The canvas of the page under test, found by role and name, with a hand that presses, drags and waits for the camera. */
import type { Locator, Page } from 'playwright-core'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface CanvasUnderTest {
  readonly canvas: () => Locator
  readonly node: (title: string) => Locator
  /** Waits until its name says so, e.g. `In progress`. */
  readonly says: (title: string, words: string) => Promise<void>
  /** The key, with the focus on the canvas. */
  readonly press: (key: string, times?: number) => Promise<void>
  /** Clicks a node and waits until it is chosen. */
  readonly choose: (title: string) => Promise<void>
  readonly middleOf: (locator: Locator) => Promise<Point>
  /** Where it stands once it stands still: the camera flies for 220 ms. Whole px. */
  readonly restOf: (locator: Locator) => Promise<Point>
  readonly drag: (from: Point, to: Point) => Promise<void>
  readonly toast: (text: string | RegExp) => Locator
}

export function canvasOf(page: () => Page): CanvasUnderTest {
  const canvas = (): Locator => page().getByRole('application', { name: 'Graph of tasks' })
  const node = (title: string): Locator =>
    page().getByRole('group', { name: new RegExp(`^${title}\\.`) })
  return {
    canvas,
    node,
    says: (title, words) =>
      page()
        .getByRole('group', { name: new RegExp(`^${title}\\. ${words}`) })
        .waitFor(),
    async press(key, times = 1) {
      await canvas().focus()
      for (let i = 0; i < times; i++) await page().keyboard.press(key)
    },
    async choose(title) {
      await node(title).click()
      await page()
        .getByRole('group', { name: new RegExp(`^${title}\\..*Selected`) })
        .waitFor()
    },
    middleOf,
    async restOf(locator) {
      await locator.evaluate(untilStill)
      return cornerOf(locator)
    },
    async drag(from, to) {
      const { mouse } = page()
      await mouse.move(from.x, from.y)
      await mouse.down()
      // What begins a drag is a small step; a leap would be lost with it.
      await mouse.move(from.x + 4 * Math.sign(to.x - from.x), from.y + 4 * Math.sign(to.y - from.y))
      await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 })
      await mouse.move(to.x, to.y, { steps: 4 })
      await mouse.up()
    },
    toast: (text) => page().locator('.toast').filter({ hasText: text }),
  }
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox()
  if (box === null) throw new Error('it is not on the page')
  return box
}

async function middleOf(locator: Locator): Promise<Point> {
  const { x, y, width, height } = await boxOf(locator)
  return { x: x + width / 2, y: y + height / 2 }
}

async function cornerOf(locator: Locator): Promise<Point> {
  const { x, y } = await boxOf(locator)
  return { x: Math.round(x), y: Math.round(y) }
}

/**
 * Runs in the page: until the element is drawn in the same place for some frames. The frames before a flight begins
 * look like rest: it is asked for after the paint of what caused it.
 */
function untilStill(element: Element): Promise<void> {
  const FRAMES = 6
  return new Promise((resolve) => {
    let still = 0
    let last = ''
    const look = (): void => {
      const { x, y } = element.getBoundingClientRect()
      const now = `${x},${y}`
      still = now === last ? still + 1 : 0
      last = now
      if (still === FRAMES) resolve()
      else requestAnimationFrame(look)
    }
    look()
  })
}
