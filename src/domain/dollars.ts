/** US dollars in words, by one rule wherever a sum is shown. */

/** Two decimals from a dollar on; below it up to four figures that count: `$2.31`, `$0.50`, `$0.0574`, `$0.0004`. */
export function dollarsText(usd: number): string {
  if (usd <= 0 || usd >= 1) return `$${usd.toFixed(2)}`
  const places = Math.min(20, 3 - Math.floor(Math.log10(usd)))
  return `$${usd.toFixed(places).replace(/(\.\d\d\d*?)0+$/, '$1')}`
}
