/** What an agent or a task used, in the words of the window; nothing where no CLI told, "at least" where a turn was cut off before it told. */
import type { TaskCard } from '../../contract/view.ts'
import type { Usage } from '../../domain/agent.ts'
import { moneyText, tokensText } from '../ui/format.ts'

/** In and out together; null when neither was told. */
export function tokensOf(
  usage: Pick<Usage, 'inputTokens' | 'outputTokens'> | null | undefined,
): number | null {
  if (usage?.inputTokens == null && usage?.outputTokens == null) return null
  return (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0)
}

export const usedTokensText = (usage: Usage | null): string =>
  boundText(usage, tokensText(tokensOf(usage)))

export const usedMoneyText = (usage: Usage | null): string =>
  boundText(usage, moneyText(usage?.costUsd ?? null))

/** Of all tries of a task. */
export const cardMoneyText = ({
  costUsd,
  costAtLeast,
}: Pick<TaskCard, 'costUsd' | 'costAtLeast'>): string =>
  boundText({ atLeast: costAtLeast }, moneyText(costUsd))

/** `at least $1.20`, where the figure of this usage, or of one of so many tries, is a lower bound. */
export const boundText = (
  of: { readonly atLeast?: true | number | undefined } | null,
  figure: string,
): string => (of?.atLeast && figure !== '' ? `at least ${figure}` : figure)
