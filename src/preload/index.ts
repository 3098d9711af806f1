/** What a page of ours may do of the app: exactly the calls of the contract, each by its own channel. */
import { contextBridge, ipcRenderer } from 'electron'
import { DESKTOP_CALLS, type DesktopAsk, type DesktopBridge } from '../contract/desktop.ts'

/** All of the page's world that is used here; the rest of this layer is Node's. */
declare const window: {
  readonly location: { readonly origin: string }
  postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void
}

type Listener = (ask: DesktopAsk) => void

/** More than a person asks for while a page is loading. */
const MOST_WAITING = 20

const listeners = new Set<Listener>()
const waiting: DesktopAsk[] = []

ipcRenderer.on('yardmaster:port', (event) => {
  window.postMessage('yardmaster:port', window.location.origin, [...event.ports])
})
// What is asked before the page has drawn itself waits for it.
ipcRenderer.on('yardmaster:ask', (_event, ask: DesktopAsk) => {
  if (listeners.size === 0 && waiting.length < MOST_WAITING) waiting.push(ask)
  for (const listener of listeners) listener(ask)
})

const calls = Object.fromEntries(
  DESKTOP_CALLS.map((call) => [
    call,
    (...words: unknown[]) => ipcRenderer.invoke(`yardmaster:call:${call}`, ...words),
  ]),
) as Pick<DesktopBridge, (typeof DESKTOP_CALLS)[number]>

const bridge: DesktopBridge = {
  ...calls,
  platform: process.platform,
  connect: () => ipcRenderer.send('yardmaster:connect'),
  onAsk(listener) {
    listeners.add(listener)
    for (const ask of waiting.splice(0)) listener(ask)
    return () => listeners.delete(listener)
  },
}
contextBridge.exposeInMainWorld('yardHost', bridge)
