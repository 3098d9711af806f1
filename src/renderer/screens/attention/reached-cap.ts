/** Which cap of a budget is reached. Pure. */

export interface ReachedCap {
  readonly unit: 'usd' | 'tokens'
  readonly cap: number
  readonly spent: number
}

interface Spending {
  readonly capUsd: number | null
  readonly capTokens: number | null
  /** Null = nobody knows. */
  readonly usd: number | null
  readonly tokens: number | null
}

/**
 * Money before tokens. While agents live what they use counts as well, and that may not be told here: then the cap that is
 * set, money first, is the one that is meant. Null = there is none.
 */
export function reachedCap({ capUsd, capTokens, usd, tokens }: Spending): ReachedCap | null {
  const caps = [
    { unit: 'usd', cap: capUsd, spent: usd ?? 0 },
    { unit: 'tokens', cap: capTokens, spent: tokens ?? 0 },
  ] as const
  const set = caps.flatMap(({ unit, cap, spent }) => (cap === null ? [] : [{ unit, cap, spent }]))
  return set.find(({ cap, spent }) => spent >= cap) ?? set[0] ?? null
}

/** What is offered as the next cap: twice the old one, or more than twice where more is spent already; whole cents, or whole tokens. */
export function nextCap({ unit, cap, spent }: ReachedCap): number {
  const wanted = Math.max(cap, spent) * 2
  return unit === 'usd' ? Math.ceil(wanted * 100) / 100 : Math.ceil(wanted)
}
