/** Token counts, for CLIs that report them step by step or not at all. */
import type { Usage } from '../../../domain/agent.ts'

/** A count that one side does not know adds nothing; the sum is null where neither knows it. */
export function sumUsage(before: Usage | null, step: Usage): Usage {
  if (before === null) return step
  const add = (a: number | null, b: number | null): number | null =>
    a === null && b === null ? null : (a ?? 0) + (b ?? 0)
  return {
    inputTokens: add(before.inputTokens, step.inputTokens),
    outputTokens: add(before.outputTokens, step.outputTokens),
    cachedTokens: add(before.cachedTokens, step.cachedTokens),
    reasoningTokens: add(before.reasoningTokens, step.reasoningTokens),
    costUsd: add(before.costUsd, step.costUsd),
    ...(before.atLeast || step.atLeast ? { atLeast: true } : {}),
  }
}

/** Marks the counts as a lower bound. Null stays null. */
export const atLeast = <T extends Usage>(usage: T | null): T | null =>
  usage === null ? null : { ...usage, atLeast: true }

/** About how many tokens a text is: a token is seldom shorter than four characters. */
export const estimatedTokens = (characters: number): number => Math.ceil(characters / 4)

/** An estimate from the characters that the model was given and that it wrote, which it is given again. */
export const estimatedUsage = (read: number, written: number): Usage => ({
  inputTokens: estimatedTokens(read + written),
  outputTokens: estimatedTokens(written),
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: null,
})

/** Counts that a provider reports apart from each other; null where it reports none. */
interface SeparateCounts {
  /** Input that was neither read from nor written to a cache. */
  readonly fresh: number | null
  readonly cached: number | null
  readonly written: number | null
  readonly output: number | null
  /** Not in `output`, and billed as such. */
  readonly reasoning?: number | null
  readonly costUsd: number | null
}

export const usageFrom = (counts: SeparateCounts): Usage => ({
  inputTokens:
    counts.fresh === null ? null : counts.fresh + (counts.cached ?? 0) + (counts.written ?? 0),
  outputTokens: counts.output === null ? null : counts.output + (counts.reasoning ?? 0),
  cachedTokens: counts.cached,
  reasoningTokens: counts.reasoning ?? null,
  costUsd: counts.costUsd,
})
