import { expect, test, vi } from 'vitest'
import { dialog, powerMonitor, Tray } from '../fakes/electron.ts'
import { patchOf, summaryOf } from '../support/scripted-host.ts'
import { openApp } from './app-under-test.ts'

test('a machine that goes down is not held up by a question: agents go on', async () => {
  const open = openApp()
  const yard = open.add('atlas')
  await open.running.open(yard.root)
  const agents = { alive: 1, max: 4 }
  await vi.waitFor(() => expect(Tray.made.at(-1)?.toolTip).toContain('nobody working'))
  yard.scripted.push(patchOf(1, 1, { summary: summaryOf({ agents }) }))
  await vi.waitFor(() => expect(Tray.made.at(-1)?.toolTip).toContain('1 working'))
  const asked = dialog.asked.length
  powerMonitor.emit('shutdown')
  await vi.waitFor(() => expect(yard.isClosed).toBe(true))
  expect([dialog.asked.length, yard.asked]).toEqual([asked, []])
  open.close()
})
