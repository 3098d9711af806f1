/** A runtime in which nothing runs: what is launched stays as it is until the test says what became of it. */
import { bareEvidence } from '../../src/domain/completion.ts'
import type { Runtime, RuntimeReport, TreeUse } from '../../src/domain/executor.ts'
import type { AgentId } from '../../src/domain/ids.ts'

export interface IdleRuntime extends Runtime {
  readonly launched: AgentId[]
  /** What `measure` answers. */
  readonly uses: Map<AgentId, TreeUse>
  /** What `facts` says of the output so far. */
  readonly written: Map<AgentId, number>
  report(agentId: AgentId, generation: number, report: RuntimeReport): void
  /** Its process is gone, with this exit code. */
  end(agentId: AgentId, generation: number, code: number): void
}

export function createIdleRuntime(): IdleRuntime {
  const listeners = new Set<Parameters<Runtime['onReport']>[0]>()
  const held = new Set<AgentId>()
  const launched: AgentId[] = []
  const generations = new Map<AgentId, number>()
  const runtime: IdleRuntime = {
    launched,
    uses: new Map(),
    written: new Map(),
    measure: () => Promise.resolve(new Map(runtime.uses)),
    launch({ agent }) {
      if (held.has(agent.id)) return
      held.add(agent.id)
      launched.push(agent.id)
      generations.set(agent.id, agent.generation)
      runtime.report(agent.id, agent.generation, {
        kind: 'started',
        at: Date.now(),
        pid: 4_000_000,
        pidStartTime: null,
      })
    },
    recover: async () => {},
    stop: (id) => runtime.end(id, generations.get(id) ?? 0, 143),
    endLeftovers: () => Promise.resolve([]),
    isHolding: (id) => held.has(id),
    facts: (id) =>
      held.has(id)
        ? {
            lastHeardAt: Date.now(),
            outputBytes: runtime.written.get(id) ?? 0,
            isBusy: false,
            waitsForProviderUntil: null,
            doing: 'nothing',
          }
        : null,
    look: async () => {},
    onReport(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {},
    report(agentId, generation, report) {
      if (report.kind === 'ended') held.delete(agentId)
      for (const listener of listeners) listener(agentId, generation, report)
    },
    end(agentId, generation, code) {
      runtime.report(agentId, generation, {
        kind: 'ended',
        at: Date.now(),
        usage: null,
        conversation: null,
        changes: null,
        artifacts: [],
        evidence: bareEvidence('exited', { exit: { code, signal: null } }),
      })
    },
  }
  return runtime
}
