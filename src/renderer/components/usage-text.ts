/** What an agent or a task used, in the words of the window; nothing where no CLI told, "at least" where a turn was cut off before it told. */
import type { Summary, TaskCard } from '../../contract/view.ts'
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

// What was spent today, beside what may be. What nobody told is no zero. Pure.

/** An older host tells no caps. */
export type SpentDay = Pick<Summary, 'today'> & Partial<Pick<Summary, 'dayCap'>>

const NO_CAP: Summary['dayCap'] = { usd: null, tokens: null }

/** `$18.42 of $40, 1.2M tokens`; null = nothing is known and nothing set. */
export function spentText({ today, dayCap = NO_CAP }: SpentDay): string | null {
  const parts = [
    withCap(
      boundText(today, moneyText(today.costUsd)),
      dayCap.usd === null ? '' : dollars(dayCap.usd),
    ),
    withCap(boundText(today, tokensText(today.tokens)), tokensText(dayCap.tokens), ' tokens'),
  ].filter((part) => part !== '')
  return parts.length === 0 ? null : parts.join(', ')
}

function withCap(spent: string, cap: string, unit = ''): string {
  if (cap === '') return spent === '' ? '' : spent + unit
  return spent === '' ? `up to ${cap}${unit}` : `${spent} of ${cap}${unit}`
}

/** A cap is a round sum most of the time: `$40`. */
const dollars = (usd: number): string => (Number.isInteger(usd) ? `$${usd}` : moneyText(usd))
