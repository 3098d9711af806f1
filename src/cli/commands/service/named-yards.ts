/** The yards that a command names with `--yard`, each once; without it the one that is found from here. */
import { realpathSync } from 'node:fs'
import { err, ok, type Result } from '../../../base/result.ts'
import { findYard, type YardPaths } from '../../../config/paths.ts'
import type { Flags } from '../../../contract/service.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { option, type Cli, type InputOf } from '../../spec/define.ts'
import { whole } from '../../spec/values.ts'

/** At least one. */
export type NamedYards = readonly [YardPaths, ...YardPaths[]]

export const yardOptions = {
  yards: option.list(
    '--yard <folder>',
    'the folder of a yard; again for each of several in one process',
  ),
}
export const portOptions = {
  port: option('--port <port>', 'listens there (else on the port of last time)', whole(0, 65_535)),
}

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
