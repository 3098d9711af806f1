/** Gives each page that asks a port to the yard of its window, or to the lobby. */
import {
  BrowserWindow,
  ipcMain,
  MessageChannelMain,
  type IpcMainEvent,
  type WebFrameMain,
} from 'electron'
import { RPCHandler } from '@orpc/server/message-port'
import { lobbyRouter, type LobbyContext } from '../yard/lobby/lobby-router.ts'
import type { Lobby } from '../yard/lobby/lobby.ts'
import { isOwnPage } from './lock-down.ts'
import type { YardHost } from './hosts.ts'

export interface PortParts {
  /** Null = the window shows no yard. */
  readonly hostOf: (window: BrowserWindow) => YardHost | null
  readonly lobbyOf: (window: BrowserWindow) => Lobby
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
export function givePorts({ hostOf, lobbyOf, onConnected }: PortParts): () => void {
  const lobbyRpc = new RPCHandler<LobbyContext>(lobbyRouter)
  const onConnect = (event: IpcMainEvent): void => {
    const sender = ownSender(event)
    if (!sender) return
    const { frame, window } = sender
    const { port1, port2 } = new MessageChannelMain()
    const lobby = lobbyOf(window)
    const host = hostOf(window)
    if (host) host.attach(port1, lobby)
    else {
      lobbyRpc.upgrade(port1, { context: { lobby } })
      port1.start()
    }
    frame.postMessage('yardmaster:port', null, [port2])
    onConnected(window)
  }
  ipcMain.on('yardmaster:connect', onConnect)
  return () => ipcMain.off('yardmaster:connect', onConnect)
}
