/** Launches what is claimed and stops what must stop. Both are repeated until the runtime's reports say otherwise. */
import type { Agent } from '../domain/agent.ts'
import type { CoordinatorParts } from './ports.ts'
import type { Reporter } from './reports.ts'

export interface Tender {
  /** Agents have changed, or it is time to look again. */
  mark(): void
  /** Does what the marks ask for. */
  tend(): void
}

type Parts = Pick<
  CoordinatorParts,
  'plan' | 'runtime' | 'caps' | 'orderOf' | 'startsAgents' | 'log'
>

export function createTender(parts: Parts, reporter: Pick<Reporter, 'isEnding'>): Tender {
  const { plan, runtime } = parts
  let isMarked = true

  const tendOne = (agent: Agent): void => {
    // Its end is known and only waits to be saved: a launch now would run beside the next generation.
    if (agent.by !== 'process' || reporter.isEnding(agent.id)) return
    if (agent.state.kind === 'stopping')
      runtime.stop(agent.id, { graceMs: parts.caps().stopGraceMs, force: agent.state.force })
    else if (agent.state.kind === 'claimed' && !runtime.isHolding(agent.id) && parts.startsAgents)
      launch(agent)
  }
  const launch = (agent: Agent): void => {
    const order = parts.orderOf(agent)
    if (order) runtime.launch(order)
    else parts.log.error('a claimed agent has no order', { agent: agent.id })
  }
  return {
    mark: () => void (isMarked = true),
    tend() {
      if (!isMarked) return
      isMarked = false
      for (const agent of plan.agents.values()) tendOne(agent)
    },
  }
}
