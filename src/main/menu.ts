/** The application menu: what the system expects, no more. */
import { Menu, type MenuItemConstructorOptions } from 'electron'

export function setMenu(openWindow: () => void): void {
  const isMac = process.platform === 'darwin'
  const file: MenuItemConstructorOptions[] = [
    { label: 'Open Window', accelerator: 'CmdOrCtrl+Shift+N', click: openWindow },
    { role: 'close' },
    ...(isMac ? [] : ([{ type: 'separator' }, { role: 'quit' }] as const)),
  ]
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? ([{ role: 'appMenu' }] as const) : []),
    { label: 'File', submenu: file },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
