/** Launches what is claimed and stops what must stop. Both are repeated until the runtime's reports say otherwise. */
import type { Agent } from '../domain/agent.ts'
import type { CoordinatorParts } from './ports.ts'
import type { Reporter } from './reports.ts'

type Parts = Pick<
  CoordinatorParts,
  'plan' | 'runtime' | 'caps' | 'orderOf' | 'startsAgents' | 'log'
>

export function createAgentReconciler(parts: Parts, reporter: Pick<Reporter, 'isEnding'>) {
  const { plan, runtime } = parts
  let isMarked = true

  const reconcileOne = (agent: Agent): void => {
    // Its end is known and only waits to be saved: a launch now would run beside the next generation.
    if (agent.by === 'person' || reporter.isEnding(agent.id)) return
    if (!runtime.isHolding(agent.id)) takeUp(agent)
    if (agent.state.kind === 'stopping' && runtime.isHolding(agent.id))
      runtime.stop(agent.id, {
        graceMs: parts.caps().stopGraceMs,
        force: agent.state.force,
        keepsResult: agent.state.reason === 'reported',
      })
  }
  /** A claimed agent is launched; any other has begun, or was stopped before it could, and its folder says which. */
  const takeUp = (agent: Agent): void => {
    const isNew = agent.state.kind === 'claimed'
    // A pilot is only placed: its person starts it, and waits for that.
    if (isNew && !parts.startsAgents && agent.by !== 'pilot') return
    const order = parts.orderOf(agent)
    if (!order) return parts.log.error('a living agent has no order', { agent: agent.id })
    if (isNew) return runtime.launch(order)
    void runtime.recover([order]).catch((error: unknown) => {
      parts.log.error('looking at an agent failed', { agent: agent.id, error: String(error) })
    })
  }
  return {
    /** Agents have changed, or it is time to look again. */
    mark: () => void (isMarked = true),
    /** Does what the marks ask for. */
    reconcile(): void {
      if (!isMarked) return
      isMarked = false
      for (const agent of plan.agents.values()) {
        try {
          reconcileOne(agent)
        } catch (error) {
          // An order is made from reads of the store. The others must not wait for this one.
          isMarked = true
          parts.log.error('an agent could not be attended to; it is tried again', {
            agent: agent.id,
            error: String(error),
          })
        }
      }
    },
  }
}
