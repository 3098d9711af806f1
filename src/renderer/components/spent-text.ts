/** What was spent today, beside what may be. What nobody told is no zero. Pure. */
import type { Summary } from '../../contract/view.ts'
import { boundText } from './usage-text.ts'
import { moneyText, tokensText } from '../ui/format.ts'

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
