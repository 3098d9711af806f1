import { expect, test, vi } from 'vitest'
import { app, dialog, Tray } from '../fakes/electron.ts'
import { patchOf, summaryOf } from '../support/scripted-host.ts'
import { openApp } from './app-under-test.ts'

test('a question that could not be put does not make it impossible to quit', async () => {
  const open = openApp()
  const yard = open.add('bolt')
  await open.running.open(yard.root)
  await vi.waitFor(() => expect(Tray.made.at(-1)?.toolTip).toContain('nobody working'))
  const agents = { alive: 1, max: 4 }
  yard.scripted.push(patchOf(1, 1, { summary: summaryOf({ agents }) }))
  await vi.waitFor(() => expect(Tray.made.at(-1)?.toolTip).toContain('1 working'))
  const ask = vi.spyOn(dialog, 'showMessageBox').mockRejectedValueOnce(new Error('no display'))
  app.quit()
  await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(1))
  await Promise.resolve()
  app.quit()
  await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(2))
  ask.mockRestore()
  open.close()
})
