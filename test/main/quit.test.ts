import { expect, test, vi } from 'vitest'
import { app, dialog, powerMonitor, Tray } from '../fakes/electron.ts'
import { patchOf, summaryOf } from '../support/scripted-host.ts'
import { openApp } from './app-under-test.ts'
import { eventually } from '../support/eventually.ts'

test('a machine that goes down is not held up by a question: agents go on', async () => {
  const open = openApp()
  const yard = open.add('atlas')
  await open.running.open(yard.root)
  const agents = { alive: 1, max: 4 }
  await eventually(() => expect(Tray.made.at(-1)?.toolTip).toContain('nobody working'))
  yard.scripted.push(patchOf(1, 1, { summary: summaryOf({ agents }) }))
  await eventually(() => expect(Tray.made.at(-1)?.toolTip).toContain('1 working'))
  const asked = dialog.asked.length
  powerMonitor.emit('shutdown')
  await eventually(() => expect(yard.isClosed).toBe(true))
  expect([dialog.asked.length, yard.asked]).toEqual([asked, []])
  open.close()
})

test('a question that could not be put does not make it impossible to quit', async () => {
  const open = openApp()
  const yard = open.add('bolt')
  await open.running.open(yard.root)
  await eventually(() => expect(Tray.made.at(-1)?.toolTip).toContain('nobody working'))
  const agents = { alive: 1, max: 4 }
  yard.scripted.push(patchOf(1, 1, { summary: summaryOf({ agents }) }))
  await eventually(() => expect(Tray.made.at(-1)?.toolTip).toContain('1 working'))
  const ask = vi.spyOn(dialog, 'showMessageBox').mockRejectedValueOnce(new Error('no display'))
  app.quit()
  await eventually(() => expect(ask).toHaveBeenCalledTimes(1))
  await Promise.resolve()
  app.quit()
  await eventually(() => expect(ask).toHaveBeenCalledTimes(2))
  ask.mockRestore()
  open.close()
})
