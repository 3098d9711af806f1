/** The processes of one agent: ended whole, and measured so that a long quiet build counts as alive. */
import type { TreeUse } from '../../domain/executor.ts'
import type { AgentId } from '../../domain/ids.ts'
import { executorOf } from '../executors/registry.ts'
import type { HeldAgent, LocalRuntimeOptions } from './held-agent.ts'

/** Less CPU than this between two looks is a process that only waits. */
const BUSY_CPU_MS = 20

type Options = Pick<LocalRuntimeOptions, 'launcher' | 'host' | 'log'>

/** Resolves when the tree is gone, or as much of it as the system lets us end; what is left is named in the log. */
export async function endTree(one: HeldAgent, graceMs: number, options: Options): Promise<void> {
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

/** A terminal passes on what ends it, and keeps an interrupt for its CLI. */
const signalOf = ({ order }: HeldAgent): NodeJS.Signals =>
  order.agent.by === 'pilot' ? 'SIGTERM' : (executorOf(order.profile.type)?.stopSignal ?? 'SIGTERM')

/** Notes who was busy since the last look; gives those of whose tree nothing is left. */
export async function measureTrees(
  agents: Iterable<HeldAgent>,
  options: Options,
): Promise<HeldAgent[]> {
  const living = [...agents].filter((one) => one.leader !== null && !one.isSettling)
  if (living.length === 0) return []
  const trees = await options.launcher.treeCpu(
    living.map((one) => ({ leader: provenLeader(one), marker: one.key })),
  )
  if (!trees.ok) return []
  return living.filter((one, i) => {
    const tree = trees.value[i]
    if (!tree) return false
    one.isBusy = tree.cpuMs - one.cpuMs > BUSY_CPU_MS
    one.cpuMs = tree.cpuMs
    return tree.count === 0
  })
}

/** What the trees use now, for whoever watches; changes nothing of what is known of the agents. */
export async function useOfTrees(
  agents: Iterable<HeldAgent>,
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

const provenLeader = (one: HeldAgent): HeldAgent['leader'] =>
  one.leader?.startTime ? one.leader : null
