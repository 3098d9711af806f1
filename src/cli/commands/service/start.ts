import { err, ok, type Result } from '../../../base/result.ts'
import type { Flags } from '../../../contract/service.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { refuseAgent } from '../../connect/connect.ts'
import { findOwner, type Owner } from '../../connect/owner.ts'
import { entriesOf } from '../../connect/program-files.ts'
import {
  type Cli,
  defineSubcommand,
  type InputOf,
  option,
  type Outcome,
  printed,
} from '../../spec/define.ts'
import { definedFields, interval, retryAfter, whole } from '../../spec/values.ts'
import { realpathSync } from 'node:fs'
import { findYard, type YardPaths } from '../../../config/paths.ts'

export const yardOptions = {
  yards: option.list(
    '--yard <folder>',
    'the folder of a yard; again for each of several in one process',
  ),
}
export const portOptions = {
  port: option('--port <port>', 'listens there (else on the port of last time)', whole(0, 65_535)),
}

/** They override the configuration files until the service ends or is reloaded. */
export const flagOptions = {
  maxAgents: option('--max-agents <n>', 'at most so many agents at once', whole(0, 1000)),
  model: option('--model <name>', 'the model of tasks that name none'),
  executor: option('--executor <name>', 'the executor of tasks that name none'),
  pollIntervalMs: option('--interval <seconds>', 'seconds between looks at everything', interval),
  retryAfterMs: option(
    '--retry-after <seconds>',
    'seconds until a message is delivered again after a turn that failed',
    retryAfter,
  ),
}

export const start = defineSubcommand({
  name: 'start',
  summary: 'starts it and returns when it answers',
  options: { ...yardOptions, ...flagOptions, ...portOptions },
  notes: [
    'The options hold until it ends or is reloaded without them.',
    'Several yards share the process and nothing else. None is started unless all can be; one that ends later ends alone.',
  ],
  async handler(cli, { yards: folders, port, ...given }) {
    const yards = namedYards(cli, { yards: folders, port })
    const roots = yards.ok ? yards.value.map(({ root }) => root) : []
    const allowed = refuseAgent(cli, 'start a service', roots)
    if (!allowed.ok) return allowed
    return yards.ok ? startYards(cli, yards.value, { flags: definedFields(given), port }) : yards
  },
})

interface StartOptions {
  readonly flags: Flags
  readonly port: number | undefined
}

/** One process for all of them; none is started unless all can be. */
export async function startYards(
  cli: Cli,
  yards: NamedYards,
  options: StartOptions,
): Promise<Outcome> {
  const { print } = cli
  const before = await runningOwners(yards)
  if (!before.ok) return before
  const args = startArguments(options)
  if (before.value !== null) {
    const owners = before.value
    return printed(cli, startReply(yards, owners, true), () => {
      // Options of a start that did not take place have no effect, which is said.
      const ignored =
        args.length === 0 ? '' : '; the options were not applied: yard service reload takes them'
      for (const [index, { pid, url }] of owners.entries())
        print.line(`already running: pid ${pid}, ${url}${nameOf(yards, index)}${ignored}`)
    })
  }
  const checked = await checkConfigs(cli, yards, options.flags)
  if (!checked.ok) return checked
  const started = await startHostOf(cli, yards, args)
  if (!started.ok) return started
  return printed(cli, startReply(yards, started.value, false), () => {
    for (const [index, { pid, url }] of started.value.entries())
      print.line(`running: pid ${pid}, ${url}${nameOf(yards, index)}`)
    print.line(yards.length === 1 ? 'its page: yard page' : 'a page: yard page, in its folder')
  })
}

/** Starts the headless host. Returns the owners that answer, in the order of the yards: of the host started here, or of a faster one. */
async function startHostOf(
  { machine }: Cli,
  yards: NamedYards,
  args: readonly string[],
): Promise<Result<Owners, Failure>> {
  const { startHost } = await import('../../../yard/start-screen/start-host.ts')
  const { commandAnswers } = await import('../../../headless/client.ts')
  const [paths, ...more] = yards
  const order = {
    paths,
    headlessEntry: entriesOf(machine.root, machine.entry).headlessEntry,
    env: machine.env,
    args: [
      ...yards.flatMap(({ root }) => ['--dir', root]),
      ...(yards.length > 1 ? ['--together'] : []),
      ...args,
    ],
    isWaiting: () => commandAnswers(paths),
  }
  return startHost(order, async () => {
    const first = await findOwner(paths, { kind: 'person' })
    if (first === null) return null
    const others: Owner[] = []
    for (const other of more) {
      const owner = await findOwner(other, { kind: 'person' })
      if (owner === null) return null
      others.push(owner)
    }
    return [first, ...others] as const
  })
}

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

function startReply(yards: NamedYards, owners: Owners, wasRunning: boolean) {
  const [{ pid, url, version }] = owners
  const folders = owners.map((owner, index) => ({ folder: yards[index]?.root, url: owner.url }))
  return {
    running: true,
    pid,
    url,
    version,
    wasRunning,
    ...(yards.length === 1 ? {} : { yards: folders }),
  }
}

const nameOf = (yards: NamedYards, index: number): string =>
  yards.length === 1 ? '' : ` ${yards[index]?.root}`

function startArguments({ flags, port }: StartOptions): string[] {
  const { maxAgents, model, executor, pollIntervalMs, retryAfterMs } = flags
  const given = {
    '--max-agents': maxAgents,
    '--model': model,
    '--executor': executor,
    '--interval': pollIntervalMs === undefined ? undefined : `${pollIntervalMs}ms`,
    '--retry-after': retryAfterMs === undefined ? undefined : `${retryAfterMs}ms`,
    '--port': port,
  }
  return Object.entries(given).flatMap(([flag, value]) =>
    value === undefined ? [] : [flag, String(value)],
  )
}

/** At least one. */
export type NamedYards = readonly [YardPaths, ...YardPaths[]]

/** The yards that a command names with `--yard`, each once; without it the one that is found from here. */
export function namedYards(
  cli: Cli,
  {
    yards: folders = [],
    port,
  }: InputOf<typeof yardOptions> & { readonly port?: number | undefined },
): Result<NamedYards, Failure> {
  const found = folders.length === 0 ? findHere(cli) : findEach(cli, folders)
  if (!found.ok || found.value.length === 1 || port === undefined) return found
  return err(
    failure('bad-request', '--port is for one yard: each has a listener of its own', {
      hint: 'leave it out; each yard keeps its port',
    }),
  )
}

function findHere({ machine: { cwd, env }, dir }: Cli): Result<NamedYards, Failure> {
  const paths = findYard(cwd, env, dir)
  return paths.ok ? ok([paths.value]) : paths
}

function findEach(
  { machine: { cwd }, dir }: Cli,
  folders: readonly string[],
): Result<NamedYards, Failure> {
  if (dir !== null)
    return err(
      failure('bad-request', '--dir and --yard both name a yard', {
        hint: 'name each yard with --yard',
      }),
    )
  const found: YardPaths[] = []
  for (const folder of folders) {
    const paths = findYard(cwd, {}, folder, '--yard')
    if (!paths.ok) return paths
    if (!found.some(({ root }) => isSame(root, paths.value.root))) found.push(paths.value)
  }
  const [first, ...rest] = found
  if (!first) throw new Error('no folder was named')
  return ok([first, ...rest])
}

const isSame = (a: string, b: string): boolean => realpathSync(a) === realpathSync(b)

/** Reads the configuration of each before any process is started or stopped; one broken file leaves all as they are. */
export async function checkConfigs(
  cli: Cli,
  yards: readonly YardPaths[],
  flags: Flags,
): Promise<Result<null, Failure>> {
  const { readConfig } = await import('../../../yard/yard-config.ts')
  const broken = yards.flatMap((paths) => {
    const config = readConfig({ paths, env: cli.machine.env }, flags)
    return config.ok ? [] : [{ root: paths.root, problem: config.error }]
  })
  const [first] = broken
  if (!first) return ok(null)
  const others = broken.length > 1 ? ` (and ${broken.length - 1} more)` : ''
  const facts = { yards: broken.map(({ root, problem }) => ({ folder: root, ...problem })) }
  const where = yards.length > 1 ? `${first.root}: ` : ''
  const message = `nothing was touched: ${where}${first.problem.message}${others}`
  return err({ ...first.problem, message, facts })
}
