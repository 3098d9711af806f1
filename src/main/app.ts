/** The app, once Electron is ready: its yards, windows, menus, tray and calls introduced to each other, and the way they end. */
import { join } from 'node:path'
import { app, BrowserWindow, dialog, nativeTheme } from 'electron'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { createEmitter } from '../base/emitter.ts'
import { ok, type Result } from '../base/result.ts'
import { createScope } from '../base/scope.ts'
import type { Failure } from '../domain/failure.ts'
import type { StartScreen } from '../yard/start-screen/create-start-screen.ts'
import { readRecentYards, rememberYard } from '../yard/start-screen/recent-yards.ts'
import { answerCalls, desktopActions, type DesktopParts, givePorts } from './bridge.ts'
import { hashOfLink } from '../desktop/outside.ts'
import { lockDown, servePage } from './page.ts'
import { openGraphFile } from './open-graph-file.ts'
import { createOpenYards, type OpenYard, type OpenYards } from '../desktop/open-yards.ts'
import { showSystemUi } from './system-ui.ts'
import { createPreferences } from '../desktop/preferences.ts'
import { guardQuit } from './quit.ts'
import { rootOfPageUrl } from './outside.ts'
import { createUpdates, type UpdatesParts } from '../desktop/updates.ts'
import { createWindows, type Windows } from './windows.ts'
import type { LoginItem } from '../desktop/login-item.ts'
import type { YardHost } from './hosts.ts'

export interface AppParts {
  readonly hostOf: (root: string) => Promise<Result<YardHost, Failure>>
  /** A start screen whose yards are entered by what is given. */
  readonly startScreenFor: (enter: (root: string) => Promise<Result<null, Failure>>) => StartScreen
  /** Absolute folders: the built page, the built preload's file, `resources`, the user's data. */
  readonly renderer: string
  readonly preload: string
  readonly resources: string
  readonly dataFolder: string
  readonly loginItem: LoginItem
  readonly keys: DesktopParts['keys']
  readonly loadUpdater: UpdatesParts['load']
  readonly installCommandLine: DesktopParts['installCommandLine']
  /** Files of the user's own that may be opened from the page. */
  readonly ownFiles: readonly string[]
  readonly personEnv: DesktopParts['personEnv']
  readonly clock: Clock
  readonly log: Log
}

export interface RunningApp {
  /** Shows a yard; null = the start screen. */
  open(root: string | null, hash?: string): Promise<Result<null, Failure>>
  /** Holds a yard without a window. */
  hold(root: string): Promise<Result<null, Failure>>
  /** An address from outside. What is none of ours is let be. */
  follow(link: string): void
  openFile(file: string): Promise<void>
  show(): void
  /** The yard was stopped or taken over: its windows close, and without any yard the app ends. */
  dropped(root: string): void
}

/** Time for the reply to leave before its page is loaded anew. */
const TURN_DELAY_MS = 50

/** Closing windows quits nothing. The yards are let go of when the app quits; agents go on. */
export function createApp(parts: AppParts): RunningApp {
  const { clock, log } = parts
  const scope = createScope()
  const yards = createOpenYards(parts)
  scope.add(() => yards.close())
  servePage(parts.renderer)
  const windows = createWindows({
    preload: parts.preload,
    icon: join(parts.resources, 'icons', 'app-icon.png'),
    stateFile: join(parts.dataFolder, 'window.json'),
    clock,
    log,
  })
  const quit = guardQuit(yards, { close: () => scope.close(), log })
  const remembered = createEmitter<void>((error) =>
    log.error('a list of yards', { error: String(error) }),
  )
  const opening = createOpening(parts, yards, windows, remembered.emit)
  lockDown((contents, url) => void opening.leave(BrowserWindow.fromWebContents(contents), url))
  scope.add(
    givePorts({
      hostOf: (window) => yards.get(windows.rootOf(window) ?? '')?.host ?? null,
      startScreenOf: (window) => parts.startScreenFor((root) => opening.turn(window, root)),
      onConnected: windows.pageIsReady,
    }),
  )
  const preferences = createPreferences({
    file: join(parts.dataFolder, 'app.json'),
    loginItem: parts.loginItem,
    applyTheme: (theme) => (nativeTheme.themeSource = theme),
  })
  const updates = createUpdates({
    load: parts.loadUpdater,
    version: app.getVersion(),
    log,
    onChange: (state) => windows.tell({ kind: 'update', state }),
    beforeInstall: async () => quit.leaveAgents(),
  })
  const { installCommandLine, ownFiles, keys, personEnv } = parts
  const own = { installCommandLine, ownFiles, personEnv }
  const calls = { windows, preferences, keys, updates, ...own }
  scope.add(answerCalls(desktopActions(calls), log))
  const running = runningApp(parts, { yards, windows, opening, quit })
  scope.add(
    showSystemUi({
      yards,
      windows,
      preferences,
      installCommandLine,
      clock,
      log,
      resources: parts.resources,
      dataFolder: parts.dataFolder,
      onRemembered: remembered.on,
      show: running.show,
      openYard: (root) =>
        void running.open(root).then((opened) => opened.ok || showFailure(opened.error)),
      checkForUpdate: updates.check,
    }),
  )
  app.on('activate', () => running.show())
  app.on('window-all-closed', () => {}) // without a listener Electron would quit
  return running
}

interface Opening {
  /** Opens the yard; the caller decides which window shows it. */
  hold(root: string): Promise<Result<OpenYard, Failure>>
  turn(window: BrowserWindow, root: string): Promise<Result<null, Failure>>
  /** A page wanted to go to this address: to a yard of ours its window turns, to anything else nothing goes. */
  leave(window: BrowserWindow | null, url: string): Promise<void>
}

function createOpening(
  parts: AppParts,
  yards: OpenYards,
  windows: Windows,
  onRemembered: () => void,
): Opening {
  const { clock, dataFolder } = parts
  const hold = async (root: string): Promise<Result<OpenYard, Failure>> => {
    const held = await yards.open(root)
    if (!held.ok) return held
    rememberYard(dataFolder, root, clock.now())
    app.addRecentDocument(root)
    onRemembered()
    return held
  }
  const turn = async (window: BrowserWindow, root: string): Promise<Result<null, Failure>> => {
    const held = await hold(root)
    if (!held.ok) return held
    clock.after(TURN_DELAY_MS, () => windows.turn(window, root))
    return ok(null)
  }
  return {
    hold,
    turn,
    async leave(window, url) {
      const folders = readRecentYards(dataFolder).map(({ folder }) => folder)
      const root = window && rootOfPageUrl(url, folders)
      if (!window || root === null) return
      const turned = await turn(window, root)
      if (!turned.ok) showFailure(turned.error)
    },
  }
}

interface Running {
  readonly yards: OpenYards
  readonly windows: Windows
  readonly opening: Opening
  readonly quit: { leaveAgents(): void }
}

function runningApp({ log }: AppParts, { yards, windows, opening, quit }: Running): RunningApp {
  const first = (): string | null => windows.currentRoot() ?? yards.all().at(-1)?.root ?? null
  return {
    async open(root, hash) {
      if (root === null) {
        windows.show(null, hash)
        return ok(null)
      }
      const held = await opening.hold(root)
      if (!held.ok) return held
      windows.show(root, hash)
      return ok(null)
    },
    async hold(root) {
      const held = await opening.hold(root)
      return held.ok ? ok(null) : held
    },
    follow(link) {
      const hash = hashOfLink(link)
      if (hash === null) return log.warn('an address from outside was refused')
      windows.show(first(), hash)
    },
    async openFile(file) {
      const opened = await openGraphFile(file, async (root) => {
        const held = await opening.hold(root)
        if (held.ok) windows.show(root)
        return held
      })
      if (!opened.ok) showFailure(opened.error)
    },
    show: () => windows.show(first()),
    dropped(root) {
      windows.close(root)
      yards
        .drop(root)
        .catch((error: unknown) => log.error('letting go of a yard', { error: String(error) }))
        .finally(() => {
          if (yards.all().length > 0) return
          quit.leaveAgents() // stopping the yard has decided about them
          app.quit()
        })
    },
  }
}

/** Where no page is there to show it. */
export function showFailure({ message, hint }: Failure): void {
  dialog.showErrorBox('Yardmaster', hint === undefined ? message : `${message}\n\n${hint}`)
}
