import { ok } from '../../base/result.ts'
import { findYard } from '../../config/paths.ts'
import type { Cli, Outcome } from '../cli.ts'
import { startService } from '../connect-service.ts'
import { entriesOf } from '../entries.ts'
import { findOwner, type Owner } from '../owner.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

export async function serviceStart(cli: Cli, words: Words): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'start a service')
  if (!allowed.ok) return allowed
  const { machine, print } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return paths
  const before = await findOwner(paths.value, { kind: 'person' })
  if (before) {
    print.result(told(before, true), () =>
      print.line(`already running: pid ${before.pid}, ${before.url}${ignored(words)}`),
    )
    return ok(0)
  }
  const { headlessEntry } = entriesOf(machine.root, machine.entry)
  const started = await startService({
    ...{ paths: paths.value, headlessEntry, env: machine.env },
    args: ['--dir', paths.value.root, ...flagWords(words)],
  })
  if (!started.ok) return started
  const owner = started.value
  print.result(told(owner, false), () => {
    print.line(`running: pid ${owner.pid}, ${owner.url}`)
    print.line('its page: yard page')
  })
  return ok(0)
}

const told = ({ pid, url, version }: Owner, wasRunning: boolean) => ({
  ...{ running: true, pid, url, version, wasRunning },
})

/** Options of a start that did not take place have no effect, which is said. */
const ignored = (words: Words): string =>
  flagWords(words).length === 0
    ? ''
    : '; the options were not applied: yard service reload takes them'

export function flagWords(words: Words): string[] {
  const flags: string[] = []
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) flags.push(name, String(value))
  }
  add('--max-agents', words.number('maxAgents'))
  add('--model', words.text('model'))
  add('--executor', words.text('executor'))
  const intervalMs = words.number('interval')
  add('--interval', intervalMs === undefined ? undefined : `${intervalMs}ms`)
  add('--port', words.number('port'))
  return flags
}
