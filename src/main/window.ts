/** The one window. Closing it ends nothing: the yard goes on behind the tray. */
import { BrowserWindow, nativeTheme } from 'electron'
import { PAGE_URL } from './page.ts'

export interface WindowOptions {
  /** Absolute paths. */
  readonly preload: string
  readonly icon: string
  readonly title: string
}

export interface YardWindow {
  /** Opens it, or brings it to the front. */
  show(): void
  /** The living window, if any. */
  current(): BrowserWindow | null
}

/** Canvas colours of the page, so that the window does not flash before the first paint. */
const BACKGROUND = { light: '#f5f7f9', dark: '#101316' }

export function createYardWindow(options: WindowOptions): YardWindow {
  let window: BrowserWindow | null = null
  const open = (): BrowserWindow => {
    const opened = new BrowserWindow({
      width: 1440,
      height: 900,
      minWidth: 720,
      minHeight: 480,
      show: false,
      title: options.title,
      icon: options.icon,
      backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      webPreferences: {
        preload: options.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    })
    opened.once('ready-to-show', () => opened.show())
    opened.once('closed', () => (window = null))
    // A failed load is shown by the window itself; there is nobody else to tell.
    opened.loadURL(PAGE_URL).catch(() => {})
    return opened
  }
  return {
    show() {
      if (window === null) {
        window = open()
        return
      }
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    current: () => window,
  }
}
