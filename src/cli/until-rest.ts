/** Follows a graph until it is at rest, with progress for the eye. What `run` and `wait` share. */
import type { TaskView } from '../contract/view.ts'
import type { Client } from './client.ts'
import { followGraph, type Change, type LiveGraph } from './follow.ts'
import type { Cli } from './cli.ts'
import { createRestWatch, isGood, type Ending } from './rest-watch.ts'
import { createPauseTeller } from './pause-words.ts'
import { countStates, type Progress } from './progress.ts'
import { oneLine } from './table.ts'
import { span } from './time-words.ts'

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
  const tellPause = createPauseTeller()
  let last: LiveGraph | null = null
  try {
    for await (const change of withPulse(followGraph(client, signal), signal)) {
      if (change.news) progress.show(change.news)
      const { graph } = change.last
      last = graph
      if (change.news === null) tellPause(progress, graph)
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

interface Pulse {
  readonly last: Change
  /** Null when nothing is new but time has passed. */
  readonly news: Change | null
}

/** News, and a look every second: a delay that runs out is time, not news. */
async function* withPulse(
  changes: AsyncGenerator<Change>,
  signal: AbortSignal,
): AsyncGenerator<Pulse> {
  let last: Change | null = null
  let next = changes.next()
  // Whoever stops listening early must not be hit by the end of the stream.
  next.catch(() => {})
  try {
    while (!signal.aborted) {
      const pulse = pulseAfter(SETTLE_MS)
      const first = await Promise.race([next, pulse.done])
      pulse.stop()
      if (first !== 'pulse') {
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

function pulseAfter(ms: number): { done: Promise<'pulse'>; stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  const done = new Promise<'pulse'>((resolve) => {
    timer = setTimeout(() => resolve('pulse'), ms)
  })
  return { done, stop: () => clearTimeout(timer) }
}

/** Says how it ended and returns the exit code. */
export async function tellEnding(
  { print }: Cli,
  client: Client,
  told: { readonly ending: Ending; readonly tookMs: number },
): Promise<number> {
  const { ending, tookMs } = told
  const code = isGood(ending) ? 0 : 1
  const troubles = [...ending.failed, ...ending.stuck]
  const reasons = await Promise.all(
    troubles.slice(0, 20).map(async (id) => (await client.task.why({ id })).text),
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
    print.line(`${sign} ${endingWords(ending)} in ${span(tookMs)}`)
    for (const [index, reason] of reasons.entries())
      print.line(`  ${troubles[index]}: ${oneLine(reason)}`)
    if (troubles.length > reasons.length)
      print.line(
        `  and ${troubles.length - reasons.length} more: yard list --status failed,blocked,paused`,
      )
    for (const line of mergeLines(ending)) print.line(`  ${line}`)
  })
  return code
}

const MOST_MERGES = 20

/** What of the work does not fit together, with the way out. */
function mergeLines({ merges, unmerged }: Ending): string[] {
  const conflicts = merges.map(
    ({ id, for: task, state }) =>
      `merge conflict of ${task}: ${id} settles it and is ${state}; yard show ${id} says what to merge`,
  )
  const refused = unmerged.map(({ id, why }) => `${id} is done: ${oneLine(why)} (yard merge ${id})`)
  const lines = [...conflicts, ...refused]
  const more = lines.length - MOST_MERGES
  return more > 0 ? [...lines.slice(0, MOST_MERGES), `and ${more} more that are not merged`] : lines
}

export function endingWords({ done, abandoned, failed, stuck }: Ending): string {
  const parts = [`${done} done`]
  if (abandoned > 0) parts.push(`${abandoned} abandoned`)
  if (failed.length > 0) parts.push(`${failed.length} failed`)
  if (stuck.length > 0) parts.push(`${stuck.length} cannot go on`)
  return parts.join(', ')
}

/** After an interrupt or a request to stop: where it stands. Never a success. */
export function tellStopped(
  { print }: Cli,
  last: LiveGraph | null,
  told: { readonly isBeside: boolean; readonly tookMs: number },
): number {
  const tasks = countStates(last?.tasks.values() ?? [])
  const { isBeside, tookMs } = told
  print.result({ ok: false, stopped: true, hostGoesOn: isBeside, tasks, tookMs }, () => {
    const counts = Object.entries(tasks).map(([state, n]) => `${n} ${state}`)
    print.line(
      isBeside
        ? 'left; the host goes on with the graph'
        : `stopped after ${span(tookMs)}: ${counts.join(', ')}`,
    )
  })
  return 1
}

/** Ids that do not exist are an error before anything is waited for. */
export const lookUp = (client: Client, ids: readonly string[]): Promise<TaskView[]> =>
  Promise.all(ids.map((id) => client.task.get({ id })))
