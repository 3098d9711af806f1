/** `yard wait`, and following a graph until it is at rest, as `run` does too. */
import { err, ok } from '../../../base/result.ts'
import { durationText, formatDuration } from '../../../domain/format.ts'
import { withYard, type Connection } from '../../connect/connect.ts'
import type { Client } from '../../connect/owner.ts'
import { argument, defineCommand, option, type Cli, type Outcome } from '../../spec/define.ts'
import { taskId, timeout } from '../../spec/values.ts'
import { oneLine } from '../../text/print.ts'
import { countStates, createPauseReporter, createProgress, type Progress } from './progress.ts'
import {
  createRestWatch,
  followGraph,
  isGood,
  openGraph,
  type Change,
  type Ending,
  type LiveGraph,
} from './rest-watch.ts'

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
  const graph = openGraph(await client.service.snapshot())
  const ending = await createRestWatch(client).endingOf(graph.view, only)
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

export type Rest =
  | { readonly kind: 'rest'; readonly ending: Ending }
  /** The yard is paused and no agent is left. */
  | { readonly kind: 'paused' }
  /** The signal said so; `last` is what was seen last. */
  | { readonly kind: 'stopped'; readonly last: LiveGraph | null }
  /** The host ended or went away. */
  | { readonly kind: 'gone'; readonly last: LiveGraph | null }

export interface RestOptions {
  readonly client: Client
  readonly progress: Progress
  readonly only: readonly string[] | null
  readonly signal: AbortSignal
  /** A paused yard is waited for (`wait`) or not (`run`). */
  readonly endsWhenPaused: boolean
}

/** After a change the facts beside the graph (a schedule's next time) may still be on their way. */
const SETTLE_MS = 1_000

export async function untilRest(options: RestOptions): Promise<Rest> {
  const { client, progress, signal } = options
  const watch = createRestWatch(client)
  const reportPause = createPauseReporter()
  let last: LiveGraph | null = null
  try {
    for await (const change of withTimer(followGraph(client, signal), signal)) {
      if (change.news) progress.show(change.news)
      const { graph } = change.last
      last = graph
      if (change.news === null) reportPause(progress, graph)
      if (options.endsWhenPaused && graph.summary.paused && graph.agents.size === 0)
        return { kind: 'paused' }
      const ending = await watch.endingOf(graph, options.only)
      if (ending) return { kind: 'rest', ending }
    }
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped', last }
    throw error
  }
  return { kind: signal.aborted ? 'stopped' : 'gone', last }
}

interface Tick {
  readonly last: Change
  /** Null at a tick without a change. */
  readonly news: Change | null
}

/** Changes, and a tick every second: a delay that runs out changes no task. */
async function* withTimer(
  changes: AsyncGenerator<Change>,
  signal: AbortSignal,
): AsyncGenerator<Tick> {
  let last: Change | null = null
  let next = changes.next()
  // A consumer that stops early must not get an unhandled rejection at the end of the stream.
  next.catch(() => {})
  try {
    while (!signal.aborted) {
      const tick = tickAfter(SETTLE_MS)
      const first = await Promise.race([next, tick.done])
      tick.stop()
      if (first !== 'tick') {
        if (first.done) return
        last = first.value
        next = changes.next()
        next.catch(() => {})
        yield { last, news: last }
      } else if (last) yield { last, news: null }
    }
  } finally {
    // The stream may hang on a host that is gone, so its end is not waited for.
    changes.return(undefined).catch(() => {})
  }
}

function tickAfter(ms: number): { done: Promise<'tick'>; stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  const done = new Promise<'tick'>((resolve) => {
    timer = setTimeout(() => resolve('tick'), ms)
  })
  return { done, stop: () => clearTimeout(timer) }
}

/** Prints how it ended and returns the exit code. */
export async function printEnding(
  { print }: Cli,
  client: Client,
  result: { readonly ending: Ending; readonly tookMs: number },
): Promise<number> {
  const { ending, tookMs } = result
  const code = isGood(ending) ? 0 : 1
  const unfinished = [...ending.failed, ...ending.stuck]
  const reasons = await Promise.all(
    unfinished.slice(0, 20).map(async (id) => (await client.task.why({ id })).text),
  )
  const summary = {
    ok: code === 0,
    done: ending.done,
    abandoned: ending.abandoned,
    failed: ending.failed,
    stuck: ending.stuck,
    merges: ending.merges,
    notMerged: ending.unmerged.map(({ id }) => id),
    tookMs: Math.round(tookMs),
  }
  print.result(summary, () => {
    const sign = code === 0 ? print.paint('green', '✓') : print.paint('red', '✗')
    print.line(`${sign} ${endingText(ending)} in ${durationText(tookMs)}`)
    for (const [index, reason] of reasons.entries())
      print.line(`  ${unfinished[index]}: ${oneLine(reason)}`)
    if (unfinished.length > reasons.length)
      print.line(
        `  and ${unfinished.length - reasons.length} more: yard list --status failed,blocked,paused`,
      )
    for (const line of mergeLines(ending)) print.line(`  ${line}`)
  })
  return code
}

const MAX_MERGE_LINES = 20

/** Results that are not merged, with the way out. */
function mergeLines({ merges, unmerged }: Ending): string[] {
  const conflicts = merges.map(
    ({ id, for: task, state }) =>
      `merge conflict of ${task}: ${id} settles it and is ${state}; yard show ${id} says what to merge`,
  )
  const refused = unmerged.map(({ id, why }) => `${id} is done: ${oneLine(why)} (yard merge ${id})`)
  const lines = [...conflicts, ...refused]
  const more = lines.length - MAX_MERGE_LINES
  return more > 0
    ? [...lines.slice(0, MAX_MERGE_LINES), `and ${more} more that are not merged`]
    : lines
}

export function endingText({ done, abandoned, failed, stuck }: Ending): string {
  const parts = [`${done} done`]
  if (abandoned > 0) parts.push(`${abandoned} abandoned`)
  if (failed.length > 0) parts.push(`${failed.length} failed`)
  if (stuck.length > 0) parts.push(`${stuck.length} cannot go on`)
  return parts.join(', ')
}

/** After an interrupt or a request to stop: where it stands. Never a success. */
export function printStopped(
  { print }: Cli,
  last: LiveGraph | null,
  how: { readonly isBeside: boolean; readonly tookMs: number },
): number {
  const tasks = countStates(last?.tasks.values() ?? [])
  const { isBeside, tookMs } = how
  print.result({ ok: false, stopped: true, hostGoesOn: isBeside, tasks, tookMs }, () => {
    const counts = Object.entries(tasks).map(([state, n]) => `${n} ${state}`)
    print.line(
      isBeside
        ? 'left; the host goes on with the graph'
        : `stopped after ${durationText(tookMs)}: ${counts.join(', ')}`,
    )
  })
  return 1
}
