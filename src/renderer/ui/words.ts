/** Numbers in the words of the window: unknown is empty, never a zero. */
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat()

/** `418k`, `1.2M` */
export const tokensText = (tokens: number | null): string =>
  tokens === null ? '' : compact.format(tokens).replace('K', 'k')

/** `$2.31`, below a cent `$0.0004` */
export function moneyText(usd: number | null): string {
  if (usd === null) return ''
  return usd > 0 && usd < 0.01 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`
}

export const countText = (count: number): string => whole.format(count)

/** `1 task`, `3 tasks` */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`
