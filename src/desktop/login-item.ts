/** Whether the app is opened at login. Electron has no call for it on Linux: there it is a file in `autostart`. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'

export interface LoginItem {
  isSet(): boolean
  /** Throws where it cannot be written. */
  set(isWanted: boolean): void
}

/** Electron's `app`, as far as it is used. */
interface LoginItemSystem {
  getLoginItemSettings(options: { args: string[] }): { readonly openAtLogin: boolean }
  setLoginItemSettings(settings: { openAtLogin: boolean; args: string[] }): void
}

interface LoginItemParts {
  readonly system: LoginItemSystem
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** The program of the app; good after the next start of the system, too. */
  readonly program: string
}

/** Opened by the system, the app stays behind its tray. */
export const HIDDEN_SWITCH = '--hidden'

export function createLoginItem(parts: LoginItemParts): LoginItem {
  const { system } = parts
  if (parts.platform !== 'linux') {
    const args = [HIDDEN_SWITCH]
    return {
      isSet: () => system.getLoginItemSettings({ args }).openAtLogin,
      set: (openAtLogin) => system.setLoginItemSettings({ openAtLogin, args }),
    }
  }
  const configHome = parts.env['XDG_CONFIG_HOME']
  const base = configHome && isAbsolute(configHome) ? configHome : join(parts.home, '.config')
  const file = join(base, 'autostart', 'yardmaster.desktop')
  return {
    isSet: () => existsSync(file),
    set(isWanted) {
      if (!isWanted) return rmSync(file, { force: true })
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, desktopEntry(parts.program))
    },
  }
}

const desktopEntry = (program: string): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Yardmaster',
    `Exec=${execWord(program)} ${HIDDEN_SWITCH}`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')

/** Quoted as the specification of desktop entries says: the string's own escapes, then those of the quotes, and `%` begins a field. */
const execWord = (word: string): string =>
  `"${word
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`
