/** The fixed list of calls that a page may make of the app. The sender and the input of each are checked. */
import {
  BrowserWindow,
  dialog,
  ipcMain,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  MessageChannelMain,
  type WebFrameMain,
} from 'electron'
import { z } from 'zod'
import type { Log } from '../base/log.ts'
import { yardPaths } from '../config/paths.ts'
import {
  DESKTOP_CALLS,
  type DesktopBridge,
  type DesktopCall,
  FOLDER_PROGRAMS,
} from '../contract/desktop.ts'
import type { CommandReport } from '../desktop/install.ts'
import type { KeyStore } from '../desktop/key-store.ts'
import { type Preferences, preferencesChangeSchema } from '../desktop/preferences.ts'
import type { Updates } from '../desktop/updates.ts'
import { openFolder, reveal } from './outside.ts'
import type { Windows } from './windows.ts'
import { RPCHandler } from '@orpc/server/message-port'
import { type StartScreenContext, startScreenRouter } from '../yard/start-screen/router.ts'
import type { StartScreen } from '../yard/start-screen/create-start-screen.ts'
import { isOwnPage } from './page.ts'
import type { YardHost } from './hosts.ts'

const NOTHING = z.tuple([])
const PATH = z.string().min(1).max(4096)
const KEY_NAME = z.string().max(256)

const INPUTS = {
  chooseFolder: NOTHING,
  reveal: z.tuple([PATH]),
  openFolder: z.tuple([PATH, z.enum(FOLDER_PROGRAMS)]),
  preferences: NOTHING,
  setPreferences: z.tuple([preferencesChangeSchema]),
  updateState: NOTHING,
  checkForUpdate: NOTHING,
  downloadUpdate: NOTHING,
  cancelUpdate: NOTHING,
  installUpdate: NOTHING,
  installCommandLine: NOTHING,
  setTheme: z.tuple([z.enum(['system', 'light', 'dark'])]),
  keys: NOTHING,
  keepKey: z.tuple([KEY_NAME, z.string().max(16_384)]),
  removeKey: z.tuple([KEY_NAME]),
} as const satisfies Record<DesktopCall, z.ZodType<readonly unknown[]>>

type Input<C extends DesktopCall> = z.infer<(typeof INPUTS)[C]>

/** What each call does, for the window that asks. */
type DesktopActions = {
  readonly [C in DesktopCall]: (
    window: BrowserWindow,
    ...input: Input<C>
  ) => ReturnType<DesktopBridge[C]>
}

export const channelOf = (call: DesktopCall): string => `yardmaster:call:${call}`

/** Returns a function that stops answering. */
export function answerCalls(actions: DesktopActions, log: Log): () => void {
  for (const call of DESKTOP_CALLS) ipcMain.handle(channelOf(call), answerOf(actions, call, log))
  return () => DESKTOP_CALLS.forEach((call) => ipcMain.removeHandler(channelOf(call)))
}

const answerOf =
  <C extends DesktopCall>(actions: DesktopActions, call: C, log: Log) =>
  async (event: IpcMainInvokeEvent, ...given: unknown[]): Promise<unknown> => {
    const sender = ownSender(event)
    const input = INPUTS[call].safeParse(given)
    if (!sender || !input.success) {
      log.warn('a call was refused', { call, isOwnPage: sender !== null })
      throw new Error(`${call} was refused`)
    }
    try {
      const action: (window: BrowserWindow, ...input: never[]) => unknown = actions[call]
      return await action(sender.window, ...(input.data as readonly unknown[] as never[]))
    } catch (error) {
      log.error(`${call} failed`, { error: String(error) })
      // The page is told what happened, without our paths and stack.
      throw new Error(error instanceof Error ? error.message : `${call} failed`, { cause: error })
    }
  }

export interface DesktopParts {
  readonly windows: Pick<Windows, 'rootOf'>
  readonly preferences: Preferences
  readonly keys: Pick<KeyStore, 'list' | 'keep' | 'remove'>
  readonly updates: Updates
  readonly installCommandLine: () => CommandReport
  readonly ownFiles: readonly string[]
  /** As the person's login shell has it: no key of the store, nothing that made this process an app. */
  readonly personEnv: Readonly<Record<string, string | undefined>>
}

export function desktopActions(parts: DesktopParts): DesktopActions {
  const { windows, preferences, keys, updates, ownFiles, personEnv } = parts
  return {
    async chooseFolder(window) {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openDirectory', 'createDirectory'],
      })
      return canceled ? null : (filePaths[0] ?? null)
    },
    reveal(window, path) {
      const root = windows.rootOf(window)
      return reveal(path, { paths: root === null ? null : yardPaths(root), ownFiles })
    },
    openFolder(window, path, program) {
      const root = windows.rootOf(window)
      const paths = root === null ? null : yardPaths(root)
      return openFolder(path, program, { paths, env: personEnv })
    },
    preferences: async () => preferences.get(),
    setPreferences: async (_window, change) => preferences.set(change),
    updateState: async () => updates.state(),
    checkForUpdate: () => updates.check(),
    downloadUpdate: () => updates.download(),
    cancelUpdate: () => updates.cancel(),
    installUpdate: () => updates.install(),
    installCommandLine: async () => parts.installCommandLine(),
    setTheme: async (_window, theme) => preferences.setTheme(theme),
    keys: () => keys.list(),
    keepKey: (_window, name, value) => keys.keep(name, value),
    removeKey: (_window, name) => keys.remove(name),
  }
}

// Gives each page that asks a port to the yard of its window, or to the start screen.

interface PortParts {
  /** Null = the window shows no yard. */
  readonly hostOf: (window: BrowserWindow) => YardHost | null
  readonly startScreenOf: (window: BrowserWindow) => StartScreen
  readonly onConnected: (window: BrowserWindow) => void
}

/** The top frame of one of our own pages, and its window; null for anybody else. */
function ownSender(event: {
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
