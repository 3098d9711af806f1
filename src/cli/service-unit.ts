/** What the operating system is told so that it starts the service of a yard. Pure: the templates come in as text. */
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'

export type UnitKind = 'systemd' | 'launchd' | 'windows'

export const TEMPLATE_OF: Record<UnitKind, string> = {
  systemd: 'systemd.service',
  launchd: 'launchd.plist',
  windows: 'windows-task.xml',
}

export const unitKindOf = (platform: NodeJS.Platform): UnitKind =>
  platform === 'darwin' ? 'launchd' : platform === 'win32' ? 'windows' : 'systemd'

export interface UnitOrder {
  readonly kind: UnitKind
  readonly template: string
  readonly root: string
  /** Program and arguments. */
  readonly command: readonly string[]
  readonly home: string
  readonly configHome: string
}

export interface Unit {
  readonly text: string
  readonly file: string
  /** Lines that a person runs next. */
  readonly next: readonly string[]
}

export function serviceUnit(order: UnitOrder): Unit {
  const name = unitName(order.root)
  const label = `dev.yardmaster.${name}`
  switch (order.kind) {
    case 'systemd': {
      const unit = `yardmaster-${name}.service`
      const file = join(order.configHome, 'systemd', 'user', unit)
      const text = fill(order.template, {
        root: systemdText(order.root),
        command: order.command.map(systemdWord).join(' '),
      })
      const next = [
        `systemctl --user daemon-reload && systemctl --user enable --now ${unit}`,
        'loginctl enable-linger    # lets it run while you are not signed in',
      ]
      return { text, file, next }
    }
    case 'launchd': {
      const file = join(order.home, 'Library', 'LaunchAgents', `${label}.plist`)
      const lines = order.command.map((word) => `    <string>${xmlText(word)}</string>`)
      const text = fill(order.template, {
        label: xmlText(label),
        root: xmlText(order.root),
        arguments: lines.join('\n'),
      })
      return { text, file, next: [`launchctl bootstrap gui/$(id -u) ${shellWord(file)}`] }
    }
    case 'windows': {
      const file = join(order.root, '.yard', 'service', 'task.xml')
      const [program = '', ...rest] = order.command
      const text = fill(order.template, {
        root: xmlText(order.root),
        program: xmlText(program),
        argumentLine: xmlText(rest.map(windowsWord).join(' ')),
      })
      return { text, file, next: [`schtasks /Create /TN "Yardmaster ${name}" /XML "${file}"`] }
    }
  }
}

/** Two yards in folders of the same name do not share a unit. */
export function unitName(root: string): string {
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 6)
  const word = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
  return `${word || 'yard'}-${hash}`
}

const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)

/** `%` starts a specifier everywhere in a unit. */
const systemdText = (text: string): string => text.replace(/%/g, '%%').replace(/\n/g, ' ')

/** In a command line `$` would be a variable, and quotes group words. */
const systemdWord = (word: string): string =>
  `"${systemdText(word).replace(/[\\"]/g, '\\$&').replace(/\$/g, '$$$$')}"`

const xmlText = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)

const shellWord = (word: string): string => `'${word.replace(/'/g, `'\\''`)}'`

/** As the C runtime of Windows takes a command line apart. */
const windowsWord = (word: string): string =>
  `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`
