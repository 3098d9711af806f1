import { err, ok, type Result } from '../../base/result.ts'
import type { YardPaths } from '../../config/paths.ts'
import type { Flags } from '../../contract/service.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import type { Cli, Outcome } from '../cli.ts'
import { startService } from '../connect-service.ts'
import { entriesOf } from '../entries.ts'
import { flagsFrom } from '../flag-words.ts'
import { checkConfigs, namedYards, type NamedYards } from '../named-yards.ts'
import { findOwner, type Owner } from '../owner.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

export async function serviceStart(cli: Cli, words: Words): Promise<Outcome> {
  const yards = namedYards(cli, words)
  const meant = yards.ok ? yards.value.map(({ root }) => root) : []
  const allowed = refuseAgent(cli, 'start a service', meant)
  if (!allowed.ok) return allowed
  return yards.ok ? startYards(cli, words, yards.value) : yards
}

/** One process for all of them; none is started unless all can be. */
export async function startYards(cli: Cli, words: Words, yards: NamedYards): Promise<Outcome> {
  const { machine } = cli
  const [first, ...more] = yards
  const before = await runningOwners(yards)
  if (!before.ok) return before
  if (before.value !== null) return tellRunning(cli, words, yards, before.value)
  const sound = checkConfigs(cli, yards, flagsFrom(words))
  if (!sound.ok) return sound
  const { headlessEntry } = entriesOf(machine.root, machine.entry)
  const started = await startService({
    paths: first,
    others: more,
    headlessEntry,
    env: machine.env,
    args: [...dirWords(yards), ...flagWords(words)],
  })
  if (!started.ok) return started
  const owners = started.value
  const [owner] = owners
  const { print } = cli
  print.result({ ...told(owner, false), ...severally(yards, owners) }, () => {
    for (const [index, each] of owners.entries())
      print.line(`running: pid ${each.pid}, ${each.url}${nameOf(yards, index)}`)
    print.line(more.length === 0 ? 'its page: yard page' : 'a page: yard page, in its folder')
  })
  return ok(0)
}

const dirWords = (yards: readonly YardPaths[]): string[] => [
  ...yards.flatMap(({ root }) => ['--dir', root]),
  ...(yards.length > 1 ? ['--together'] : []),
]

type Owners = readonly [Owner, ...Owner[]]

/** All of them in one process; null = none runs. Anything between the two is not what was asked for. */
async function runningOwners(yards: NamedYards): Promise<Result<Owners | null, Failure>> {
  const found = await Promise.all(yards.map((paths) => findOwner(paths, { kind: 'person' })))
  const owners = found.filter((owner) => owner !== null)
  const [first, ...rest] = owners
  if (!first) return ok(null)
  const isOne = owners.length === yards.length && rest.every(({ pid }) => pid === first.pid)
  if (isOne) return ok([first, ...rest])
  const at = found.findIndex((owner) => owner !== null)
  return err(
    failure('locked', `${yards[at]?.root} is run already: pid ${first.pid}, ${first.url}`, {
      hint: 'stop it there with `yard service stop`, or leave it out; nothing was started',
    }),
  )
}

function tellRunning(cli: Cli, words: Words, yards: NamedYards, owners: Owners): Outcome {
  const { print } = cli
  print.result({ ...told(owners[0], true), ...severally(yards, owners) }, () => {
    for (const [index, { pid, url }] of owners.entries())
      print.line(`already running: pid ${pid}, ${url}${nameOf(yards, index)}${ignored(words)}`)
  })
  return ok(0)
}

const told = ({ pid, url, version }: Owner, wasRunning: boolean) => ({
  running: true,
  pid,
  url,
  version,
  wasRunning,
})

const severally = (yards: NamedYards, owners: Owners) =>
  yards.length === 1
    ? {}
    : { yards: owners.map(({ url }, index) => ({ folder: yards[index]?.root, url })) }

const nameOf = (yards: NamedYards, index: number): string =>
  yards.length === 1 ? '' : ` ${yards[index]?.root}`

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
  const { maxAgents, model, executor, pollIntervalMs }: Flags = flagsFrom(words)
  add('--max-agents', maxAgents)
  add('--model', model)
  add('--executor', executor)
  add('--interval', pollIntervalMs === undefined ? undefined : `${pollIntervalMs}ms`)
  add('--port', words.number('port'))
  return flags
}
