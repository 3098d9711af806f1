/** Opens the yard in this process for one command: agents that have ended are settled first, none is started. */
import { createLiveView, type LiveView } from '../yard/views/live-view.ts'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import type { Actor } from '../domain/command.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { agentActor } from '../yard/handlers/agent-actor.ts'
import { openSecret } from '../yard/handlers/agent-token.ts'
import { createYardClient } from '../yard/handlers/router.ts'
import { openYard } from '../yard/open-yard.ts'
import type { Yard } from '../yard/yard.ts'
import { namelessRefusal, type Caller } from '../yard/caller.ts'
import type { Cli } from './cli.ts'
import type { Connection } from './connection.ts'
import { entriesOf } from './entries.ts'

export async function openHere(
  { machine }: Cli,
  paths: YardPaths,
  caller: Caller,
  isServed = false,
): Promise<Result<Connection, Failure>> {
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
  const door = isServed ? await openDoor(yard) : shutDoor(yard)
  if (!door.ok) {
    await yard.close()
    return door
  }
  const { view } = door.value
  const host = { url: () => null, pageUrl: () => null, stop: () => {} }
  const client = createYardClient({ yard, view, host, actor: actor.value })
  const close = async (): Promise<void> => {
    await door.value.close()
    await yard.close()
  }
  return ok({ client, paths, caller, owner: null, close })
}

interface Door {
  readonly view: LiveView
  close(): Promise<void>
}

function shutDoor(yard: Yard): Result<Door, Failure> {
  const view = createLiveView(yard, systemClock)
  return ok({ view, close: async () => view.close() })
}

/** Other commands and living agents come in by it. It is no host: nobody can tell it to end, and it has no page. */
async function openDoor(yard: Yard): Promise<Result<Door, Failure>> {
  const { serveYard } = await import('../headless/serve.ts')
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
