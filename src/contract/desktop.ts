/** What the window can do that a browser's page cannot. The preload offers exactly this as `window.yardHost`; main answers each by name. */

export interface DesktopPreferences {
  /** System notifications, each kind of its own. */
  readonly notifyNeedsYou: boolean
  readonly notifyFailed: boolean
  readonly notifyAllDone: boolean
  readonly openAtLogin: boolean
}

/** used: agents get it. overruled: the person's own environment sets that variable. unreadable: sealed by somebody else, or before the key ring was made anew. */
export interface DesktopKey {
  /** Of the environment variable. */
  readonly name: string
  readonly state: 'used' | 'overruled' | 'unreadable'
}

/** What is kept in the key store of the system: names, never values. */
export interface DesktopKeys {
  /** Why nothing more can be kept on this system; null = it can. */
  readonly refusal: string | null
  /** What is wrong with the file of kept keys as a whole. */
  readonly problem: string | null
  readonly keys: readonly DesktopKey[]
}

export type DesktopTheme = 'system' | 'light' | 'dark'

/** off: no release channel is configured. */
export type UpdateState =
  | { readonly kind: 'off' }
  | { readonly kind: 'none'; readonly version: string }
  | { readonly kind: 'checking' }
  | { readonly kind: 'available'; readonly version: string }
  | { readonly kind: 'downloading'; readonly version: string; readonly percent: number }
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'failed'; readonly message: string }

/** What main asks of the page. `navigate`: a fragment such as `#/task/ID`; it never carries out anything. `command`: an id of the command table. */
export type DesktopAsk =
  | { readonly kind: 'navigate'; readonly hash: string }
  | { readonly kind: 'command'; readonly id: string }
  | { readonly kind: 'update'; readonly state: UpdateState }

export const FOLDER_PROGRAMS = ['editor', 'terminal'] as const
export type FolderProgram = (typeof FOLDER_PROGRAMS)[number]

export interface DesktopBridge {
  /** Node's name of the platform: `darwin`, `win32`, `linux`. */
  readonly platform: string
  /** A port arrives as a `message` event whose data is `yardmaster:port`. */
  connect(): void
  /** Absolute path, or null when the person chose none. */
  chooseFolder(): Promise<string | null>
  /** Shows a file of this yard (configuration, log, worktree, agent folder) in the person's editor or file manager. False = it is not one of them. */
  reveal(path: string): Promise<boolean>
  /** Opens a folder of this yard in the person's editor or terminal. Null = done; else why not, in words. */
  openFolder(path: string, program: FolderProgram): Promise<string | null>
  preferences(): Promise<DesktopPreferences>
  setPreferences(change: Partial<DesktopPreferences>): Promise<DesktopPreferences>
  updateState(): Promise<UpdateState>
  checkForUpdate(): Promise<UpdateState>
  downloadUpdate(): Promise<UpdateState>
  cancelUpdate(): Promise<UpdateState>
  /** Ends the app into the new version; agents go on. */
  installUpdate(): Promise<void>
  /** What the page looks like, so that the window's own parts look the same. */
  setTheme(theme: DesktopTheme): Promise<void>
  installCommandLine(): Promise<{ readonly ok: boolean; readonly message: string }>
  keys(): Promise<DesktopKeys>
  /** Under the name of an environment variable. The value comes back by no call. */
  keepKey(name: string, value: string): Promise<DesktopKeys>
  removeKey(name: string): Promise<DesktopKeys>
  onAsk(listener: (ask: DesktopAsk) => void): () => void
}

export const DESKTOP_CALLS = [
  'chooseFolder',
  'reveal',
  'openFolder',
  'preferences',
  'setPreferences',
  'updateState',
  'checkForUpdate',
  'downloadUpdate',
  'cancelUpdate',
  'installUpdate',
  'installCommandLine',
  'setTheme',
  'keys',
  'keepKey',
  'removeKey',
] as const satisfies readonly (keyof DesktopBridge)[]
export type DesktopCall = (typeof DESKTOP_CALLS)[number]
