/** A stand-in for the `electron` module: what the app asks of it is written down, and its events are fired by the tests. */
import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'

export class FakePort extends EventEmitter {
  readonly inner: MessagePort
  constructor(inner: MessagePort) {
    super()
    this.inner = inner
    inner.on('close', () => this.emit('close'))
  }
  start(): void {
    this.inner.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
  }
  postMessage(data: unknown): void {
    this.inner.postMessage(data)
  }
  close(): void {
    this.inner.close()
  }
}

export class MessageChannelMain {
  readonly port1: FakePort
  readonly port2: FakePort
  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new FakePort(port1)
    this.port2 = new FakePort(port2)
  }
}

export class WebContents extends EventEmitter {
  /** What was sent to the page: channel and words. */
  readonly sent: unknown[][] = []
  readonly calls: string[] = []
  onOpen: (wish: { readonly url: string }) => unknown = () => null
  send(...words: unknown[]): void {
    this.sent.push(words)
  }
  reload(): void {
    this.calls.push('reload')
  }
  forcefullyCrashRenderer(): void {
    this.calls.push('crash')
    this.emit('render-process-gone', {}, { reason: 'killed' })
  }
  setWindowOpenHandler(handler: (wish: { readonly url: string }) => unknown): void {
    this.onOpen = handler
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly opened: BrowserWindow[] = []
  readonly webContents = new WebContents()
  readonly calls: string[] = []
  readonly options: Record<string, unknown>
  url: string | null = null
  bounds = { x: 10, y: 20, width: 1440, height: 900 }
  hasFocus = false
  maximized = false
  destroyed = false
  overlay: unknown = null
  bar: unknown = null
  constructor(options: Record<string, unknown>) {
    super()
    this.options = options
    BrowserWindow.opened.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  static fromWebContents(contents: unknown): BrowserWindow | null {
    return BrowserWindow.opened.find(({ webContents }) => webContents === contents) ?? null
  }
  async loadURL(url: string): Promise<void> {
    this.url = url
    this.calls.push(`load ${url}`)
    this.webContents.emit('did-start-loading')
  }
  show(): void {
    this.calls.push('show')
  }
  focus(): void {
    this.calls.push('focus')
    this.emit('focus')
  }
  isFocused(): boolean {
    return this.hasFocus
  }
  isMinimized(): boolean {
    return false
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  isMaximized(): boolean {
    return this.maximized
  }
  maximize(): void {
    this.maximized = true
  }
  restore(): void {
    this.calls.push('restore')
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return this.bounds
  }
  setBackgroundColor(): void {}
  setTitleBarOverlay(options: unknown): void {
    this.bar = options
  }
  setOverlayIcon(icon: unknown): void {
    this.overlay = icon
  }
  close(): void {
    this.emit('close', { preventDefault() {} })
    this.destroyed = true
    this.emit('closed')
  }
}

export interface FakeMenuItem {
  readonly label?: string
  readonly enabled?: boolean
  readonly id?: string
  readonly role?: string
  readonly type?: string
  readonly checked?: boolean
  readonly accelerator?: string
  readonly registerAccelerator?: boolean
  readonly click?: () => void
  readonly submenu?: readonly FakeMenuItem[]
}

export class Menu {
  static application: Menu | null = null
  readonly items: readonly FakeMenuItem[]
  constructor(items: readonly FakeMenuItem[]) {
    this.items = items
  }
  static buildFromTemplate(items: readonly FakeMenuItem[]): Menu {
    return new Menu(items)
  }
  static setApplicationMenu(menu: Menu): void {
    Menu.application = menu
  }
}

export interface FakeImage {
  readonly path: string
  setTemplateImage(isTemplate: boolean): void
}

export class Tray extends EventEmitter {
  static readonly made: Tray[] = []
  image: FakeImage
  toolTip = ''
  menu: Menu | null = null
  isDestroyed = false
  constructor(image: FakeImage) {
    super()
    this.image = image
    Tray.made.push(this)
  }
  setImage(image: FakeImage): void {
    this.image = image
  }
  setToolTip(text: string): void {
    this.toolTip = text
  }
  setContextMenu(menu: Menu): void {
    this.menu = menu
  }
  destroy(): void {
    this.isDestroyed = true
  }
}

export const nativeImage = {
  createFromPath: (path: string): FakeImage => ({ path, setTemplateImage: () => {} }),
}

export const nativeTheme = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: true,
  themeSource: 'system',
})

export const powerMonitor = new EventEmitter()

type SchemeHandler = (request: Request) => Promise<Response>
interface Scheme {
  readonly scheme: string
  readonly privileges: Readonly<Record<string, boolean>>
}
export const protocol = {
  schemes: [] as readonly Scheme[],
  handlers: new Map<string, SchemeHandler>(),
  registerSchemesAsPrivileged(schemes: readonly Scheme[]): void {
    protocol.schemes = schemes
  },
  handle(scheme: string, handler: SchemeHandler): void {
    protocol.handlers.set(scheme, handler)
  },
}

type RequestHandler = (
  contents: unknown,
  name: string,
  answer: (ok: boolean) => void,
  details: { requestingUrl: string },
) => void
type CheckHandler = (contents: unknown, name: string, origin: string) => boolean
type DownloadListener = (event: { preventDefault(): void }, item: { getURL(): string }) => void
export const session = {
  defaultSession: {
    onRequest: null as RequestHandler | null,
    onCheck: null as CheckHandler | null,
    onDevice: null as (() => boolean) | null,
    listeners: new Map<string, DownloadListener>(),
    setDevicePermissionHandler(handler: () => boolean): void {
      session.defaultSession.onDevice = handler
    },
    on(name: string, listener: DownloadListener): void {
      session.defaultSession.listeners.set(name, listener)
    },
    setPermissionRequestHandler(handler: RequestHandler): void {
      session.defaultSession.onRequest = handler
    },
    setPermissionCheckHandler(handler: CheckHandler): void {
      session.defaultSession.onCheck = handler
    },
  },
}

/** Seals by turning the bytes round, so that nothing of a value can be read from what is kept. */
export const safeStorage = {
  backend: 'gnome_libsecret',
  isAvailable: true,
  /** What Chromium writes first: `v10` where it had no key ring. */
  tag: 'v11',
  /** Another person's, or a key ring that was made anew, has another. */
  ring: 7,
  /** Asks of the key ring. */
  asked: 0,
  getSelectedStorageBackend: () => safeStorage.backend,
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    safeStorage.asked++
    return safeStorage.isAvailable
  },
  async encryptStringAsync(text: string): Promise<Buffer> {
    if (!safeStorage.isAvailable) throw new Error(`no key ring for ${text}`)
    const { tag, ring } = safeStorage
    return Buffer.concat([Buffer.from(tag), Buffer.of(ring), turned(Buffer.from(text), ring)])
  },
  async decryptStringAsync(bytes: Buffer): Promise<{ shouldReEncrypt: boolean; result: string }> {
    safeStorage.asked++
    const { tag, ring } = safeStorage
    if (bytes.subarray(0, tag.length).toString() !== tag || bytes[tag.length] !== ring)
      throw new Error('Error while decrypting the ciphertext')
    const result = turned(bytes.subarray(tag.length + 1), ring).toString()
    return { shouldReEncrypt: false, result }
  },
}

const turned = (bytes: Buffer, ring: number): Buffer =>
  Buffer.from(bytes.map((byte) => byte ^ (0x80 + ring)))

export const screen = {
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
  getAllDisplays: () => screen.displays,
}

class FakeApp extends EventEmitter {
  quits = 0
  badge = 0
  readonly recent: string[] = []
  isPackaged = false
  /** Schemes whose links a program of this machine opens, as `vscode://`. */
  readonly protocols = new Set<string>()
  getApplicationNameForProtocol(scheme: string): string {
    return this.protocols.has(scheme) ? 'Editor' : ''
  }
  loginItem = { openAtLogin: false }
  getVersion(): string {
    return '0.1.0'
  }
  setBadgeCount(count: number): void {
    this.badge = count
  }
  addRecentDocument(path: string): void {
    this.recent.push(path)
  }
  getLoginItemSettings(): { openAtLogin: boolean } {
    return this.loginItem
  }
  setLoginItemSettings({ openAtLogin }: { openAtLogin: boolean }): void {
    this.loginItem = { openAtLogin }
  }
  /** Fires `before-quit` and `will-quit` as Electron does; counts the quits that nobody held back. */
  quit(): void {
    for (const name of ['before-quit', 'will-quit']) {
      let isHeld = false
      this.emit(name, { preventDefault: () => (isHeld = true) })
      if (isHeld) return
    }
    this.quits++
    this.emit('fake-gone')
  }
}
export const app = new FakeApp()

type CallHandler = (event: unknown, ...words: unknown[]) => Promise<unknown>
export const ipcMain = Object.assign(new EventEmitter(), {
  handlers: new Map<string, CallHandler>(),
  handle(channel: string, handler: CallHandler): void {
    if (ipcMain.handlers.has(channel)) throw new Error(`second handler for ${channel}`)
    ipcMain.handlers.set(channel, handler)
  },
  removeHandler(channel: string): void {
    ipcMain.handlers.delete(channel)
  },
})

export const ipcRenderer = Object.assign(new EventEmitter(), {
  /** In the app this crosses to the main process. */
  sent: [] as string[],
  invoked: [] as unknown[][],
  send(channel: string): void {
    ipcRenderer.sent.push(channel)
  },
  async invoke(...words: unknown[]): Promise<unknown> {
    ipcRenderer.invoked.push(words)
    return null
  },
})

export const contextBridge = {
  exposed: new Map<string, Record<string, unknown>>(),
  exposeInMainWorld(name: string, api: Record<string, unknown>): void {
    contextBridge.exposed.set(name, api)
  },
}

interface Question {
  readonly message: string
  readonly detail?: string
  readonly buttons: readonly string[]
}
export const dialog = {
  errors: [] as string[],
  asked: [] as Question[],
  /** Which button the person presses next. */
  answer: 0,
  /** The folder that the person chooses next; null = none. */
  folder: null as string | null,
  showErrorBox(_title: string, text: string): void {
    dialog.errors.push(text)
  },
  async showMessageBox(question: Question): Promise<{ response: number }> {
    dialog.asked.push(question)
    return { response: dialog.answer }
  },
  async showOpenDialog(): Promise<{ canceled: boolean; filePaths: string[] }> {
    return { canceled: dialog.folder === null, filePaths: dialog.folder ? [dialog.folder] : [] }
  },
}

export class Notification extends EventEmitter {
  static shown: Notification[] = []
  readonly options: {
    readonly title: string
    readonly body: string
    readonly actions: readonly { readonly text: string }[]
  }
  constructor(options: Notification['options']) {
    super()
    this.options = options
  }
  static isSupported(): boolean {
    return true
  }
  show(): void {
    Notification.shown.push(this)
  }
}

export const shell = {
  opened: [] as string[],
  shown: [] as string[],
  outside: [] as string[],
  async openExternal(url: string): Promise<void> {
    shell.outside.push(url)
  },
  async openPath(path: string): Promise<string> {
    shell.opened.push(path)
    return ''
  },
  showItemInFolder(path: string): void {
    shell.shown.push(path)
  },
}
