/** How many things need somebody, on the app's icon. */
import { join } from 'node:path'
import { app, nativeImage, type BrowserWindow } from 'electron'
import type { ShownYard } from './tray.ts'

/** `folder` holds the tray's icons: Windows has no number, so its taskbar gets the sign. */
export function showBadge(
  yards: readonly Pick<ShownYard, 'glimpse'>[],
  windows: readonly BrowserWindow[],
  folder: string,
  platform: NodeJS.Platform = process.platform,
): void {
  const count = yards.reduce(
    (sum, { glimpse }) => sum + (glimpse()?.summary.attention.length ?? 0),
    0,
  )
  if (platform !== 'win32') return void app.setBadgeCount(count)
  const icon = nativeImage.createFromPath(join(folder, 'tray-attention-on-light.png'))
  const text = count === 1 ? '1 thing needs you' : `${count} things need you`
  for (const window of windows)
    window.setOverlayIcon(count > 0 ? icon : null, count > 0 ? text : '')
}
