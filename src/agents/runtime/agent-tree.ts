/** The processes of one agent: ended whole, and measured so that a long quiet build counts as alive. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { LiveFacts, RuntimeReport, TreeUse } from '../../domain/executor.ts'
import type { AgentId } from '../../domain/ids.ts'
import { reportsProgress } from '../../domain/settings.ts'
import { executorOf } from '../executors/registry.ts'
import type { TailNews } from '../output/followed-output.ts'
import type { ToolProcess, TreeCpu } from '../process/host/process-tree.ts'
import { STAGE_FILES } from '../process/stage-files.ts'
import type { LocalRuntimeOptions, Measured, TrackedAgent } from './tracked-agent.ts'

/** A process below this share of one core between two measurements only waits; hung agent CLIs were seen to use up to 0.005. */
const BUSY_SHARE = 0.02
/** Fewer bytes between two measurements are the noise of an event loop and of an open connection. */
const BUSY_IO_BYTES = 4096

type Options = Pick<LocalRuntimeOptions, 'launcher' | 'host' | 'log'>
type MeasureOptions = Options & Pick<LocalRuntimeOptions, 'clock'>

/** Resolves when the tree has ended, as far as the system allows; the log names what is left. */
export async function endTree(one: TrackedAgent, graceMs: number, options: Options): Promise<void> {
  const { launcher, host, log } = options
  const agent = one.order.agent.id
  const ended = await launcher.killTree({
    folder: one.folder,
    leader: provenLeader(one),
    marker: one.key,
    bootId: one.bootId ?? (await host.bootId()),
    signal: signalOf(one),
    graceMs,
  })
  if (!ended.ok)
    return log.error('an agent could not be ended', { agent, why: ended.error.message })
  const { leftovers } = ended.value
  if (leftovers.length > 0) log.warn('processes of an agent are still there', { agent, leftovers })
}

/** A terminal passes on TERM, and leaves an interrupt to its CLI. */
const signalOf = ({ order }: TrackedAgent): NodeJS.Signals =>
  order.agent.by === 'pilot' ? 'SIGTERM' : (executorOf(order.profile.type)?.stopSignal ?? 'SIGTERM')

/** The living agents with what their trees use now; nobody where that cannot be told. */
async function treesOf(
  agents: Iterable<TrackedAgent>,
  { launcher }: Pick<Options, 'launcher'>,
): Promise<readonly { readonly one: TrackedAgent; readonly tree: TreeCpu }[]> {
  const living = [...agents].filter((one) => one.leader !== null && !one.isSettling)
  if (living.length === 0) return []
  const targets = living.map((one) => ({ leader: provenLeader(one), marker: one.key }))
  const trees = await launcher.treeCpu(targets)
  if (!trees.ok) return []
  return living.flatMap((one, i) => (trees.value[i] ? [{ one, tree: trees.value[i] }] : []))
}

/** Records which agents were busy since the last measurement; returns those whose tree has ended. */
export async function measureTrees(
  agents: Iterable<TrackedAgent>,
  options: MeasureOptions,
): Promise<TrackedAgent[]> {
  const measured = await treesOf(agents, options)
  const at = options.clock.monotonic()
  for (const { one, tree } of measured) {
    const before = one.measured
    one.measured = { at, tree }
    one.isBusy = before === null || madeProgress(one, before, one.measured)
  }
  return measured.filter(({ tree }) => tree.count === 0).map(({ one }) => one)
}

/** Those whose supervisor is gone while what it started may live on; of one that another launcher started nobody else tells. */
export async function unsupervised(
  agents: Iterable<TrackedAgent>,
  { host }: Pick<Options, 'host'>,
): Promise<TrackedAgent[]> {
  const supervised = [...agents].flatMap((one) => {
    const { leader, killing, isSettling, order } = one
    const isWatched = leader && !killing && !isSettling && order.agent.by !== 'pilot'
    return isWatched ? [{ one, leader }] : []
  })
  if (supervised.length === 0) return []
  const looks = await host.look(supervised.map(({ leader }) => leader.pid))
  const isGone = ({ pid, startTime }: NonNullable<TrackedAgent['leader']>): boolean => {
    const look = looks.get(pid)
    return (
      !look || look.isDead || (startTime !== '' && !host.isSameStart(look.startTime, startTime))
    )
  }
  return supervised.filter(({ leader }) => isGone(leader)).map(({ one }) => one)
}

/**
 * What its output does not show. Of an agent that prints what it does: tools that came, went or worked, files and requests;
 * the CPU of the program itself, which a hung one uses too, says nothing.
 */
function madeProgress({ order }: TrackedAgent, before: Measured, now: Measured): boolean {
  const ioBytes = (now.tree.ioBytes ?? 0) - (before.tree.ioBytes ?? 0)
  const idleIo = executorOf(order.profile.type)?.idleIo ?? 0
  if (ioBytes > BUSY_IO_BYTES + (idleIo * (now.at - before.at)) / 1000) return true
  const enoughMs = BUSY_SHARE * (now.at - before.at)
  const tools = reportsProgress(order.profile.type) ? now.tree.tools : null
  if (tools === null) return now.tree.cpuMs - before.tree.cpuMs > enoughMs
  const known = new Map((before.tree.tools ?? []).map((tool) => [keyOf(tool), tool.cpuMs]))
  if (known.size !== tools.length || tools.some((tool) => !known.has(keyOf(tool)))) return true
  const usedMs = tools.reduce((sum, tool) => sum + tool.cpuMs - (known.get(keyOf(tool)) ?? 0), 0)
  return usedMs > enoughMs
}

const keyOf = ({ pid, startTime }: ToolProcess): string => `${pid} ${startTime}`

/** What the trees use now, for display; does not change the state of the agents. */
export async function useOfTrees(
  agents: Iterable<TrackedAgent>,
  options: Options,
): Promise<ReadonlyMap<AgentId, TreeUse>> {
  const living = (await treesOf(agents, options)).filter(({ tree }) => tree.count > 0)
  return new Map(
    living.map(({ one, tree: { cpuMs, memoryBytes, count: processes } }) => [
      one.order.agent.id,
      { cpuMs, memoryBytes, processes },
    ]),
  )
}

const provenLeader = (one: TrackedAgent): TrackedAgent['leader'] =>
  one.leader?.startTime ? one.leader : null

// Facts from an agent's output while it runs. None of them is journalled, except its first output and its conversation.

/** A CLI that waits for its provider without a time counts as waiting for so long. */
const UNKNOWN_WAIT_MS = 120_000

/** Of a program without an event format only the size of its output is observed. */
export const speaksEvents = (one: TrackedAgent): boolean =>
  executorOf(one.order.profile.type)?.givesFinal ?? false

/** Applies the news to the agent and returns what is to be reported. */
export function noteNews(one: TrackedAgent, news: TailNews, now: number): RuntimeReport[] {
  // A file that has grown was written by now, whatever its date.
  const latest = news.outputBytes > one.outputBytes ? now : Infinity
  one.outputBytes = news.outputBytes
  if (news.heardAt !== null) hear(one, Math.min(news.heardAt, latest), now)
  one.waitsUntil = news.waiting ? (news.waiting.until ?? now + UNKNOWN_WAIT_MS) : null
  one.doing = news.doing
  const reports: RuntimeReport[] = []
  if (news.heardAt !== null && !one.hasBeenHeard) {
    one.hasBeenHeard = true
    reports.push({ kind: 'heard', at: news.heardAt })
  }
  if (news.usage !== null && !isDeepStrictEqual(news.usage, one.usage)) {
    one.usage = news.usage
    reports.push({ kind: 'usage', usage: news.usage })
  }
  if (news.conversation !== null) reports.push({ kind: 'conversation', id: news.conversation })
  return reports
}

/** What costs a system call is looked up when it is read: each round of the loop asks for the facts of each agent. */
export function factsOf(
  one: TrackedAgent,
  { clock, host }: Pick<LocalRuntimeOptions, 'clock' | 'host'>,
): LiveFacts {
  let isMeasured = false
  const measured = (): TrackedAgent => {
    if (!isMeasured) measureOutput(one, clock.now())
    isMeasured = true
    return one
  }
  return {
    isBusy: one.isBusy,
    hasEnded: one.isSettling,
    waitsForProviderUntil: one.waitsUntil,
    doing: one.doing,
    usage: one.usage,
    get lastHeardAt() {
      return measured().heardAt
    },
    get outputBytes() {
      return measured().outputBytes
    },
    get ranMs() {
      return one.leader && (host.ageMs?.(one.leader.startTime) ?? null)
    },
  }
}

/** A time further ahead comes from a clock that was set back since. */
const FALSE_CLOCK_MS = 60_000

/** Records output. After the clock was set back, a new time replaces a recorded one although it is earlier. */
function hear(one: TrackedAgent, at: number, now: number): void {
  const isOfFalseClock = (time: number): boolean => time > now + FALSE_CLOCK_MS
  if (isOfFalseClock(at)) return
  one.heardAt = isOfFalseClock(one.heardAt) ? at : Math.max(one.heardAt, at)
}

function measureOutput(one: TrackedAgent, now: number): void {
  noteWritten(one, STAGE_FILES.stderr, now)
  if (speaksEvents(one)) return
  const bytes = noteWritten(one, STAGE_FILES.stdout, now)
  if (bytes !== null) one.outputBytes = bytes
}

/** A file that grew counts as output. Returns its size; null where there is no such file. */
function noteWritten(one: TrackedAgent, name: string, now: number): number | null {
  const stats = statSync(join(one.folder, name), { throwIfNoEntry: false })
  if (!stats) return null
  if (stats.size > 0) hear(one, Math.round(stats.mtimeMs), now)
  return stats.size
}
