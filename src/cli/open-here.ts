/** Opens the yard in this process for one command: agents that have ended are settled first, none is started. */
import { createRouterClient } from '@orpc/server'
import { silentLog } from '../base/log.ts'
import { ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import type { Failure } from '../domain/failure.ts'
import { createRouter } from '../yard/handlers/router.ts'
import { openYard } from '../yard/open-yard.ts'
import type { Caller } from './caller.ts'
import type { Cli } from './cli.ts'
import type { Connection } from './connect.ts'
import { entriesOf } from './entries.ts'

export async function openHere(
  { machine }: Cli,
  paths: YardPaths,
  caller: Caller,
): Promise<Result<Connection, Failure>> {
  const { env, root } = machine
  const opened = await openYard({
    ...{ paths, env, host: 'command', log: silentLog, flags: {}, runsAgents: false },
    ...entriesOf(root),
  })
  if (!opened.ok) return opened
  const yard = opened.value
  const client = createRouterClient(createRouter(yard), { context: { by } })
  return ok({ client, paths, caller, owner: null, close: () => yard.close() })
}
