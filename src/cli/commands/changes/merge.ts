/** Brings results onto their target branch. */
import { err, ok } from '../../../base/result.ts'
import type { LandingView } from '../../../contract/change.ts'
import type { Client } from '../../connect/owner.ts'
import type { Connection } from '../../connect/connect.ts'
import { withYard } from '../../connect/with-yard.ts'
import { argument, defineCommand, option, type Outcome } from '../../spec/define.ts'
import { taskId } from '../../spec/values.ts'
import { hasGivenUp, landingLine } from './diff.ts'

export const merge = defineCommand({
  arguments: { id: argument('[id]', 'the task', taskId) },
  options: { allDone: option('--all-done', 'every done task with a result that has not landed') },
  notes: [
    "The task's verify command is run on the merged tree first. Your checkout is moved only where nothing of yours is in the way; a conflict becomes a task.",
    'Exit 1 when something was not merged; the reason is printed.',
  ],
  examples: ['yard merge build', 'yard merge --all-done'],
  async handler(cli, { id, allDone }) {
    if ((id === undefined) !== allDone)
      return err({
        kind: 'bad-request',
        message: allDone ? 'a task and --all-done were both named' : 'no task was named',
        hint: 'name one, or --all-done; `yard list --status done` shows them',
      })
    // What was merged before a connection was lost is not asked for again, and belongs to the answer all the same.
    const merged = new Map<string, LandingView>()
    const mergeAll = async ({ client }: Connection): Promise<Outcome> => {
      const { print, commandId } = cli
      const tasks = id === undefined ? await landAll(client, commandId) : [id]
      for (const task of tasks) {
        const landing = await awaitLanding(client, task, id === undefined ? null : commandId)
        merged.set(task, landing)
        if (!print.isJson) print.line(landingLine(task, landing, await hasGivenUp(client, landing)))
      }
      const all = [...merged].map(([task, landing]) => ({ task, ...landing }))
      print.result(id === undefined ? all : (all[0] ?? null), () => {
        if (all.length === 0) print.line('nothing is waiting to be merged')
      })
      return ok(all.every(({ state }) => isGood(state)) ? 0 : 1)
    }
    return withYard(cli, mergeAll, { isLong: true })
  },
})

/** Includes earlier conflicts: they are not merged either. */
async function landAll(client: Client, commandId: string): Promise<readonly string[]> {
  // A host of an earlier program does not tell of conflicts.
  const { tasks, conflicts = [] } = await client.change.landAll({ commandId })
  return [...tasks, ...conflicts]
}

const isGood = (state: LandingView['state']): boolean => state === 'landed' || state === 'prepared'

/** A verify command may take longer than one request may. */
const WAIT_MS = 60_000

async function awaitLanding(
  client: Client,
  task: string,
  /** Null when it has been asked for already. */
  commandId: string | null,
): Promise<LandingView> {
  const waitOnly = { task, waitMs: WAIT_MS, waitOnly: true }
  const asked = commandId === null ? waitOnly : { task, waitMs: WAIT_MS, commandId }
  let landing = await client.change.land(asked)
  // One that is queued for a reason waits for another task, which may take arbitrarily long.
  while (landing.state === 'queued' && landing.reason === null)
    landing = await client.change.land(waitOnly)
  return landing
}
