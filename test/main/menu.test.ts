import { expect, test, vi } from 'vitest'
import { MENU_COMMANDS, setMenu, type MenuActs } from '../../src/main/menu.ts'
import { COMMANDS } from '../../src/renderer/workspace/command-table.ts'
import { Menu, type FakeMenuItem } from '../fakes/electron.ts'

const acts = (): MenuActs => ({
  command: vi.fn<(id: string) => void>(),
  newWindow: vi.fn<() => void>(),
  openRecent: vi.fn<(folder: string) => void>(),
  installCommandLine: vi.fn<() => void>(),
  checkForUpdate: vi.fn<() => void>(),
})
const all = (items: readonly FakeMenuItem[] = Menu.application?.items ?? []): FakeMenuItem[] =>
  items.flatMap((item) => [item, ...all(item.submenu ?? [])])
const named = (label: string) => all().find((item) => item.label === label)

test('every entry asks for a command that the page has', () => {
  const known = new Set(COMMANDS.map(({ id }) => id))
  expect(MENU_COMMANDS.filter((id) => !known.has(id))).toEqual([])
  expect(MENU_COMMANDS.length).toBeGreaterThan(30)
})

test('keys of commands are shown as the page has them, and left to the page', () => {
  setMenu(acts(), [])
  const shown = all().filter(({ id, accelerator }) => id && accelerator)
  for (const { id, accelerator, registerAccelerator } of shown) {
    expect(registerAccelerator).toBe(false)
    const key = (accelerator ?? '').toLowerCase().replace('cmdorctrl', 'mod')
    expect(COMMANDS.find((command) => command.id === id)?.keys).toContain(key)
  }
  expect(shown.length).toBeGreaterThan(10)
})

test.each(['linux', 'darwin', 'win32'] as const)('every part does its own on %s', (platform) => {
  const made = acts()
  setMenu(made, [{ folder: '/home/p/a&b', name: 'a&b' }], platform)
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
  const roles = all().flatMap(({ role }) => role ?? [])
  expect(roles).toEqual(expect.arrayContaining(['quit', 'copy', 'paste', 'undo', 'zoomIn']))
  expect(roles).not.toContain('toggleDevTools')
  expect(all().filter(({ label }) => label === 'Settings…')).toHaveLength(1)
})
