/** The app, once Electron is ready: the yard, its window, its tray, and the way they end. */
import { join } from 'node:path'
import { app } from 'electron'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { createScope } from '../base/scope.ts'
import { followSummary } from './follow-summary.ts'
import { lockDown } from './lock-down.ts'
import { setMenu } from './menu.ts'
import { servePage } from './page.ts'
import { givePorts } from './port.ts'
import { createTray } from './tray.ts'
import { createYardWindow } from './window.ts'
import type { YardHost } from './yard-host.ts'

export interface AppParts {
  readonly host: YardHost
  /** Name of the yard, for the window's title. */
  readonly name: string
  /** Absolute folders: the built page, the built preload's file, `resources`. */
  readonly renderer: string
  readonly preload: string
  readonly resources: string
  readonly clock: Clock
  readonly log: Log
}

/** Takes over the host: it is closed when the app quits. Closing the window quits nothing. */
export function startApp(parts: AppParts): void {
  const { host, log } = parts
  const scope = createScope()
  scope.add(() => host.close())
  lockDown()
  servePage(parts.renderer)
  const window = createYardWindow({
    preload: parts.preload,
    icon: join(parts.resources, 'icons', 'app-icon.png'),
    title: `${parts.name} – Yardmaster`,
  })
  setMenu(window.show)
  scope.add(givePorts(host))
  const command = (send: 'pause' | 'resume'): void => {
    feed
      .client()
      ?.service[send]()
      .catch((error: unknown) => log.warn(`tray: ${send} was refused`, { error: String(error) }))
  }
  const tray = createTray(join(parts.resources, 'tray'), {
    open: window.show,
    pause: () => command('pause'),
    resume: () => command('resume'),
    quit: () => app.quit(),
  })
  scope.add(tray.close)
  const feed = followSummary(host, parts.clock, tray.show)
  scope.add(feed.close)
  app.on('second-instance', window.show)
  app.on('activate', window.show)
  app.on('window-all-closed', () => {}) // without a listener Electron would quit
  closeOnQuit(() => scope.close(), log)
  window.show()
}

/** Electron does not wait for promises on its way out: the first try to quit is held back until the yard is let go of. */
function closeOnQuit(close: () => Promise<void>, log: Log): void {
  let isClosed = false
  app.on('will-quit', (event) => {
    if (isClosed) return
    event.preventDefault()
    close()
      .catch((error: unknown) => log.error('closing the yard failed', { error: String(error) }))
      .finally(() => {
        isClosed = true
        app.quit()
      })
  })
}
