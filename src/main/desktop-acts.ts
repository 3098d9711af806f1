/** What the calls of a page do. */
import { dialog } from 'electron'
import { yardPaths } from '../config/paths.ts'
import type { DesktopActs } from './bridge.ts'
import type { CommandReport } from './install-command.ts'
import type { KeyStore } from './key-store.ts'
import type { Preferences } from './preferences.ts'
import { reveal } from './reveal.ts'
import type { Updates } from './updates.ts'
import type { Windows } from './windows.ts'

export interface DesktopParts {
  readonly windows: Pick<Windows, 'rootOf'>
  readonly preferences: Preferences
  readonly keys: Pick<KeyStore, 'list' | 'keep' | 'remove'>
  readonly updates: Updates
  readonly installCommandLine: () => CommandReport
  readonly ownFiles: readonly string[]
}

export function desktopActs(parts: DesktopParts): DesktopActs {
  const { windows, preferences, keys, updates, ownFiles } = parts
  return {
    async chooseFolder(window) {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openDirectory', 'createDirectory'],
      })
      return canceled ? null : (filePaths[0] ?? null)
    },
    reveal(window, path) {
      const root = windows.rootOf(window)
      return reveal(path, { paths: root === null ? null : yardPaths(root), ownFiles })
    },
    preferences: async () => preferences.get(),
    setPreferences: async (_window, change) => preferences.set(change),
    updateState: async () => updates.state(),
    checkForUpdate: () => updates.check(),
    downloadUpdate: () => updates.download(),
    cancelUpdate: () => updates.cancel(),
    installUpdate: () => updates.install(),
    installCommandLine: async () => parts.installCommandLine(),
    setTheme: async (_window, theme) => preferences.setTheme(theme),
    keys: () => keys.list(),
    keepKey: (_window, name, value) => keys.keep(name, value),
    removeKey: (_window, name) => keys.remove(name),
  }
}
