/** Brings results onto their target branch. */
import { err, ok } from '../../base/result.ts'
import type { LandingView } from '../../contract/change.ts'
import type { Cli, Outcome } from '../cli.ts'
import type { Client } from '../client.ts'
import { withYard } from '../connect.ts'
import type { Connection } from '../connection.ts'
import type { Words } from '../words.ts'
import { hasGivenUp, landingLine } from './diff.ts'

export async function merge(cli: Cli, words: Words): Promise<Outcome> {
  const id = words.argOrNull(0)
  const isAll = words.flag('allDone') ?? false
  if ((id === null) !== isAll)
    return err({
      kind: 'bad-request',
      message: isAll ? 'a task and --all-done were both named' : 'no task was named',
      hint: 'name one, or --all-done; `yard list --status done` shows them',
    })
  // What was merged before a connection was lost is not asked for again, and belongs to the answer all the same.
  const merged = new Map<string, LandingView>()
  const mergeAll = async ({ client }: Connection): Promise<Outcome> => {
    const { print, commandId } = cli
    const tasks = id === null ? await askForAll(client, commandId) : [id]
    for (const task of tasks) {
      const landing = await landed(client, task, id === null ? null : commandId)
      merged.set(task, landing)
      if (!print.isJson) print.line(landingLine(task, landing, await hasGivenUp(client, landing)))
    }
    const all = [...merged].map(([task, landing]) => ({ task, ...landing }))
    print.result(id === null ? all : (all[0] ?? null), () => {
      if (all.length === 0) print.line('nothing is waiting to be merged')
    })
    return ok(all.every(({ state }) => isGood(state)) ? 0 : 1)
  }
  return withYard(cli, mergeAll, { isLong: true })
}

/** With those whose conflict stands from before: they are not merged either. */
async function askForAll(client: Client, commandId: string): Promise<readonly string[]> {
  // A host of an earlier program does not tell of conflicts.
  const { tasks, conflicts = [] } = await client.change.landAll({ commandId })
  return [...tasks, ...conflicts]
}

const isGood = (state: LandingView['state']): boolean => state === 'landed' || state === 'prepared'

/** A verify command may take longer than one request may. */
const WAIT_MS = 60_000

async function landed(
  client: Client,
  task: string,
  /** Null when it was asked for already. */
  commandId: string | null,
): Promise<LandingView> {
  const waitOnly = { task, waitMs: WAIT_MS, waitOnly: true }
  const asked = commandId === null ? waitOnly : { task, waitMs: WAIT_MS, commandId }
  let landing = await client.change.land(asked)
  // One that waits for another task would be waited for in vain.
  while (landing.state === 'queued' && landing.reason === null)
    landing = await client.change.land(waitOnly)
  return landing
}
