/** `yard run`: the graph from here to its rest. */
import { err, ok, type Result } from '../../base/result.ts'
import { graphFailure, type GraphReading } from '../../graph-file/read-graph.ts'
import { findYard } from '../../config/paths.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import type { Cli, Outcome } from '../cli.ts'
import type { Client } from '../client.ts'
import { failureFromError, isLostConnection } from '../failure-from-error.ts'
import type { Host } from '../../headless/run-host.ts'
import { clientOf, hostOrOwner } from '../host-here.ts'
import type { Owner } from '../owner.ts'
import { createProgress, type Progress } from '../progress.ts'
import { importInto, readGraph } from '../read-graph.ts'
import { refuseAgent } from '../refuse-agent.ts'
import { tellEnding, tellStopped, untilRest } from '../until-rest.ts'
import type { Words } from '../words.ts'

export async function run(cli: Cli, words: Words): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'run a coordinator')
  if (!allowed.ok) return allowed
  const { machine } = cli
  const name = words.argOrNull(0)
  const graph = name === null ? ok(null) : await readWhole(cli, name)
  if (!graph.ok) return graph
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return paths
  const file = name === null || graph.value === null ? null : { name, graph: graph.value }
  const progress = createProgress(cli.print, machine)
  try {
    const found = await hostOrOwner(cli, paths.value, { notice: progress.say })
    if (!found.ok) return found
    return 'host' in found.value
      ? await runHere(cli, found.value.host, progress, file)
      : await runBeside(cli, found.value.owner, progress, file)
  } catch (error) {
    return err(failureFromError(error))
  } finally {
    progress.end()
  }
}

/** A graph that is to run is looked at before anything is started for it. */
async function readWhole(cli: Cli, name: string): Promise<Result<GraphReading, Failure>> {
  const graph = await readGraph(cli, name)
  if (!graph.ok || graph.value.faults.length === 0) return graph
  return err(graphFailure(name, graph.value.faults))
}

interface NamedGraph {
  readonly name: string
  readonly graph: GraphReading
}

async function runHere(
  cli: Cli,
  host: Host,
  progress: Progress,
  file: NamedGraph | null,
): Promise<Outcome> {
  const ended = new AbortController()
  void host.ended.then(() => ended.abort())
  try {
    const client = clientOf(host)
    return await runWith(cli, { client, progress, file, signal: ended.signal, isBeside: false })
  } finally {
    await host.end()
  }
}

/** The owner does the work; leaving it does not end anything. */
async function runBeside(
  cli: Cli,
  owner: Owner,
  progress: Progress,
  file: NamedGraph | null,
): Promise<Outcome> {
  progress.say(`the host of this yard (pid ${owner.pid}) does the work`)
  const leave = new AbortController()
  const onInterrupt = (): void => leave.abort()
  process.on('SIGINT', onInterrupt)
  try {
    return await runWith(cli, {
      client: owner.client,
      progress,
      file,
      signal: leave.signal,
      isBeside: true,
    })
  } catch (error) {
    if (isLostConnection(error)) return err(hostStopped())
    throw error
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

async function runWith(
  cli: Cli,
  how: {
    readonly client: Client
    readonly progress: Progress
    readonly file: NamedGraph | null
    readonly signal: AbortSignal
    readonly isBeside: boolean
  },
): Promise<Outcome> {
  const { client, progress, signal } = how
  const startedAt = performance.now()
  const ready = await prepare(cli, how)
  if (!ready.ok) return ready
  const rest = await untilRest({ client, progress, signal, only: null, endsWhenPaused: true })
  progress.end()
  const tookMs = performance.now() - startedAt
  switch (rest.kind) {
    case 'rest':
      return ok(await tellEnding(cli, client, { ending: rest.ending, tookMs }))
    case 'paused':
      return err(paused('this yard was paused', how))
    case 'stopped':
      return ok(tellStopped(cli, rest.last, { isBeside: how.isBeside, tookMs }))
    case 'gone':
      if (!how.isBeside) return ok(tellStopped(cli, rest.last, { isBeside: false, tookMs }))
      return err(hostStopped())
  }
}

/** A yard that starts nothing takes no graph either, so that the same words work once it does. */
async function prepare(
  cli: Cli,
  {
    client,
    file,
    isBeside,
  }: {
    readonly client: Client
    readonly file: NamedGraph | null
    readonly isBeside: boolean
  },
): Promise<Result<null, Failure>> {
  const { summary } = await client.service.snapshot()
  if (!summary.trusted)
    return err(
      failure('untrusted', 'this yard was not made here, and starts nothing until it is trusted', {
        hint: 'look at it with `yard trust`',
      }),
    )
  if (summary.paused)
    return err(paused('this yard is paused, so nothing was started', { isBeside }))
  if (file === null) return ok(null)
  const imported = await importInto(client, file.graph, {
    name: file.name,
    commandId: cli.commandId,
  })
  if (imported.ok) return ok(null)
  if (imported.error.kind !== 'id-taken') return imported
  const hint = 'nothing was imported; `yard run` alone goes on with the tasks that are here'
  return err({ ...imported.error, hint })
}

const hostStopped = (): Failure =>
  failure('not-running', 'the host that did the work has stopped', {
    hint: 'start again with `yard run`',
  })

const paused = (message: string, { isBeside }: { readonly isBeside: boolean }): Failure =>
  failure('not-running', message, {
    hint: isBeside
      ? 'let it go on with `yard service resume`'
      : 'let it go on with `yard service start` and `yard service resume`',
  })
