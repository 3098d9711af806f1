import { expect, test, vi } from 'vitest'
import {
  appMenu,
  MENU_COMMANDS,
  type MenuActions,
  type MenuItem,
} from '../../../src/desktop/menu.ts'
import { COMMANDS } from '../../../src/renderer/actions/command-table.ts'

const actions = (): MenuActions => ({
  command: vi.fn<(id: string) => void>(),
  newWindow: vi.fn<() => void>(),
  openRecent: vi.fn<(folder: string) => void>(),
  installCommandLine: vi.fn<() => void>(),
  checkForUpdate: vi.fn<() => void>(),
})
const all = (items: readonly MenuItem[]): MenuItem[] =>
  items.flatMap((item) => [item, ...all(item.submenu ?? [])])

test('every entry asks for a command that the page has', () => {
  const known = new Set(COMMANDS.map(({ id }) => id))
  expect(MENU_COMMANDS.filter((id) => !known.has(id))).toEqual([])
  expect(MENU_COMMANDS.length).toBeGreaterThan(30)
})

test('keys of commands are shown as the page has them, and left to the page', () => {
  const shown = all(appMenu(actions(), [], 'linux')).filter(
    ({ id, accelerator }) => id && accelerator,
  )
  for (const { id, accelerator, registerAccelerator } of shown) {
    expect(registerAccelerator).toBe(false)
    const key = (accelerator ?? '').toLowerCase().replace('cmdorctrl', 'mod')
    expect(COMMANDS.find((command) => command.id === id)?.keys).toContain(key)
  }
  expect(shown.length).toBeGreaterThan(10)
})
