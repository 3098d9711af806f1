/** Gives each page that asks a port to the yard of its window, or to the start screen. */
import {
  BrowserWindow,
  ipcMain,
  MessageChannelMain,
  type IpcMainEvent,
  type WebFrameMain,
} from 'electron'
import { RPCHandler } from '@orpc/server/message-port'
import { startScreenRouter, type StartScreenContext } from '../yard/start-screen/router.ts'
import type { StartScreen } from '../yard/start-screen/create-start-screen.ts'
import { isOwnPage } from './lock-down.ts'
import type { YardHost } from './hosts.ts'

interface PortParts {
  /** Null = the window shows no yard. */
  readonly hostOf: (window: BrowserWindow) => YardHost | null
  readonly startScreenOf: (window: BrowserWindow) => StartScreen
  readonly onConnected: (window: BrowserWindow) => void
}

/** The top frame of one of our own pages, and its window; null for anybody else. */
export function ownSender(event: {
  readonly senderFrame: WebFrameMain | null
  readonly sender: Electron.WebContents
}): { readonly frame: WebFrameMain; readonly window: BrowserWindow } | null {
  const frame = event.senderFrame
  if (frame === null || frame.parent !== null || !isOwnPage(frame.url)) return null
  const window = BrowserWindow.fromWebContents(event.sender)
  return window && { frame, window }
}

/** Returns a function that stops giving. */
export function givePorts({ hostOf, startScreenOf, onConnected }: PortParts): () => void {
  const startScreenRpc = new RPCHandler<StartScreenContext>(startScreenRouter)
  const onConnect = (event: IpcMainEvent): void => {
    const sender = ownSender(event)
    if (!sender) return
    const { frame, window } = sender
    const { port1, port2 } = new MessageChannelMain()
    const startScreen = startScreenOf(window)
    const host = hostOf(window)
    if (host) host.attach(port1, startScreen)
    else {
      startScreenRpc.upgrade(port1, { context: { host: { startScreen } } })
      port1.start()
    }
    frame.postMessage('yardmaster:port', null, [port2])
    onConnected(window)
  }
  ipcMain.on('yardmaster:connect', onConnect)
  return () => ipcMain.off('yardmaster:connect', onConnect)
}
