/** This command as a full host: it opens the yard, starts its agents and serves other commands. Used by `run` and `serve`. */
import { existsSync } from 'node:fs'
import { err, ok, type Result } from '../../base/result.ts'
import type { YardPaths } from '../../config/paths.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { openLogFile } from '../../headless/log-file.ts'
import { runHost, type Host } from '../../headless/run-host.ts'
import { nameYard, runHosts, type Hosts } from '../../headless/run-hosts.ts'
import { createYardClient } from '../../yard/handlers/router.ts'
import type { Cli, Machine } from '../spec/define.ts'
import { askOwner, stillLocked, type Client, type Owner } from './owner.ts'
import { entriesOf, pageRootOf } from './program-files.ts'

export interface HostOptions {
  readonly port?: number | undefined
  readonly address?: string | undefined
  readonly notice: (text: string) => void
}

/** The living owner, or a host opened here. A lock without an answer is waited for. */
export async function hostOrOwner(
  { machine }: Cli,
  paths: YardPaths,
  options: HostOptions,
): Promise<Result<{ owner: Owner } | { host: Host }, Failure>> {
  const before = await askOwner(paths, { kind: 'person' })
  if (!before.ok) return before
  if (before.value) return ok({ owner: before.value })
  const host = await runHost({ ...partsOf(machine, options), ...yardAndLog(machine, paths) })
  if (host.ok) return ok({ host: host.value })
  // Another was faster, and answers by now.
  if (host.error.kind !== 'locked') return host
  const owner = await askOwner(paths, { kind: 'person' })
  if (!owner.ok) return owner
  return owner.value ? ok({ owner: owner.value }) : err(stillLocked(paths))
}

/** Several yards in this process, or none: one that is held elsewhere or cannot be opened leaves all as they were. */
export async function hostAll(
  { machine }: Cli,
  yards: readonly YardPaths[],
  options: HostOptions,
): Promise<Result<Hosts, Failure>> {
  for (const paths of yards) {
    const owner = await askOwner(paths, { kind: 'person' })
    const fault = owner.ok ? owner.value && ownedElsewhere(owner.value) : owner.error
    if (fault) return err(nameYard({ root: paths.root, failure: fault }))
  }
  const each = yards.map((paths) => yardAndLog(machine, paths))
  return runHosts({ ...partsOf(machine, options), yards: each, isAllOrNone: true })
}

/** What every host of this command is made of. */
function partsOf({ env, root, entry }: Machine, options: HostOptions) {
  const page = pageRootOf(env, root)
  const pageRoot = existsSync(page) ? page : null
  return { env, flags: {}, kind: 'run', ...options, ...entriesOf(root, entry), pageRoot } as const
}

const yardAndLog = ({ env }: Machine, paths: YardPaths) => ({
  paths,
  log: openLogFile({ file: paths.service.log, env }),
})

/** Calls the handlers of a host in this process without the network. */
export function clientOf(host: Host): Client {
  const { yard, served } = host
  const actor = { kind: 'person', name: null } as const
  const hooks = {
    url: () => served.url,
    pageUrl: () => served.pageUrl(),
    sessions: served.sessions,
    stop: () => void host.end(),
  }
  return createYardClient({ yard, view: served.view, host: hooks, actor })
}

export const ownedElsewhere = (owner: Owner): Failure =>
  failure('locked', `this yard is held by another host already: pid ${owner.pid}, ${owner.url}`, {
    hint: '`yard page` gives the address of its page; `yard service stop` stops it',
  })
