/** Tokens of a turn, which agents tell with its end: in a field that the protocol does not settle yet. */
import type { Usage } from '../../domain/agent.ts'
import { numberAt, objectAt, objectIn } from '../executors/readers/json-event.ts'

/** Null where it says nothing. */
export function usageOfTurn(response: unknown, costUsd: number | null): Usage | null {
  const answer = objectIn(response)
  const told = objectAt(answer, 'usage')
  // As Gemini CLI tells it.
  const quota = objectAt(objectAt(objectAt(answer, '_meta'), 'quota'), 'token_count')
  const input = numberAt(told, 'inputTokens') ?? numberAt(quota, 'input_tokens')
  const output = numberAt(told, 'outputTokens') ?? numberAt(quota, 'output_tokens')
  if (input === null && output === null && costUsd === null) return null
  const cached = numberAt(told, 'cachedReadTokens')
  const reasoning = numberAt(told, 'thoughtTokens')
  return {
    inputTokens:
      input === null ? null : input + (cached ?? 0) + (numberAt(told, 'cachedWriteTokens') ?? 0),
    outputTokens: output === null ? null : output + (reasoning ?? 0),
    cachedTokens: cached,
    reasoningTokens: reasoning,
    costUsd,
  }
}
