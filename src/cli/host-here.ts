/** This command as a full host: the yard open here, its agents started, and everybody else served. What `run` and `serve` are. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { err, ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { openLogFile } from '../headless/log-file.ts'
import { serveYard, type Served } from '../headless/serve.ts'
import { createYardClient } from '../yard/handlers/router.ts'
import { openYard } from '../yard/open-yard.ts'
import type { Yard } from '../yard/yard.ts'
import type { Cli } from './cli.ts'
import type { Client } from './connect.ts'
import { entriesOf } from './entries.ts'
import { askOwner, type Owner } from './owner.ts'

export interface Host {
  readonly yard: Yard
  readonly served: Served
  /** Calls the handlers without the network. */
  readonly client: Client
  /** Aborted when a client asks it to end, or another owner has taken over. */
  readonly stopAsked: AbortSignal
  /** Agents go on without it. */
  close(): Promise<void>
}

export interface HostWish {
  readonly kind: 'run' | 'service'
  readonly port?: number | undefined
  readonly host?: string | undefined
}

const LOCK_PATIENCE_MS = 10_000

/** The living owner, or a host opened here. A lock without an answer is waited for. */
export async function hostOrOwner(
  cli: Cli,
  paths: YardPaths,
  wish: HostWish,
): Promise<Result<{ owner: Owner } | { host: Host }, Failure>> {
  const giveUpAt = performance.now() + LOCK_PATIENCE_MS
  for (;;) {
    const owner = await askOwner(paths, { kind: 'person' })
    if (!owner.ok) return owner
    if (owner.value) return ok({ owner: owner.value })
    const host = await openHost(cli, paths, wish)
    if (host.ok) return ok({ host: host.value })
    if (host.error.kind !== 'locked' || performance.now() > giveUpAt) return host
    await delay(20 + Math.random() * 100)
  }
}

async function openHost(
  { machine }: Cli,
  paths: YardPaths,
  wish: HostWish,
): Promise<Result<Host, Failure>> {
  const { env, root, entry } = machine
  const stop = new AbortController()
  const onStop = (): void => stop.abort()
  const log = openLogFile({ file: paths.service.log, env })
  const opened = await openYard({
    ...{ paths, env, log, host: wish.kind, flags: {}, runsAgents: true, onStale: onStop },
    ...entriesOf(root, entry),
  })
  if (!opened.ok) return opened
  const yard = opened.value
  const page = fileURLToPath(new URL('out/renderer', root))
  const { port, host } = wish
  const served = await serveYard(yard, {
    ...{ port, host, log, onStop },
    pageRoot: existsSync(page) ? page : null,
  })
  if (!served.ok) {
    await yard.close()
    return err(served.error)
  }
  return ok(hostOf(yard, served.value, stop))
}

function hostOf(yard: Yard, served: Served, stop: AbortController): Host {
  const actor = { kind: 'person', name: null } as const
  const hooks = { url: () => served.url, stop: () => stop.abort() }
  return {
    ...{ yard, served, stopAsked: stop.signal },
    client: createYardClient({ yard, view: served.view, host: hooks, actor }),
    async close() {
      await served.close()
      await yard.close()
    },
  }
}

export const ownedElsewhere = (owner: Owner): Failure =>
  failure('locked', `this yard is held by another host already: pid ${owner.pid}, ${owner.url}`, {
    hint: 'stop it with `yard service stop`',
  })
