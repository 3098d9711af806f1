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

export class BrowserWindow extends EventEmitter {
  static readonly opened: BrowserWindow[] = []
  readonly calls: string[] = []
  readonly options: Record<string, unknown>
  url: string | null = null
  constructor(options: Record<string, unknown>) {
    super()
    this.options = options
    BrowserWindow.opened.push(this)
  }
  async loadURL(url: string): Promise<void> {
    this.url = url
  }
  show(): void {
    this.calls.push('show')
  }
  focus(): void {
    this.calls.push('focus')
  }
  isMinimized(): boolean {
    return false
  }
  restore(): void {
    this.calls.push('restore')
  }
}

export interface FakeMenuItem {
  readonly label?: string
  readonly enabled?: boolean
  readonly role?: string
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

export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: true })

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

type RequestHandler = (contents: unknown, name: string, answer: (ok: boolean) => void) => void
export const session = {
  defaultSession: {
    onRequest: null as RequestHandler | null,
    onCheck: null as (() => boolean) | null,
    setPermissionRequestHandler(handler: RequestHandler): void {
      session.defaultSession.onRequest = handler
    },
    setPermissionCheckHandler(handler: () => boolean): void {
      session.defaultSession.onCheck = handler
    },
  },
}

class FakeApp extends EventEmitter {
  quits = 0
  /** Fires `will-quit` as Electron does; counts the quits that nobody held back. */
  quit(): void {
    let isHeld = false
    this.emit('will-quit', { preventDefault: () => (isHeld = true) })
    if (isHeld) return
    this.quits++
    this.emit('fake-gone')
  }
}
export const app = new FakeApp()
export const ipcMain = new EventEmitter()

export const ipcRenderer = Object.assign(new EventEmitter(), {
  /** In the app this crosses to the main process. */
  sent: [] as string[],
  send(channel: string): void {
    ipcRenderer.sent.push(channel)
  },
})

export const contextBridge = {
  exposed: new Map<string, Record<string, () => void>>(),
  exposeInMainWorld(name: string, api: Record<string, () => void>): void {
    contextBridge.exposed.set(name, api)
  },
}

export const dialog = {
  errors: [] as string[],
  showErrorBox(_title: string, text: string): void {
    dialog.errors.push(text)
  },
}
