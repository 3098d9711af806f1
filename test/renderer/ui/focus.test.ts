import { afterEach, expect, test, vi } from 'vitest'
import { focusAfterDraw } from '../../../src/renderer/ui/focus.ts'

afterEach(() => document.body.replaceChildren())

function button(): HTMLButtonElement {
  const made = document.createElement('button')
  document.body.append(made)
  return made
}
const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve))

test('the place is found after the drawing, also where what had the focus is gone', async () => {
  const gone = button()
  gone.focus()
  let late: HTMLElement | null = null
  focusAfterDraw(() => late)
  gone.remove()
  late = button()
  await drawn()
  expect(document.activeElement).toBe(late)
})

test('whoever went elsewhere meanwhile stays there', async () => {
  const [here, there, wanted] = [button(), button(), button()]
  here.focus()
  const find = vi.fn<() => HTMLElement>(() => wanted)
  focusAfterDraw(find)
  there.focus()
  await drawn()
  expect(document.activeElement).toBe(there)
  expect(find).not.toHaveBeenCalled()
})
