/** The tray and the badge, drawn when what they show has changed. */
import { join } from 'node:path'
import { app, Menu, nativeImage, nativeTheme, Tray, type BrowserWindow } from 'electron'
import type { Clock } from '../base/clock.ts'
import {
  badgeOf,
  trayIcon,
  trayLook,
  trayMenu,
  traySignature,
  trayText,
  type ShownYard,
  type TrayActions,
} from '../desktop/tray.ts'

export interface YardTray {
  /** Draws if anything but the elapsed times has changed. */
  draw(): void
  close(): void
}

/** How often the elapsed times are drawn anew. */
const TICK_MS = 10_000

/** `folder` holds the icons. */
export function createTray(
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
export function showBadge(
  yards: readonly Pick<ShownYard, 'glimpse'>[],
  windows: readonly BrowserWindow[],
  folder: string,
): void {
  const { count, text } = badgeOf(yards)
  if (process.platform !== 'win32') return void app.setBadgeCount(count)
  const icon = nativeImage.createFromPath(join(folder, trayIcon('attention', false, 'win32')))
  for (const window of windows) window.setOverlayIcon(count > 0 ? icon : null, text)
}
