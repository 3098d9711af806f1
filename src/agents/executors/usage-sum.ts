/** For CLIs that tell their usage step by step. */
import type { Usage } from '../../domain/agent.ts'

/** What one side does not know counts as nothing, unless neither knows it. */
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

/** Its figures are a lower bound. What was never told stays so. */
export const atLeast = <T extends Usage>(usage: T | null): T | null =>
  usage === null ? null : { ...usage, atLeast: true }

/** About how many tokens a text is, where nobody tells: a token is seldom shorter than four characters. */
export const estimatedTokens = (characters: number): number => Math.ceil(characters / 4)
