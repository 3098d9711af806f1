import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { shellWord } from '../../../base/text.ts'
import { refuseAgent } from '../../connect/connect.ts'
import { entriesOf } from '../../connect/program-files.ts'
import { defineSubcommand, option, printed } from '../../spec/define.ts'
import { namedYards, yardOptions } from './start.ts'

export const install = defineSubcommand({
  name: 'install',
  summary: 'lets the system start it: a systemd user unit, a launchd agent or a Windows task',
  options: { ...yardOptions, print: option('--print', 'only shows what would be written') },
  async handler(cli, { yards: folders, print: onlyShows }) {
    const yards = namedYards(cli, { yards: folders })
    const roots = yards.ok ? yards.value.map(({ root: folder }) => folder) : []
    const allowed = refuseAgent(cli, 'install a service', roots)
    if (!allowed.ok) return allowed
    if (!yards.ok) return yards
    const { machine, print } = cli
    const { headlessEntry, resources } = entriesOf(machine.root, machine.entry)
    const kind = unitKindOf(process.platform)
    const [{ root }] = yards.value
    const home = machine.env.HOME || homedir()
    const configHome = machine.env.XDG_CONFIG_HOME
    const { file, text, next } = serviceUnit({
      kind,
      root,
      home,
      template: readFileSync(join(resources, 'service', TEMPLATE_OF[kind]), 'utf8'),
      // Not together: one that is broken must not keep the others from the machine's start.
      command: [
        ...(await nodeCommand()),
        headlessEntry,
        ...roots.flatMap((folder) => ['--dir', folder]),
      ],
      configHome: configHome && isAbsolute(configHome) ? configHome : join(home, '.config'),
    })
    if (!onlyShows) {
      mkdirSync(dirname(file), { recursive: true })
      // schtasks reads UTF-16 with a byte order mark.
      if (kind === 'windows') writeFileSync(file, `\ufeff${text}`, 'utf16le')
      else writeFileSync(file, text)
    }
    return printed(cli, { kind, file, text, next, written: !onlyShows }, () => {
      if (onlyShows) return print.raw(text)
      print.line(`wrote ${file}`)
      print.line('now run:')
      for (const line of next) print.line(`  ${line}`)
    })
  },
})

/** Program and arguments of the Node.js that runs here, for a unit of the system. */
async function nodeCommand(): Promise<string[]> {
  const { nodeHere } = await import('../../../yard/start-screen/start-host.ts')
  const { command, env } = nodeHere()
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return variables.length === 0 ? [command] : ['/usr/bin/env', ...variables, command]
}

export type UnitKind = 'systemd' | 'launchd' | 'windows'

export const TEMPLATE_OF: Record<UnitKind, string> = {
  systemd: 'systemd.service',
  launchd: 'launchd.plist',
  windows: 'windows-task.xml',
}

export const unitKindOf = (platform: NodeJS.Platform): UnitKind =>
  platform === 'darwin' ? 'launchd' : platform === 'win32' ? 'windows' : 'systemd'

interface UnitOptions {
  readonly kind: UnitKind
  readonly template: string
  readonly root: string
  /** Program and arguments. */
  readonly command: readonly string[]
  readonly home: string
  readonly configHome: string
}

interface Unit {
  readonly text: string
  readonly file: string
  /** Lines that a person runs next. */
  readonly next: readonly string[]
}

export function serviceUnit(order: UnitOptions): Unit {
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
function unitName(root: string): string {
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

/** As the C runtime of Windows takes a command line apart. */
const windowsWord = (word: string): string =>
  `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`
