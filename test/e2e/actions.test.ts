import { expect, test } from 'vitest'
import { canvasOf } from './on-canvas.ts'
import { onStage } from './stage.ts'
import { untilTold, type YardUnderTest } from './yard-under-test.ts'

onStage('actions on what the eye sees', { prepare: addDrafts }, ({ page, goTo }) => {
  const { canvas, choose, node, restOf, says } = canvasOf(() => page)
  const item = (name: string | RegExp) => page.getByRole('menuitem', { name })

  test('the menu of a node has what can be done to it, and does it', async () => {
    await goTo('#/graph')
    await restOf(node('Plan'))
    await node('Plan').click({ button: 'right' })
    await page.getByRole('group', { name: /^Plan\..*Selected/ }).waitFor()
    for (const name of ['Resume', 'Publish', 'Delete', /^Rename/]) await item(name).waitFor()
    await item('Publish').first().click()
    await says('Plan', 'In progress')
    expect(await item('Publish').count()).toBe(0)
  })

  test('the menu of a dependency removes it, that of the canvas adds there', async () => {
    await goTo('#/graph')
    await restOf(node('Build'))
    const [from, to] = [await node('Plan').boundingBox(), await node('Build').boundingBox()]
    if (!from || !to) throw new Error('not drawn')
    const point = {
      x: from.x + from.width + (to.x - from.x - from.width) * 0.3,
      y: from.y + from.height / 2,
    }
    await page.mouse.move(point.x, point.y)
    await page.getByRole('button', { name: /^Remove/ }).waitFor()
    await page.mouse.click(point.x, point.y, { button: 'right' })
    await item('Open “Plan”').waitFor()
    await item('Remove this dependency').click()
    const waits = page.getByRole('group', { name: /^Build\\..*dependency/ })
    await expect.poll(() => waits.count()).toBe(0)
    const box = await canvas().boundingBox()
    if (!box) throw new Error('not drawn')
    await page.mouse.click(box.x + 60, box.y + box.height * 0.75, { button: 'right' })
    await item('Add a task here').click()
    expect(await page.getByRole('dialog', { name: /task/i }).isVisible()).toBe(true)
  })

  test('a row has the same menu, by the pointer and by the keyboard', async () => {
    await goTo('#/tasks')
    await page.getByRole('row', { name: /Ship/ }).click({ button: 'right' })
    await item('Delete').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('grid').press('Shift+F10')
    await item('Delete').waitFor()
    expect(await item('Publish').isEnabled()).toBe(true)
  })

  test('no key acts on what is not ringed', async () => {
    await goTo('#/graph')
    await choose('Ship')
    await page.keyboard.press('Escape')
    const box = await canvas().boundingBox()
    if (!box) throw new Error('not drawn')
    await page.mouse.click(box.x + 60, box.y + box.height * 0.75)
    await page.keyboard.press('Delete')
    await page.keyboard.press('Escape')
    await page.keyboard.press('u')
    await page.keyboard.press('x')
    await choose('Build')
    await page.keyboard.press('u')
    await says('Build', 'Blocked')
    expect(await node('Ship').getAttribute('aria-label')).toMatch(/^Ship\. (Draft|Paused)/)
  })
})

function addDrafts(yard: YardUnderTest): Promise<void> {
  const exec = untilTold('go')
  return yard.addTasks([
    { id: 'plan', title: 'Plan', exec, paused: true },
    { id: 'build', title: 'Build', exec, after: ['plan'], paused: true },
    { id: 'ship', title: 'Ship', exec, paused: true },
  ])
}
