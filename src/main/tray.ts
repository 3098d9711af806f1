/** The yard's state in the tray, told by shape, with pause, resume, open and quit. */
import { join } from 'node:path'
import { Menu, nativeImage, nativeTheme, Tray, type MenuItemConstructorOptions } from 'electron'
import type { Summary } from '../contract/view.ts'

export interface TrayActs {
  open(): void
  pause(): void
  resume(): void
  quit(): void
}

export interface YardTray {
  /** Null: nobody answers for the yard. */
  show(summary: Summary | null): void
  close(): void
}

type Look = 'idle' | 'running' | 'paused' | 'attention'

/** `folder` holds the icons. */
export function createTray(folder: string, acts: TrayActs): YardTray {
  const tray = new Tray(imageOf(folder, 'idle'))
  let last: Summary | null = null
  const draw = (): void => {
    tray.setImage(imageOf(folder, lookOf(last)))
    tray.setToolTip(textOf(last))
    tray.setContextMenu(Menu.buildFromTemplate(menuOf(last, acts)))
  }
  tray.on('click', acts.open)
  nativeTheme.on('updated', draw)
  draw()
  return {
    show(summary) {
      last = summary
      draw()
    },
    close() {
      nativeTheme.off('updated', draw)
      tray.destroy()
    },
  }
}

/** Attention beats paused beats running. */
export function lookOf(summary: Summary | null): Look {
  if (summary === null) return 'idle'
  if (summary.attention.length > 0) return 'attention'
  if (summary.paused) return 'paused'
  return summary.agents.alive > 0 ? 'running' : 'idle'
}

/** `atlas: 3 working, 1 needs you` */
export function textOf(summary: Summary | null): string {
  if (summary === null) return 'Yardmaster: the yard does not answer'
  const { name, paused, agents, attention } = summary
  const parts = [agents.alive > 0 ? `${agents.alive} working` : 'nobody working']
  if (paused) parts.unshift('paused')
  if (attention.length > 0)
    parts.push(`${attention.length} ${attention.length === 1 ? 'needs' : 'need'} you`)
  return `${name}: ${parts.join(', ')}`
}

function menuOf(summary: Summary | null, acts: TrayActs): MenuItemConstructorOptions[] {
  const isPaused = summary?.paused ?? false
  return [
    { label: textOf(summary), enabled: false },
    { type: 'separator' },
    { label: 'Open Yardmaster', click: acts.open },
    {
      label: isPaused ? 'Resume' : 'Pause',
      enabled: summary !== null,
      click: isPaused ? acts.resume : acts.pause,
    },
    { type: 'separator' },
    { label: 'Quit (agents go on)', click: acts.quit },
  ]
}

function imageOf(folder: string, look: Look): Electron.NativeImage {
  const isMac = process.platform === 'darwin'
  const ground = nativeTheme.shouldUseDarkColors ? 'on-dark' : 'on-light'
  const image = nativeImage.createFromPath(
    join(folder, `tray-${look}-${isMac ? 'template' : ground}.png`),
  )
  image.setTemplateImage(isMac)
  return image
}
