/** The null executor: every agent starts and ends well at once, in this process. What is left is the coordinator's own cost. */
import { bareEvidence } from '../../src/domain/completion.ts'
import type { Runtime, RuntimeReport } from '../../src/domain/executor.ts'
import type { AgentId } from '../../src/domain/ids.ts'

type Listener = Parameters<Runtime['onReport']>[0]

export function createNullRuntime(): Runtime {
  const listeners = new Set<Listener>()
  const holding = new Set<AgentId>()
  let waiting: { id: AgentId; generation: number }[] = []

  const tell = (id: AgentId, generation: number, report: RuntimeReport): void => {
    for (const listener of listeners) listener(id, generation, report)
  }
  const endAll = (): void => {
    const ending = waiting
    waiting = []
    for (const { id, generation } of ending) {
      const at = Date.now()
      tell(id, generation, { kind: 'started', at, pid: 1, pidStartTime: null })
      holding.delete(id)
      tell(id, generation, endedWell(at))
    }
  }
  return {
    launch({ agent }) {
      if (holding.has(agent.id)) return
      holding.add(agent.id)
      waiting.push({ id: agent.id, generation: agent.generation })
      if (waiting.length === 1) setImmediate(endAll)
    },
    recover: async () => {},
    stop() {},
    endLeftovers: () => Promise.resolve([]),
    isHolding: (id) => holding.has(id),
    facts: () => null,
    measure: () => Promise.resolve(new Map()),
    look: async () => {},
    onReport(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {},
  }
}

const endedWell = (at: number): RuntimeReport => ({
  kind: 'ended',
  at,
  evidence: bareEvidence('exited', { exit: { code: 0, signal: null } }),
  usage: null,
  conversation: null,
  changes: null,
  artifacts: [],
})
