/** Brings results onto their target branch. */
import { err, ok } from '../../base/result.ts'
import type { LandingView } from '../../contract/change.ts'
import type { Cli, Outcome } from '../cli.ts'
import type { Client } from '../client.ts'
import { withYard } from '../connect.ts'
import type { Words } from '../words.ts'
import { landingLine } from './diff.ts'

export async function merge(cli: Cli, words: Words): Promise<Outcome> {
  const id = words.argOrNull(0)
  const isAll = words.flag('allDone') ?? false
  if ((id === null) !== isAll)
    return err({
      kind: 'bad-request',
      message: isAll ? 'a task and --all-done were both named' : 'no task was named',
      hint: 'name one, or --all-done; `yard list --status done` shows them',
    })
  return withYard(cli, async ({ client }) => {
    const { print, commandId } = cli
    const tasks = id === null ? (await client.change.landAll({ commandId })).tasks : [id]
    const merged: ({ task: string } & LandingView)[] = []
    for (const task of tasks) {
      const landing = await landed(client, task, id === null ? null : commandId)
      merged.push({ task, ...landing })
      if (!print.isJson) print.line(landingLine(task, landing))
    }
    print.result(id === null ? merged : (merged[0] ?? null), () => {
      if (tasks.length === 0) print.line('nothing is waiting to be merged')
    })
    return ok(merged.every(({ state }) => isGood(state)) ? 0 : 1)
  })
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
