import { expect, test, vi } from 'vitest'
import { contextBridge, ipcRenderer } from '../fakes/electron.ts'

test('the preload exposes one call and hands over the port that comes back', async () => {
  const postMessage = vi.fn<(...words: unknown[]) => void>()
  vi.stubGlobal('window', { location: { origin: 'app://yard' }, postMessage })
  await import('../../src/preload/index.ts')
  expect([...contextBridge.exposed.keys()]).toEqual(['yardHost'])
  const api = contextBridge.exposed.get('yardHost') ?? {}
  expect(Object.keys(api)).toEqual(['connect'])
  api['connect']?.()
  expect(ipcRenderer.sent).toEqual(['yardmaster:connect'])
  const port = {}
  ipcRenderer.emit('yardmaster:port', { ports: [port] })
  expect(postMessage).toHaveBeenCalledExactlyOnceWith('yardmaster:port', 'app://yard', [port])
})
