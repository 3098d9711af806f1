/** The fixed list of calls that a page may make of the app: each checked for who asks and what is said, and nothing else is heard. */
import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'
import type { Log } from '../base/log.ts'
import { DESKTOP_CALLS, type DesktopBridge, type DesktopCall } from '../contract/desktop.ts'
import { ownSender } from './port.ts'
import { preferencesChangeSchema } from './preferences.ts'

const NOTHING = z.tuple([])
const KEY_NAME = z.string().max(256)

const WORDS = {
  chooseFolder: NOTHING,
  reveal: z.tuple([z.string().min(1).max(4096)]),
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

type Words<C extends DesktopCall> = z.infer<(typeof WORDS)[C]>

/** What each call does, for the window that asks. */
export type DesktopActs = {
  readonly [C in DesktopCall]: (
    window: BrowserWindow,
    ...words: Words<C>
  ) => ReturnType<DesktopBridge[C]>
}

export const channelOf = (call: DesktopCall): string => `yardmaster:call:${call}`

/** Returns a function that stops answering. */
export function answerCalls(acts: DesktopActs, log: Log): () => void {
  for (const call of DESKTOP_CALLS) ipcMain.handle(channelOf(call), answerOf(acts, call, log))
  return () => DESKTOP_CALLS.forEach((call) => ipcMain.removeHandler(channelOf(call)))
}

const answerOf =
  <C extends DesktopCall>(acts: DesktopActs, call: C, log: Log) =>
  async (event: IpcMainInvokeEvent, ...said: unknown[]): Promise<unknown> => {
    const sender = ownSender(event)
    const words = WORDS[call].safeParse(said)
    if (!sender || !words.success) {
      log.warn('a call was refused', { call, isOwnPage: sender !== null })
      throw new Error(`${call} was refused`)
    }
    try {
      const act: (window: BrowserWindow, ...words: never[]) => unknown = acts[call]
      return await act(sender.window, ...(words.data as readonly unknown[] as never[]))
    } catch (error) {
      log.error(`${call} failed`, { error: String(error) })
      // The page is told what happened, without our paths and stack.
      throw new Error(error instanceof Error ? error.message : `${call} failed`, { cause: error })
    }
  }
