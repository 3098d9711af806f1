/** Agents as earlier programs wrote them. */

const MARK = '; claimed as '

interface OldAgent {
  readonly by?: unknown
  readonly executorType?: unknown
  readonly leaseMs?: unknown
  readonly claimedBy?: unknown
  readonly provenance?: unknown
}

/** The agent, or what a row of the journal says of one, as it is written now. */
export const upgraded = <T extends OldAgent>(agent: T): T => withClaimer(withService(agent))

/** Services were called processes. */
const withService = <T extends OldAgent>(agent: T): T =>
  agent.by === 'process' && agent.executorType === 'http' ? { ...agent, by: 'service' } : agent

/** The name under which another orchestrator claimed a task stood at the end of the reason for the agent's executor. */
function withClaimer<T extends OldAgent>(agent: T): T {
  const { leaseMs, claimedBy, provenance } = agent
  if (claimedBy !== undefined || typeof leaseMs !== 'number') return agent
  if (typeof provenance !== 'object' || provenance === null) return agent
  const executor: unknown = Reflect.get(provenance, 'executor')
  const at = typeof executor === 'string' ? executor.indexOf(MARK) : -1
  if (typeof executor !== 'string' || at < 0) return agent
  return {
    ...agent,
    claimedBy: executor.slice(at + MARK.length).trim() || null,
    provenance: { ...provenance, executor: executor.slice(0, at) },
  }
}
