/** `yard run`: the graph from here to its rest. */
import { err, ok, type Result } from '../../../base/result.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import type { Host } from '../../../headless/run-host.ts'
import { refuseAgent, yardOf } from '../../connect/connect.ts'
import { failureFromError, isLostConnection } from '../../connect/failure-from-error.ts'
import type { Client, Owner } from '../../connect/owner.ts'
import { argument, defineCommand, type Cli, type Outcome } from '../../spec/define.ts'
import type { NamedGraph } from '../graph/import.ts'
import { createProgress, type Progress } from './progress.ts'
import { printEnding, printStopped, untilRest } from './wait.ts'

export const run = defineCommand({
  arguments: { file: argument('[file]', 'a graph file to import first; - reads stdin') },
  notes: [
    'Ends with 0 when every task is done, with 1 when some failed or can never run.',
    'Beside a service it joins that. The first ^C starts no new agent and waits for those that run, the second ends them.',
  ],
  examples: ['yard run', 'yard run graph.toml'],
  async handler(cli, { file }) {
    const allowed = refuseAgent(cli, 'run a coordinator')
    if (!allowed.ok) return allowed
    const { machine } = cli
    const { readGraphToRun } = await import('../graph/import.ts')
    const graph = file === undefined ? ok(null) : await readGraphToRun(cli, file)
    if (!graph.ok) return graph
    const paths = yardOf(cli)
    if (!paths.ok) return paths
    const { clientOf, hostOrOwner } = await import('../../connect/local-host.ts')
    const progress = createProgress(cli.print, machine)
    const work = { progress, graph: graph.value }
    try {
      const found = await hostOrOwner(cli, paths.value, { notice: progress.say })
      if (!found.ok) return found
      if ('owner' in found.value) return await runBeside(cli, found.value.owner, work)
      const { host } = found.value
      return await runHere(cli, host, { ...work, client: clientOf(host) })
    } catch (error) {
      return err(failureFromError(error))
    } finally {
      progress.end()
    }
  },
})

interface Work {
  readonly progress: Progress
  /** To be imported first. */
  readonly graph: NamedGraph | null
}

async function runHere(
  cli: Cli,
  host: Host,
  work: Work & { readonly client: Client },
): Promise<Outcome> {
  const ended = new AbortController()
  void host.ended.then(() => ended.abort())
  try {
    return await runWith(cli, { ...work, signal: ended.signal, isBeside: false })
  } finally {
    await host.end()
  }
}

/** The owner does the work; leaving it does not end anything. */
async function runBeside(cli: Cli, owner: Owner, work: Work): Promise<Outcome> {
  work.progress.say(`the host of this yard (pid ${owner.pid}) does the work`)
  const leave = new AbortController()
  const onInterrupt = (): void => leave.abort()
  process.on('SIGINT', onInterrupt)
  try {
    const { client } = owner
    return await runWith(cli, { ...work, client, signal: leave.signal, isBeside: true })
  } catch (error) {
    if (isLostConnection(error)) return err(hostStopped())
    throw error
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

interface RunOptions extends Work {
  readonly client: Client
  readonly signal: AbortSignal
  readonly isBeside: boolean
}

async function runWith(cli: Cli, options: RunOptions): Promise<Outcome> {
  const { client, progress, signal, isBeside } = options
  const startedAt = performance.now()
  const ready = await prepare(cli, options)
  if (!ready.ok) return ready
  const rest = await untilRest({ client, progress, signal, only: null, endsWhenPaused: true })
  progress.end()
  const tookMs = performance.now() - startedAt
  switch (rest.kind) {
    case 'rest':
      return ok(await printEnding(cli, client, { ending: rest.ending, tookMs }))
    case 'paused':
      return err(paused('this yard was paused', isBeside))
    case 'stopped':
      return ok(printStopped(cli, rest.last, { isBeside, tookMs }))
    case 'gone':
      if (!isBeside) return ok(printStopped(cli, rest.last, { isBeside, tookMs }))
      return err(hostStopped())
  }
}

/** A yard that starts nothing imports no graph either, so that the same command works once it does. */
async function prepare(
  cli: Cli,
  { client, graph, isBeside }: RunOptions,
): Promise<Result<null, Failure>> {
  const { summary } = await client.service.snapshot()
  if (!summary.trusted)
    return err(
      failure('untrusted', 'this yard was not made here, and starts nothing until it is trusted', {
        hint: 'look at it with `yard trust`',
      }),
    )
  if (summary.paused) return err(paused('this yard is paused, so nothing was started', isBeside))
  if (graph === null) return ok(null)
  const { importInto } = await import('../graph/import.ts')
  const imported = await importInto(client, graph, cli.commandId)
  if (imported.ok) return ok(null)
  if (imported.error.kind !== 'id-taken') return imported
  const hint = 'nothing was imported; `yard run` alone goes on with the tasks that are here'
  return err({ ...imported.error, hint })
}

const hostStopped = (): Failure =>
  failure('not-running', 'the host that did the work has stopped', {
    hint: 'start again with `yard run`',
  })

const paused = (message: string, isBeside: boolean): Failure =>
  failure('not-running', message, {
    hint: isBeside
      ? 'let it go on with `yard service resume`'
      : 'let it go on with `yard service start` and `yard service resume`',
  })
