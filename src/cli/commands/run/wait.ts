import { err, ok } from '../../../base/result.ts'
import { formatDuration } from '../../../domain/format.ts'
import type { Connection } from '../../connect/connect.ts'
import { withYard } from '../../connect/with-yard.ts'
import { argument, defineCommand, option, type Cli, type Outcome } from '../../spec/define.ts'
import { taskId, timeout } from '../../spec/values.ts'
import { createProgress } from './progress.ts'

export const wait = defineCommand({
  arguments: { ids: argument('[ids...]', 'these tasks (else all)', taskId) },
  options: { timeoutMs: option('--timeout <duration>', 'gives up after so long', timeout) },
  notes: ['Ends with 0 when they are all done, with 1 when some failed or can never run.'],
  examples: ['yard wait build test --timeout 30m'],
  handler: (cli, { ids, timeoutMs }) =>
    withYard(cli, async (yard) => {
      // Ids that do not exist are an error before anything is waited for.
      await Promise.all(ids.map((id) => yard.client.task.get({ id })))
      const only = ids.length === 0 ? null : ids
      return yard.owner === null
        ? lookOnce(cli, yard, only)
        : waitFor(cli, yard, { only, timeoutMs })
    }),
})

/** Without an owner nothing moves, so there is nothing to wait for. */
async function lookOnce(
  cli: Cli,
  { client }: Connection,
  only: readonly string[] | null,
): Promise<Outcome> {
  const snapshot = await client.service.snapshot()
  const graph = {
    tasks: new Map(snapshot.tasks.map((task) => [task.id, task])),
    agents: new Map(snapshot.agents.map((agent) => [agent.id, agent])),
    summary: snapshot.summary,
  }
  const { createRestWatch } = await import('./rest-watch.ts')
  const { printEnding } = await import('./until-rest.ts')
  const ending = await createRestWatch(client).endingOf(graph, only)
  if (ending) return ok(await printEnding(cli, client, { ending, tookMs: 0 }))
  return err({
    kind: 'not-running',
    message: 'these tasks are not at rest, and nothing runs that could change that',
    hint: 'start it with `yard service start`, or use `yard run`',
  })
}

async function waitFor(
  cli: Cli,
  { client }: Connection,
  { only, timeoutMs }: { only: readonly string[] | null; timeoutMs: number | undefined },
): Promise<Outcome> {
  const startedAt = performance.now()
  const { machine, print } = cli
  const progress = createProgress(print, machine)
  const late = timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs)
  const signal = AbortSignal.any([machine.gone, ...(late ? [late] : [])])
  try {
    const { printEnding, untilRest } = await import('./until-rest.ts')
    const rest = await untilRest({ client, progress, only, signal, endsWhenPaused: false })
    progress.end()
    if (rest.kind === 'rest')
      return ok(
        await printEnding(cli, client, {
          ending: rest.ending,
          tookMs: performance.now() - startedAt,
        }),
      )
    if (rest.kind === 'gone')
      return err({
        kind: 'not-running',
        message: 'the host of this yard has stopped, and the tasks are not at rest',
        hint: 'start it with `yard service start` and wait again',
      })
    return err({
      kind: 'timeout',
      message: `${only ? only.join(', ') : 'the graph'} is not at rest after ${formatDuration(timeoutMs ?? 0)}`,
      hint: 'see `yard list`, or wait longer',
    })
  } finally {
    progress.end()
  }
}
