/** Opens the yard in this process for one command: agents that have ended are settled first, none is started. */
import { createLiveView, type LiveView } from '../../yard/views/live-view.ts'
import { systemClock } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { YardPaths } from '../../config/paths.ts'
import type { Actor } from '../../domain/command.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { agentActor, openSecret } from '../../yard/handlers/agent-token.ts'
import { createYardClient } from '../../yard/handlers/router.ts'
import { openYard } from '../../yard/open-yard.ts'
import type { Yard } from '../../yard/yard.ts'
import { namelessRefusal, type Caller } from '../../yard/access/caller.ts'
import type { Cli } from '../spec/define.ts'
import type { Client } from './owner.ts'
import { entriesOf } from './program-files.ts'

interface LocalYard {
  readonly client: Client
  close(): Promise<void>
}

export async function openLocally(
  { machine }: Cli,
  paths: YardPaths,
  { caller, isServed }: { readonly caller: Caller; readonly isServed: boolean },
): Promise<Result<LocalYard, Failure>> {
  const { env, root, entry } = machine
  const opened = await openYard({
    paths,
    env,
    host: 'command',
    log: silentLog,
    flags: {},
    runsAgents: false,
    ...entriesOf(root, entry),
  })
  if (!opened.ok) return opened
  const yard = opened.value
  const actor = actorOf(yard, caller)
  if (!actor.ok) {
    await yard.close()
    return actor
  }
  const served = isServed ? await serve(yard) : withoutServer(yard)
  if (!served.ok) {
    await yard.close()
    return served
  }
  const { view } = served.value
  const host = { url: () => null, pageUrl: () => null, stop: () => {} }
  const client = createYardClient({ yard, view, host, actor: actor.value })
  const close = async (): Promise<void> => {
    await served.value.close()
    await yard.close()
  }
  return ok({ client, close })
}

interface Served {
  readonly view: LiveView
  close(): Promise<void>
}

function withoutServer(yard: Yard): Result<Served, Failure> {
  const view = createLiveView(yard, systemClock)
  return ok({ view, close: async () => view.close() })
}

/** For other commands and living agents. This is no host: it has no page and no request ends it. */
async function serve(yard: Yard): Promise<Result<Served, Failure>> {
  const { serveYard } = await import('../../headless/serve.ts')
  return serveYard(yard, { pageRoot: null, log: silentLog, onStop: () => {} })
}

/** An agent is known by its token here as it is by a host. */
function actorOf(yard: Yard, caller: Caller): Result<Actor, Failure> {
  if (caller.kind === 'person') return ok({ kind: 'person', name: null })
  if (caller.kind === 'nameless') return err(namelessRefusal())
  const actor = agentActor(yard, openSecret(yard.paths.service.secret), caller.token)
  if (actor) return ok(actor)
  return err(
    failure('unauthorized', `the token of ${caller.agentId} is not one of this yard`, {
      hint: 'YARD_TOKEN is set by the host that starts the agent and must be left as it is',
    }),
  )
}
