/** Under which name another orchestrator claimed a task: kept with the reason for the agent's executor. */

const MARK = '; claimed as '

/** `why`: how the task came to its executor. */
export const claimedAs = (why: string, name: string): string => `${why}${MARK}${name}`

/** Null for an agent that nobody claimed under a name. */
export function claimerOf(agent: {
  readonly leaseMs: number | null
  readonly provenance: { readonly executor: string }
}): string | null {
  if (agent.leaseMs === null) return null
  const { executor } = agent.provenance
  const at = executor.indexOf(MARK)
  return at < 0 ? null : executor.slice(at + MARK.length).trim() || null
}
