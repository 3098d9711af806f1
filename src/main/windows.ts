/** The windows, each on one yard or on none. Closing one ends nothing: the yards go on behind the tray. */
import { BrowserWindow, nativeTheme, screen } from 'electron'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { DesktopAsk } from '../contract/desktop.ts'
import { readJson, writeJson } from '../desktop/json-file.ts'
import { PAGE_URL } from './page.ts'
import {
  fittingBounds,
  LEAST,
  windowStateSchema,
  type WindowState,
} from '../desktop/window-state.ts'

interface WindowsParts {
  /** Absolute paths. */
  readonly preload: string
  readonly icon: string
  readonly stateFile: string
  readonly clock: Clock
  readonly log: Log
}

export interface Windows {
  /** Brings the window of a yard to the front, or opens one; null is the start screen. `hash`: where it goes. */
  show(root: string | null, hash?: string): void
  /** One more window, whatever is open. */
  add(root: string | null): void
  /** Lets a window show another yard; its page is loaded anew. */
  turn(window: BrowserWindow, root: string): void
  /** The yard of the window that has the focus, else of the one that had it last; null = the start screen, or no window. */
  currentRoot(): string | null
  rootOf(window: BrowserWindow): string | null
  /** To the window in front, which is opened if there is none. */
  ask(ask: DesktopAsk): void
  /** To every window. */
  tell(ask: DesktopAsk): void
  /** Its page is there and listens. */
  pageIsReady(window: BrowserWindow): void
  hasFocus(): boolean
  all(): readonly BrowserWindow[]
  /** Closes those of a yard, or all. */
  close(root?: string): void
}

/** Colours of the page's canvas and title bar, so that nothing flashes before the first paint. */
const LOOK = {
  light: { background: '#f5f7f9', bar: '#eff1f4', symbols: '#161a1f' },
  dark: { background: '#101316', bar: '#0c0f12', symbols: '#ebedef' },
}
const BAR_HEIGHT = 40
/** Centred in the bar. */
const LIGHTS = { x: 14, y: 13 }
const SAVE_DELAY_MS = 500

interface Shown {
  root: string | null
  isReady: boolean
  readonly waiting: DesktopAsk[]
}

export function createWindows(parts: WindowsParts): Windows {
  const shown = new Map<BrowserWindow, Shown>()
  const order = { last: null as BrowserWindow | null }
  const open = (root: string | null, hash = ''): BrowserWindow => {
    const window = makeWindow(parts)
    shown.set(window, { root, isReady: false, waiting: [] })
    order.last = window
    revivePage(window, parts)
    keepState(window, parts)
    follow(window, shown, order)
    load(window, hash)
    return window
  }
  const isOn = (window: BrowserWindow, root: string | null): boolean =>
    shown.get(window)?.root === root
  followTheme(() => [...shown.keys()])
  return {
    show(root, hash) {
      const { last } = order
      const found =
        last && isOn(last, root) ? last : [...shown.keys()].find((each) => isOn(each, root))
      if (!found) return void open(root, hash)
      raise(found)
      if (hash !== undefined) send(found, shown.get(found), { kind: 'navigate', hash })
    },
    add: (root) => void open(root),
    turn(window, root) {
      const state = shown.get(window)
      if (!state) return
      state.root = root
      state.isReady = false
      load(window, '')
    },
    currentRoot: () => (order.last && shown.get(order.last)?.root) ?? null,
    rootOf: (window) => shown.get(window)?.root ?? null,
    ask(ask) {
      const window = order.last ?? open(null)
      raise(window)
      send(window, shown.get(window), ask)
    },
    tell: (ask) => shown.forEach((state, window) => send(window, state, ask)),
    pageIsReady(window) {
      const state = shown.get(window)
      if (!state) return
      state.isReady = true
      for (const ask of state.waiting.splice(0)) send(window, state, ask)
    },
    hasFocus: () => [...shown.keys()].some((window) => window.isFocused()),
    all: () => [...shown.keys()],
    close(root) {
      for (const window of shown.keys())
        if (root === undefined || isOn(window, root)) window.close()
    },
  }
}

/** What is asked of a page that is not there yet waits for it. */
function send(window: BrowserWindow, state: Shown | undefined, ask: DesktopAsk): void {
  if (state?.isReady) window.webContents.send('yardmaster:ask', ask)
  else state?.waiting.push(ask)
}

function follow(
  window: BrowserWindow,
  shown: Map<BrowserWindow, Shown>,
  order: { last: BrowserWindow | null },
): void {
  window.on('focus', () => (order.last = window))
  window.webContents.on('did-start-loading', () => {
    const state = shown.get(window)
    if (state) state.isReady = false
  })
  window.once('ready-to-show', () => window.show())
  window.once('closed', () => {
    shown.delete(window)
    if (order.last === window) order.last = [...shown.keys()].at(-1) ?? null
  })
}

function makeWindow({ preload, icon, stateFile }: WindowsParts): BrowserWindow {
  const kept = readJson(stateFile, windowStateSchema)
  const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
  const isMac = process.platform === 'darwin'
  const look = lookNow()
  const window = new BrowserWindow({
    ...fittingBounds(kept, areas),
    minWidth: LEAST.width,
    minHeight: LEAST.height,
    show: false,
    title: 'Yardmaster',
    icon,
    backgroundColor: look.background,
    titleBarStyle: 'hidden',
    ...(isMac
      ? { trafficLightPosition: LIGHTS }
      : { titleBarOverlay: { color: look.bar, symbolColor: look.symbols, height: BAR_HEIGHT } }),
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  })
  if (kept?.isMaximized) window.maximize()
  return window
}

const lookNow = () => (nativeTheme.shouldUseDarkColors ? LOOK.dark : LOOK.light)

/** A failed load is shown by the window itself. */
const load = (window: BrowserWindow, hash: string): void =>
  void window.loadURL(`${PAGE_URL}${hash}`).catch(() => {})

function raise(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

function followTheme(windows: () => readonly BrowserWindow[]): void {
  nativeTheme.on('updated', () => {
    const { background, bar, symbols } = lookNow()
    for (const window of windows()) {
      window.setBackgroundColor(background)
      if (process.platform !== 'darwin')
        window.setTitleBarOverlay({ color: bar, symbolColor: symbols, height: BAR_HEIGHT })
    }
  })
}

function keepState(window: BrowserWindow, { stateFile, clock, log }: WindowsParts): void {
  let cancel = (): void => {}
  const save = (): void => {
    cancel()
    if (window.isDestroyed()) return
    // The size that it would come back to, so that a maximised window has one.
    const { x, y, width, height } = window.getNormalBounds()
    const state: WindowState = { x, y, width, height, isMaximized: window.isMaximized() }
    try {
      writeJson(stateFile, state)
    } catch (error) {
      log.warn('the place of the window is not kept', { error: String(error) })
    }
  }
  const soon = (): void => {
    cancel()
    cancel = clock.after(SAVE_DELAY_MS, save)
  }
  window.on('resize', soon)
  window.on('move', soon)
  window.on('close', save)
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000
/** A page that has lived so long was sound. */
const SOUND_MS = 60_000
/** A page that does nothing for so long is taken for lost. */
const HANG_MS = 15_000

/** Reloads a page that crashes or hangs, each time a little later. The yard is not affected. */
export function revivePage(
  window: BrowserWindow,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): void {
  let failures = 0
  let startedAt = clock.monotonic()
  let cancelReload = (): void => {}
  let cancelHang = (): void => {}
  const reload = (): void => {
    if (window.isDestroyed()) return
    startedAt = clock.monotonic()
    window.webContents.reload()
  }
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    cancelHang()
    if (reason === 'clean-exit') return
    if (clock.monotonic() - startedAt > SOUND_MS) failures = 0
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
    failures += 1
    log.error('the page has crashed and is loaded again', { reason, pauseMs })
    cancelReload()
    cancelReload = clock.after(pauseMs, reload)
  })
  window.on('unresponsive', () => {
    log.warn('the page does not respond')
    cancelHang()
    cancelHang = clock.after(HANG_MS, () => {
      if (!window.isDestroyed()) window.webContents.forcefullyCrashRenderer()
    })
  })
  window.on('responsive', () => cancelHang())
  window.on('closed', () => {
    cancelHang()
    cancelReload()
  })
}
