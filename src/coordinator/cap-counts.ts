/** Living agents counted by what caps speak of, so that a pick asks counts and not all agents. */
import type { Agent } from '../domain/agent.ts'
import type { Caps, Route } from './ports.ts'

export interface CapCounts {
  add(facts: Counted): void
  /** An agent that no cap counts has this folder for itself. */
  occupy(folder: string): void
  /** The cap that one more of these would break; null when there is room. */
  full(caps: Caps, route: Route, tags: readonly string[]): string | null
  readonly total: number
}

/** What a claim or a living agent counts as. */
export interface Counted {
  readonly executor: string
  readonly model: string | null
  readonly tags: readonly string[]
  readonly exclusive: string | null
}

export function createCapCounts(): CapCounts {
  let total = 0
  const counts = new Map<string, number>()
  const of = (key: string): number => counts.get(key) ?? 0
  const up = (key: string): void => void counts.set(key, of(key) + 1)
  return {
    get total() {
      return total
    },
    add({ executor, model, tags, exclusive }) {
      total += 1
      up(`e ${executor}`)
      if (model !== null) up(`m ${model}`)
      for (const tag of tags) up(`t ${tag}`)
      if (exclusive !== null) up(`x ${exclusive}`)
    },
    occupy: (folder) => up(`x ${folder}`),
    full(caps, route, tags) {
      if (total >= caps.maxAgents) return 'max_agents'
      if (isFull(caps.executors[route.executor], of(`e ${route.executor}`)))
        return `executor ${route.executor}`
      if (route.model !== null && isFull(caps.models[route.model], of(`m ${route.model}`)))
        return `model ${route.model}`
      const tag = tags.find((t) => isFull(caps.tags[t], of(`t ${t}`)))
      if (tag !== undefined) return `tag ${tag}`
      if (route.exclusive !== null && of(`x ${route.exclusive}`) > 0)
        return `folder ${route.exclusive}`
      return null
    },
  }
}

const isFull = (cap: number | undefined, count: number): boolean =>
  cap !== undefined && count >= cap

export const countedAs = (agent: Agent, exclusive: string | null): Counted => ({
  executor: agent.executor,
  model: agent.model,
  tags: agent.tags,
  exclusive,
})
