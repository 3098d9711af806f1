/** How fast agents write: bytes of output in steps of ten seconds, the last fifteen minutes of them. */
import type { Clock } from '../base/clock.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'
import type { Runtime } from '../domain/executor.ts'

export const RATE_STEP_MS = 10_000
export const RATE_STEPS = 90
/** Ended ones are let go oldest first beyond this. */
const MAX_AGENTS = 500

export interface Rates {
  /** Bytes per step, oldest first, of agents that live or have ended within the last 90 steps. */
  all(): ReadonlyMap<AgentId, readonly number[]>
  close(): void
}

interface Ring {
  readonly steps: number[]
  bytes: number
  quietSteps: number
}

export function createRates(parts: {
  readonly plan: Plan
  readonly runtime: Pick<Runtime, 'facts'>
  readonly clock: Clock
}): Rates {
  const { plan, runtime, clock } = parts
  const rings = new Map<AgentId, Ring>()
  const step = (): void => {
    for (const id of plan.agents.keys()) {
      const bytes = runtime.facts(id)?.outputBytes
      if (bytes === undefined) continue
      const ring = rings.get(id)
      // What an adopted agent wrote before this owner came is no rate of now.
      if (!ring) rings.set(id, { steps: [], bytes, quietSteps: 0 })
      else {
        add(ring, Math.max(0, bytes - ring.bytes))
        ring.bytes = bytes
        ring.quietSteps = 0
      }
    }
    for (const [id, ring] of rings) {
      if (plan.agents.has(id)) continue
      add(ring, 0)
      ring.quietSteps += 1
      if (ring.quietSteps >= RATE_STEPS) rings.delete(id)
    }
    for (const id of rings.keys()) {
      if (rings.size <= MAX_AGENTS) break
      if (!plan.agents.has(id)) rings.delete(id)
    }
    cancel = clock.after(RATE_STEP_MS, step)
  }
  let cancel = clock.after(RATE_STEP_MS, step)
  return {
    all: () => new Map([...rings].map(([id, ring]) => [id, ring.steps])),
    close: () => cancel(),
  }
}

function add(ring: Ring, bytes: number): void {
  ring.steps.push(bytes)
  if (ring.steps.length > RATE_STEPS) ring.steps.shift()
}
