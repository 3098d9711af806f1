/** Hands the page a port to the main process, and nothing else. */
import { contextBridge, ipcRenderer } from 'electron'

/** All of the page's world that is used here; the rest of this layer is Node's. */
declare const window: {
  readonly location: { readonly origin: string }
  postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void
}

contextBridge.exposeInMainWorld('yardHost', {
  connect: () => ipcRenderer.send('yardmaster:connect'),
})
ipcRenderer.on('yardmaster:port', (event) => {
  window.postMessage('yardmaster:port', window.location.origin, [...event.ports])
})
