/** Picks who starts next and claims it. One claim command at a time: the next pick must see what this one has committed. */
import type { Claim } from '../domain/command.ts'
import { createPlaces } from './places.ts'
import type { CoordinatorParts } from './ports.ts'
import type { ReadySet } from './ready-set.ts'
import { countedAs, createTally, type Tally } from './tally.ts'
import type { Send } from './send.ts'

export interface Claimer {
  /** `isRetry`: also while nothing can be saved; asked by the timer only, so that a full disk does not spin the loop. */
  claim(now: number, isRetry: boolean): void
  /** Claims nothing from now on. */
  drain(): void
}

type Parts = Pick<CoordinatorParts, 'plan' | 'dispatcher' | 'caps' | 'route' | 'nextAgentId'>

export function createClaimer(
  parts: Parts,
  ready: ReadySet,
  send: Send,
  onAnswered: () => void,
): Claimer {
  const { plan, dispatcher } = parts
  let isClaiming = false
  let isDraining = false
  const places = createPlaces(parts)
  const tallyLiving = (): Tally => {
    const tally = createTally()
    for (const agent of plan.agents.values())
      if (agent.by === 'process') tally.add(countedAs(agent, places.of(agent)))
    return tally
  }
  const pick = (now: number): Claim[] => {
    if (ready.size === 0) return []
    places.tidy()
    const tally = tallyLiving()
    const claims: Claim[] = []
    for (let next = ready.take(now, tally); next; next = ready.take(now, tally)) {
      const { exclusive, isForPeople: _, ...route } = next.route
      const agentId = parts.nextAgentId()
      places.claimed(agentId, exclusive)
      claims.push({ ...route, taskId: next.task.id, agentId })
      tally.add({ executor: route.executor, model: route.model, tags: next.task.tags, exclusive })
    }
    return claims
  }
  return {
    claim(now, isRetry) {
      if (isClaiming || isDraining || plan.facts.paused) return
      if (dispatcher.readOnly() !== null && !isRetry) return
      const claims = pick(now)
      if (claims.length === 0) return
      isClaiming = true
      void send({ type: 'agents.claim', claims }).then(() => {
        isClaiming = false
        // Those that were refused, or not committed, are looked at again.
        ready.note({ from: 0, seq: 0, changes: [], touched: new Set(claims.map((c) => c.taskId)) })
        onAnswered()
      })
    },
    drain: () => void (isDraining = true),
  }
}
