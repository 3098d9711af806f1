import { expect, test } from 'vitest'
import { dialog, powerMonitor, Tray } from '../fakes/electron.ts'
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
