/** Menus, tray, badge and notifications: what the system shows of the yards, and what may be asked from there. */
import { basename, join } from 'node:path'
import { app, dialog } from 'electron'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { readRecentYards } from '../yard/lobby/recent-yards.ts'
import { showBadge } from './badge.ts'
import type { CommandReport } from './install-command.ts'
import { killAgent } from './kill-agent.ts'
import { setMenu, type MenuActs } from './menu.ts'
import { createNotifier, type Notifier } from './notify.ts'
import type { OpenYards } from './open-yards.ts'
import type { Preferences } from './preferences.ts'
import { createTray, type TrayActs } from './tray.ts'
import type { Windows } from './windows.ts'
import type { YardClient } from './yard-host.ts'

export interface ShownParts {
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
export function showEverywhere(parts: ShownParts): () => void {
  const { yards, windows, clock, resources } = parts
  const notifier = createYardNotifier(parts)
  const icons = join(resources, 'tray')
  const tray = createTray(icons, { clock, yards: yards.all }, trayActs(parts))
  const drawMenu = (): void => {
    const recent = readRecentYards(parts.dataFolder)
    setMenu(
      menuActs(parts),
      recent.map(({ folder }) => ({ folder, name: basename(folder) })),
    )
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

const clientOf = ({ yards }: ShownParts, root: string): YardClient | null =>
  yards.get(root)?.client() ?? null

/** There is no page at hand to show a refusal. */
async function carryOut({ log }: ShownParts, what: string, done: Promise<unknown> | undefined) {
  try {
    await done
  } catch (error) {
    log.warn(`${what} was refused`, { error: String(error) })
    dialog.showErrorBox('Yardmaster', error instanceof Error ? error.message : String(error))
  }
}

/** A task, or a screen where there is none. */
const goTo = ({ windows }: ShownParts, root: string, task: string | null, screen: string): void =>
  windows.show(root, task === null ? `#/${screen}` : `#/task/${encodeURIComponent(task)}`)

const createYardNotifier = (parts: ShownParts): Notifier =>
  createNotifier({
    clock: parts.clock,
    preferences: parts.preferences.get,
    hasFocus: parts.windows.hasFocus,
    open: ({ root, task, isAllDone }) => goTo(parts, root, task, isAllDone ? 'graph' : 'attention'),
    retry: (root, id) => void carryOut(parts, 'retry', clientOf(parts, root)?.task.retry({ id })),
  })

function trayActs(parts: ShownParts): TrayActs {
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

function menuActs(parts: ShownParts): MenuActs {
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
