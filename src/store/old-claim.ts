/** Earlier programs kept the name under which another orchestrator claimed a task at the end of the reason for the agent's executor. */

const MARK = '; claimed as '

interface OldClaim {
  readonly leaseMs?: unknown
  readonly claimedBy?: unknown
  readonly provenance?: unknown
}

/** The agent, or what a row of the journal says of one, with the name in a field of its own. */
export function withClaimer<T extends OldClaim>(agent: T): T {
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
