/** Gives each page that asks a port to its yard. */
import { ipcMain, MessageChannelMain, type IpcMainEvent } from 'electron'
import { isOwnPage } from './lock-down.ts'
import type { YardHost } from './yard-host.ts'

/** Returns a function that stops giving. */
export function givePorts(host: YardHost): () => void {
  const onConnect = (event: IpcMainEvent): void => {
    const frame = event.senderFrame
    if (frame === null || frame.parent !== null || !isOwnPage(frame.url)) return
    const { port1, port2 } = new MessageChannelMain()
    host.attach(port1)
    frame.postMessage('yardmaster:port', null, [port2])
  }
  ipcMain.on('yardmaster:connect', onConnect)
  return () => ipcMain.off('yardmaster:connect', onConnect)
}
