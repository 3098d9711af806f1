/** What tokens cost by the registry. An estimate from list prices: no discount, no surcharge for long prompts, no price of writing a cache. */
import {
  recordedUsage,
  type CostSource,
  type ModelUsage,
  type RuntimeUsage,
  type Usage,
} from '../agent.ts'
import type { Price } from '../settings.ts'

/** US dollars; null where input or output is not known. Input holds what was cached, and output what was reasoned. */
export function priceOf(usage: Usage, price: Price): number | null {
  const { inputTokens, outputTokens } = usage
  if (inputTokens === null || outputTokens === null) return null
  const cached = Math.min(usage.cachedTokens ?? 0, inputTokens)
  const millionths =
    (inputTokens - cached) * price.input +
    cached * (price.cached ?? price.input) +
    outputTokens * price.output
  return millionths / 1_000_000
}

export interface Priced {
  readonly usage: Usage
  /** Null while no cost is known. */
  readonly costSource: CostSource | null
}

/** The CLI's own word for its cost wins; where it has none the registry's price fills it in, if it knows one. */
export function withCost(usage: Usage, price: Price | null): Priced {
  if (usage.costUsd !== null) return { usage, costSource: 'cli' }
  const costUsd = price === null ? null : priceOf(usage, price)
  return costUsd === null
    ? { usage, costSource: null }
    : { usage: { ...usage, costUsd }, costSource: 'registry' }
}

/** What writing a provider's cache costs, as a multiple of plain input. */
const WRITE_FACTOR = 1.25

/** US dollars of all of them; null where the price of one is not known. */
export function priceOfModels(
  used: readonly ModelUsage[],
  priceFor: (model: string) => Price | null,
): number | null {
  let sum = 0
  for (const { model, inputTokens, outputTokens, cachedTokens, writtenTokens } of used) {
    const price = priceFor(model)
    const usage = { inputTokens, outputTokens, cachedTokens, reasoningTokens: null, costUsd: null }
    const cost = price && priceOf(usage, price)
    if (price === null || cost === null) return null
    sum += cost + (writtenTokens * (WRITE_FACTOR - 1) * price.input) / 1_000_000
  }
  return sum
}

/**
 * What this run alone used. Some CLIs tell, when they go on with a conversation, what all of it has used so far: what earlier agents
 * told of it is taken off then, so that no token is counted twice. `earlier`: what was recorded of them.
 */
export function usageOfRun(told: RuntimeUsage, earlier: readonly (Usage | null)[]): Usage {
  const usage = recordedUsage(told)
  if (!told.ofConversation) return usage
  return earlier.reduce<Usage>((left, before) => (before ? less(left, before) : left), usage)
}

const less = (a: Usage, b: Usage): Usage => ({
  inputTokens: minus(a.inputTokens, b.inputTokens),
  outputTokens: minus(a.outputTokens, b.outputTokens),
  cachedTokens: minus(a.cachedTokens, b.cachedTokens),
  reasoningTokens: minus(a.reasoningTokens, b.reasoningTokens),
  // A price by the registry is not what the CLI told; where the CLI tells none there is nothing to take off.
  costUsd: minus(a.costUsd, b.costUsd),
  ...(a.atLeast ? { atLeast: true } : {}),
})

const minus = (a: number | null, b: number | null): number | null =>
  a === null ? null : Math.max(0, a - (b ?? 0))

/** Input and output together; null where neither is known. */
export const tokensOf = (usage: Pick<Usage, 'inputTokens' | 'outputTokens'>): number | null =>
  usage.inputTokens === null && usage.outputTokens === null
    ? null
    : (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0)
