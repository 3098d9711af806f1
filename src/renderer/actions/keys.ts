/** Keys as words (`mod+shift+k`, `g t`), as events, and as a person reads them. */
import { COMMANDS, type CommandInfo } from './command-table.ts'
import { getPreferences } from '../model/preferences.ts'

const isMac = /mac/i.test(navigator.platform)

/** The word for what was pressed, e.g. `mod+shift+k`; null for a lone modifier. */
export function keyNameOfEvent(event: KeyboardEvent): string | null {
  const { key } = event
  if (['Shift', 'Control', 'Alt', 'Meta', 'Dead', 'Unidentified'].includes(key)) return null
  const mod = isMac ? event.metaKey : event.ctrlKey
  // Alt changes what a letter types on macOS, so the place of the key counts then.
  const name = event.altKey && /^(Key|Digit)/.test(event.code) ? event.code.slice(-1) : key
  const plain = name === ' ' ? 'space' : name.toLowerCase()
  // A sign that needs ⇧ on this keyboard is itself the key: `?`, `+`.
  const hasShift = event.shiftKey && (plain.length > 1 || /[a-z0-9]/.test(plain) || mod)
  return [mod && 'mod', event.altKey && 'alt', hasShift && 'shift', plain].filter(Boolean).join('+')
}

/** Keys of a command as they hold for this person. */
export function keysOf(command: CommandInfo): readonly string[] {
  const own = getPreferences().keys[command.id]
  const keys = own ?? command.keys
  return getPreferences().singleKeys ? keys : keys.filter((key) => !isSingle(key))
}

/** Without ⌘, Ctrl or ⌥, and no function key: what typing could set off by accident. */
export const isSingle = (key: string): boolean =>
  !/(mod|alt)\+/.test(key) && !/^(shift\+)?(f\d+|enter|escape|delete|backspace)$/.test(key)

const SIGNS: Readonly<Record<string, string>> = {
  mod: isMac ? '⌘' : 'Ctrl',
  alt: isMac ? '⌥' : 'Alt',
  shift: '⇧',
  enter: '↵',
  space: 'Space',
  escape: 'Esc',
  backspace: '⌫',
  delete: 'Del',
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
}

/** `⌘⇧K` on macOS, `Ctrl+⇧K` elsewhere. */
export function readableKey(key: string): string {
  return key
    .split(' ')
    .map((stroke) =>
      strokeParts(stroke)
        .map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : capital(part)))
        .join(isMac ? '' : '+')
        .replace('⇧+', '⇧'),
    )
    .join(' ')
}

/** `mod++` is ⌘ and the plus sign. */
const strokeParts = (stroke: string): readonly string[] =>
  stroke.endsWith('+')
    ? [...stroke.slice(0, -1).split('+').filter(Boolean), '+']
    : stroke.split('+')

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

export interface KeyMatch {
  readonly command: CommandInfo | null
  /** What was pressed so far begins a longer one. */
  readonly isPrefix: boolean
}

/** What the pressed keys mean in that place. The more special place wins. */
export function matchKeys(pressed: string, places: ReadonlySet<CommandInfo['place']>): KeyMatch {
  const open = COMMANDS.filter((command) => places.has(command.place))
  const found = open.filter((command) => keysOf(command).includes(pressed))
  const command = found.find(({ place }) => place !== 'all') ?? found[0] ?? null
  const isPrefix = open.some((each) => keysOf(each).some((key) => key.startsWith(`${pressed} `)))
  return { command, isPrefix }
}
