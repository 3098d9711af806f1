/** Numbers in the words of the window: unknown is empty, never a zero. */
import { dollarsText } from '../../domain/format.ts'

const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat()

/** `418k`, `1.2M` */
export const tokensText = (tokens: number | null): string =>
  tokens === null ? '' : compact.format(tokens).replace('K', 'k')

/** `$2.31`, below a dollar up to four figures: `$0.0574` */
export const moneyText = (usd: number | null): string => (usd === null ? '' : dollarsText(usd))

export const countText = (count: number): string => whole.format(count)

/** `1 task`, `3 tasks` */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`
