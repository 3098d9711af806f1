/** Menus, tray, badge and notifications: what the system shows of the yards, and what may be asked from there. */
import { basename, join } from 'node:path'
import {
  app,
  type BrowserWindow,
  dialog,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  Tray,
} from 'electron'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { errorText } from '../base/text.ts'
import { readRecentYards } from '../yard/start-screen/recent-yards.ts'
import type { CommandReport } from '../desktop/install.ts'
import type { AgentView } from '../contract/view.ts'
import { appMenu, type MenuActions } from '../desktop/menu.ts'
import {
  bodyFor,
  createNotifier,
  type MergedNotice,
  type Notifier,
} from '../desktop/notifications.ts'
import type { OpenYards, YardClient } from '../desktop/open-yards.ts'
import type { Preferences } from '../desktop/preferences.ts'
import {
  badgeOf,
  elapsedOf,
  type ShownYard,
  type TrayActions,
  trayIcon,
  trayLook,
  trayMenu,
  traySignature,
  trayText,
} from '../desktop/tray.ts'
import type { Windows } from './windows.ts'

interface SystemUiParts {
  readonly yards: OpenYards
  readonly windows: Windows
  readonly preferences: Preferences
  /** The list of recent yards has changed. */
  readonly onRemembered: (listener: () => void) => () => void
  /** Brings the app to the front, with a window if there is none. */
  readonly show: () => void
  /** Opens a yard by its folder and says what is wrong, if anything is. */
  readonly openYard: (root: string) => void
  readonly checkForUpdate: () => Promise<unknown>
  readonly installCommandLine: () => CommandReport
  /** Absolute folders. */
  readonly resources: string
  readonly dataFolder: string
  readonly clock: Clock
  readonly log: Log
}

/** Returns what ends them. */
export function showSystemUi(parts: SystemUiParts): () => void {
  const { yards, windows, clock, resources } = parts
  const notifier = createYardNotifier(parts)
  const icons = join(resources, 'tray')
  const tray = createTray(icons, { clock, yards: yards.all }, trayActions(parts))
  const drawMenu = (): void => {
    const recent = readRecentYards(parts.dataFolder)
    const template = appMenu(
      menuActions(parts),
      recent.map(({ folder }) => ({ folder, name: basename(folder) })),
      process.platform,
    )
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }
  const stop = yards.onChange(() => {
    tray.draw()
    notifier.look(yards.all())
    showBadge(yards.all(), windows.all(), icons)
  })
  const stopMenu = parts.onRemembered(drawMenu)
  drawMenu()
  return () => {
    stop()
    stopMenu()
    notifier.close()
    tray.close()
  }
}

const clientOf = ({ yards }: SystemUiParts, root: string): YardClient | null =>
  yards.get(root)?.client() ?? null

/** There is no page at hand to show a refusal. */
async function carryOut({ log }: SystemUiParts, what: string, done: Promise<unknown> | undefined) {
  try {
    await done
  } catch (error) {
    log.warn(`${what} was refused`, { error: String(error) })
    dialog.showErrorBox('Yardmaster', errorText(error))
  }
}

/** A task, or a screen where there is none. */
const goTo = (
  { windows }: SystemUiParts,
  root: string,
  task: string | null,
  screen: string,
): void => windows.show(root, task === null ? `#/${screen}` : `#/task/${encodeURIComponent(task)}`)

const createYardNotifier = (parts: SystemUiParts): Notifier =>
  createNotifier({
    clock: parts.clock,
    preferences: parts.preferences.get,
    hasFocus: parts.windows.hasFocus,
    show: createNotifications({
      open: ({ root, task, isAllDone }) =>
        goTo(parts, root, task, isAllDone ? 'graph' : 'attention'),
      retry: (root, id) => void carryOut(parts, 'retry', clientOf(parts, root)?.task.retry({ id })),
    }),
  })

function trayActions(parts: SystemUiParts): TrayActions {
  const { windows, clock } = parts
  const service = (root: string) => clientOf(parts, root)?.service
  return {
    open: parts.show,
    attend: (root, task) => goTo(parts, root, task, 'attention'),
    newTask() {
      if (windows.currentRoot() === null) parts.show()
      windows.ask({ kind: 'command', id: 'task.add' })
    },
    pause: (root) => void carryOut(parts, 'pause', service(root)?.pause()),
    resume: (root) => void carryOut(parts, 'resume', service(root)?.resume()),
    kill: (root, agent) => void killAgent(clientOf(parts, root), agent, clock.now()),
    settings: () => windows.ask({ kind: 'command', id: 'go.settings' }),
    quitWindow: () => windows.close(),
    quit: () => app.quit(),
  }
}

function menuActions(parts: SystemUiParts): MenuActions {
  const { windows } = parts
  return {
    command: (id) => windows.ask({ kind: 'command', id }),
    newWindow: () => windows.add(windows.currentRoot()),
    openRecent: parts.openYard,
    installCommandLine() {
      const { ok, message } = parts.installCommandLine()
      void dialog.showMessageBox({ type: ok ? 'info' : 'warning', message, buttons: ['OK'] })
    },
    checkForUpdate() {
      windows.ask({ kind: 'navigate', hash: '#/settings' })
      void carryOut(parts, 'the check', parts.checkForUpdate())
    },
  }
}

/** Says what is lost before it ends an agent. */
async function killAgent(client: YardClient | null, agent: AgentView, now: number): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `Kill ${agent.id}?`,
    detail: `${elapsedOf(agent, now)} of work on ${agent.task} stops; its files stay. The task waits, paused.`,
    buttons: [`Kill ${agent.id}`, 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  if (response !== 0) return
  try {
    if (client === null) throw new Error('the yard does not answer')
    await client.agent.kill({ id: agent.id })
  } catch (error) {
    const why = errorText(error)
    dialog.showErrorBox('Yardmaster', `${agent.id} was not killed: ${why}`)
  }
}

/** The tray and the badge, drawn when what they show has changed. */
interface YardTray {
  /** Draws if anything but the elapsed times has changed. */
  draw(): void
  close(): void
}

/** How often the elapsed times are drawn anew. */
const TICK_MS = 10_000

/** `folder` holds the icons. */
function createTray(
  folder: string,
  parts: { readonly clock: Clock; readonly yards: () => readonly ShownYard[] },
  actions: TrayActions,
): YardTray {
  const { clock, yards } = parts
  const tray = new Tray(imageOf(folder, []))
  let cancel = (): void => {}
  let drawn = ''
  const draw = (): void => {
    cancel()
    const shown = yards()
    drawn = traySignature(shown)
    tray.setImage(imageOf(folder, shown))
    tray.setToolTip(trayText(shown))
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(shown, clock.now(), actions)))
    if (shown.some(({ glimpse }) => (glimpse()?.summary.agents.alive ?? 0) > 0))
      cancel = clock.after(TICK_MS, draw)
  }
  tray.on('click', actions.open)
  nativeTheme.on('updated', draw)
  draw()
  return {
    // A menu that is set anew may close while it is open, so it is set for changes only, and now and then for the times.
    draw() {
      if (traySignature(yards()) !== drawn) draw()
    },
    close() {
      cancel()
      nativeTheme.off('updated', draw)
      tray.destroy()
    },
  }
}

function imageOf(folder: string, yards: readonly ShownYard[]): Electron.NativeImage {
  const { platform } = process
  const file = trayIcon(trayLook(yards), nativeTheme.shouldUseDarkColors, platform)
  const image = nativeImage.createFromPath(join(folder, file))
  image.setTemplateImage(platform === 'darwin')
  return image
}

/** The number on the app's icon. Windows has none: its taskbar gets a sign from `folder`. */
function showBadge(
  yards: readonly Pick<ShownYard, 'glimpse'>[],
  windows: readonly BrowserWindow[],
  folder: string,
): void {
  const { count, text } = badgeOf(yards)
  if (process.platform !== 'win32') return void app.setBadgeCount(count)
  const icon = nativeImage.createFromPath(join(folder, trayIcon('attention', false, 'win32')))
  for (const window of windows) window.setOverlayIcon(count > 0 ? icon : null, text)
}

// Notifications of the system.

interface NotificationActions {
  readonly open: (notice: MergedNotice) => void
  readonly retry: (root: string, task: string) => void
}

/** Returns what shows one. */
export function createNotifications(
  { open, retry: retryTask }: NotificationActions,
  platform: NodeJS.Platform = process.platform,
): (notice: MergedNotice) => void {
  // A notification without a reference is garbage collected, and its click is lost.
  const shown = new Set<Notification>()
  return (notice) => {
    if (!Notification.isSupported()) return
    const { root, title, body, retry } = notice
    const labels = retry === null ? ['Show'] : ['Show', 'Retry']
    const notification = new Notification({
      title,
      body: bodyFor(body, platform),
      silent: true,
      actions: labels.map((text) => ({ type: 'button', text })),
    })
    notification.on('click', () => open(notice))
    notification.on('action', ({ actionIndex }) => {
      if (actionIndex === 1 && retry !== null) retryTask(root, retry)
      else open(notice)
    })
    notification.on('close', () => shown.delete(notification))
    notification.on('failed', () => shown.delete(notification))
    shown.add(notification)
    notification.show()
  }
}
