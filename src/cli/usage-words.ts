/** Tokens and their price for people. */
import type { Usage } from '../domain/agent.ts'

/** `12,300 in, 450 out, $0.0213`; null when nothing is known. */
export function tokensOf(usage: Usage | null): string | null {
  if (usage === null) return null
  const { inputTokens, outputTokens, costUsd } = usage
  const parts = [
    inputTokens === null ? null : `${count(inputTokens)} in`,
    outputTokens === null ? null : `${count(outputTokens)} out`,
    costUsd === null ? null : dollarsOf(costUsd),
  ].filter((part) => part !== null)
  if (parts.length === 0) return null
  return `${usage.atLeast ? 'at least ' : ''}${parts.join(', ')}`
}

/** Cents, and where that would be nothing, as much as it takes to see something. */
export const dollarsOf = (usd: number): string => `$${usd.toFixed(usd === 0 || usd >= 10 ? 2 : 4)}`

export const count = (n: number): string => n.toLocaleString('en-US')

/** Marked where it is a lower bound; `atLeast` counts the tries that make it one. */
export const bound = ({ atLeast }: { readonly atLeast: number }, figure: string): string =>
  atLeast > 0 && figure !== '' ? `≥${figure}` : figure

export const BOUND_NOTE = '≥ at least: not every try told all that it used'
