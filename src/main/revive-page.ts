/** A page that crashes or hangs is loaded again, each time a little later. The yard does not notice. */
import type { BrowserWindow } from 'electron'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000
/** A page that has lived so long was sound. */
const SOUND_MS = 60_000
/** A page that does nothing for so long is taken for lost. */
const HANG_MS = 15_000

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
