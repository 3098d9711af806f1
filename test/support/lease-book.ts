/** Leases in memory: what a later owner would find. */
import type { LeaseBook } from '../../src/coordinator/ports.ts'
import type { AgentId } from '../../src/domain/ids.ts'

export function createLeaseMemory(): LeaseBook {
  const known = new Map<AgentId, number>()
  return {
    read: (id) => known.get(id) ?? null,
    write: (id, untilMs) => void known.set(id, untilMs),
  }
}
