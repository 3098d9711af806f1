/** The processes of one agent: ended whole, and measured so that a long quiet build counts as alive. */
import type { TreeUse } from '../../domain/executor.ts'
import type { AgentId } from '../../domain/ids.ts'
import { reportsProgress } from '../../domain/settings.ts'
import { executorOf } from '../executors/registry.ts'
import type { ToolProcess } from '../process/host/process-tree.ts'
import type { TrackedAgent, LocalRuntimeOptions, Measured } from './tracked-agent.ts'

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

/** Records which agents were busy since the last measurement; returns those whose tree has ended. */
export async function measureTrees(
  agents: Iterable<TrackedAgent>,
  options: MeasureOptions,
): Promise<TrackedAgent[]> {
  const living = [...agents].filter((one) => one.leader !== null && !one.isSettling)
  if (living.length === 0) return []
  const trees = await options.launcher.treeCpu(
    living.map((one) => ({ leader: provenLeader(one), marker: one.key })),
  )
  if (!trees.ok) return []
  return living.filter((one, i) => {
    const tree = trees.value[i]
    if (!tree) return false
    const now = options.clock.monotonic()
    const before = one.measured
    one.measured = { at: now, tree }
    one.isBusy = before === null || madeProgress(one, before, { at: now, tree })
    return tree.count === 0
  })
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
  const living = [...agents].filter((one) => one.leader !== null && !one.isSettling)
  const uses = new Map<AgentId, TreeUse>()
  if (living.length === 0) return uses
  const trees = await options.launcher.treeCpu(
    living.map((one) => ({ leader: provenLeader(one), marker: one.key })),
  )
  if (!trees.ok) return uses
  for (const [i, one] of living.entries()) {
    const tree = trees.value[i]
    if (!tree || tree.count === 0) continue
    const { cpuMs, memoryBytes, count: processes } = tree
    uses.set(one.order.agent.id, { cpuMs, memoryBytes, processes })
  }
  return uses
}

const provenLeader = (one: TrackedAgent): TrackedAgent['leader'] =>
  one.leader?.startTime ? one.leader : null
