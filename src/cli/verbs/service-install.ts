import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { ok } from '../../base/result.ts'
import { nodeHere } from '../../yard/lobby/node-here.ts'
import type { Cli, Outcome } from '../cli.ts'
import { entriesOf } from '../entries.ts'
import { namedYards } from '../named-yards.ts'
import { refuseAgent } from '../refuse-agent.ts'
import { serviceUnit, TEMPLATE_OF, unitKindOf } from '../service-unit.ts'
import type { Words } from '../words.ts'

/** The Node that runs here, as a unit of the system can name it. */
function nodeWords(): string[] {
  const { command, env } = nodeHere()
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return variables.length === 0 ? [command] : ['/usr/bin/env', ...variables, command]
}

export async function serviceInstall(cli: Cli, words: Words): Promise<Outcome> {
  const yards = namedYards(cli, words)
  const meant = yards.ok ? yards.value.map(({ root: folder }) => folder) : []
  const allowed = refuseAgent(cli, 'install a service', meant)
  if (!allowed.ok) return allowed
  if (!yards.ok) return yards
  const { machine, print } = cli
  const { headlessEntry, resources } = entriesOf(machine.root, machine.entry)
  const kind = unitKindOf(process.platform)
  const [{ root }] = yards.value
  const home = machine.env.HOME || homedir()
  const configHome = machine.env.XDG_CONFIG_HOME
  const unit = serviceUnit({
    kind,
    root,
    home,
    template: readFileSync(join(resources, 'service', TEMPLATE_OF[kind]), 'utf8'),
    // Not together: one that is broken must not keep the others from the machine's start.
    command: [...nodeWords(), headlessEntry, ...meant.flatMap((each) => ['--dir', each])],
    configHome: configHome && isAbsolute(configHome) ? configHome : join(home, '.config'),
  })
  const { file, text, next } = unit
  const onlyShows = words.flag('print') ?? false
  if (!onlyShows) {
    mkdirSync(dirname(file), { recursive: true })
    // schtasks reads UTF-16 with a byte order mark.
    writeFileSync(
      file,
      kind === 'windows' ? `\ufeff${text}` : text,
      kind === 'windows' ? 'utf16le' : 'utf8',
    )
  }
  print.result({ kind, file, text, next, written: !onlyShows }, () => {
    if (onlyShows) return print.raw(text)
    print.line(`wrote ${file}`)
    print.line('now run:')
    for (const line of next) print.line(`  ${line}`)
  })
  return ok(0)
}
