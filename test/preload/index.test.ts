import { expect, test, vi } from 'vitest'
import { DESKTOP_CALLS, type DesktopAsk, type DesktopBridge } from '../../src/contract/desktop.ts'
import { contextBridge, ipcRenderer } from '../fakes/electron.ts'

const postMessage = vi.fn<(...words: unknown[]) => void>()
vi.stubGlobal('window', { location: { origin: 'app://yard' }, postMessage })
await import('../../src/preload/index.ts')
const bridge = contextBridge.exposed.get('yardHost') as unknown as DesktopBridge

test('the preload exposes the calls of the contract and nothing else', () => {
  expect([...contextBridge.exposed.keys()]).toEqual(['yardHost'])
  expect(Object.keys(bridge).toSorted()).toEqual(
    [...DESKTOP_CALLS, 'connect', 'onAsk', 'platform'].toSorted(),
  )
  expect(bridge.platform).toBe(process.platform)
})

test('each call goes by a channel of its own', async () => {
  await bridge.setPreferences({ notifyFailed: false })
  await bridge.reveal('/x')
  expect(ipcRenderer.invoked).toEqual([
    ['yardmaster:call:setPreferences', { notifyFailed: false }],
    ['yardmaster:call:reveal', '/x'],
  ])
})

test('the port that comes back is handed to the page', () => {
  bridge.connect()
  expect(ipcRenderer.sent).toEqual(['yardmaster:connect'])
  const port = {}
  ipcRenderer.emit('yardmaster:port', { ports: [port] })
  expect(postMessage).toHaveBeenCalledExactlyOnceWith('yardmaster:port', 'app://yard', [port])
})

test('what is asked before the page listens waits for it, and goes to nobody who has left', () => {
  const early: DesktopAsk = { kind: 'navigate', hash: '#/task/a' }
  const later: DesktopAsk = { kind: 'command', id: 'palette' }
  ipcRenderer.emit('yardmaster:ask', {}, early)
  const heard: DesktopAsk[] = []
  const stop = bridge.onAsk((ask) => heard.push(ask))
  ipcRenderer.emit('yardmaster:ask', {}, later)
  expect(heard).toEqual([early, later])
  stop()
  ipcRenderer.emit('yardmaster:ask', {}, later)
  expect(heard).toHaveLength(2)
})
