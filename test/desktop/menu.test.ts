import { expect, test, vi } from 'vitest'
import { appMenu, type MenuActions, type MenuItem } from '../../src/desktop/menu.ts'

const actions = (): MenuActions => ({
  command: vi.fn<(id: string) => void>(),
  newWindow: vi.fn<() => void>(),
  openRecent: vi.fn<(folder: string) => void>(),
  installCommandLine: vi.fn<() => void>(),
  checkForUpdate: vi.fn<() => void>(),
})
const all = (items: readonly MenuItem[]): MenuItem[] =>
  items.flatMap((item) => [item, ...all(item.submenu ?? [])])

test.each(['linux', 'darwin', 'win32'] as const)('every part does its own on %s', (platform) => {
  const made = actions()
  const items = all(appMenu(made, [{ folder: '/home/p/a&b', name: 'a&b' }], platform))
  const named = (label: string) => items.find((item) => item.label === label)
  named('Add…')?.click?.()
  expect(made.command).toHaveBeenCalledExactlyOnceWith('task.add')
  named('a&&b')?.click?.()
  expect(made.openRecent).toHaveBeenCalledExactlyOnceWith('/home/p/a&b')
  for (const [label, act] of [
    ['New Window', made.newWindow],
    ['Install Command Line…', made.installCommandLine],
    ['Check for Updates…', made.checkForUpdate],
  ] as const) {
    named(label)?.click?.()
    expect(act).toHaveBeenCalledOnce()
  }
  const roles = items.flatMap(({ role }) => role ?? [])
  expect(roles).toEqual(expect.arrayContaining(['quit', 'copy', 'paste', 'undo', 'zoomIn']))
  expect(roles).not.toContain('toggleDevTools')
  expect(items.filter(({ label }) => label === 'Settings…')).toHaveLength(1)
})
