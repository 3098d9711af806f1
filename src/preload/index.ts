/** Hands the page a port to the main process, and nothing else. */
import { contextBridge, ipcRenderer } from 'electron'

contextBridge.exposeInMainWorld('yardHost', {
  connect: () => ipcRenderer.send('yardmaster:connect'),
})
ipcRenderer.on('yardmaster:port', (event) => {
  window.postMessage('yardmaster:port', location.origin, [...event.ports])
})
