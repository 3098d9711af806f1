/** Durations, sums of money and sizes: as people read them, in one style everywhere, and as people write them. */

const pad = (n: number): string => String(n).padStart(2, '0')

/** The two largest units: `640ms`, `48s`, `12m 41s`, `3h 05m`, `2d 4h`. Less than nothing is nothing. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${pad(seconds % 60)}s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours}h ${pad(minutes % 60)}m`
  return `${Math.floor(hours / 24)}d ${hours % 24}h`
}

/** For a counter that ticks once a second: no part of a second. */
export const elapsedText = (ms: number): string =>
  ms < 1000 ? '0s' : durationText(Math.floor(ms / 1000) * 1000)

/** What is left, as a clock that runs down: `9:05`, `1:12:05`, beyond a day `2d 4h`. */
export function remainingText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  if (seconds >= 86_400) return durationText(seconds * 1000)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = pad(seconds % 60)
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${pad(minutes)}:${rest}`
}

/** US dollars. Two decimals from a dollar on; below it up to four significant figures: `$2.31`, `$0.50`, `$0.0574`, `$0.0004`. */
export function dollarsText(usd: number): string {
  if (usd <= 0 || usd >= 1) return `$${usd.toFixed(2)}`
  const places = Math.min(20, 3 - Math.floor(Math.log10(usd)))
  return `$${usd.toFixed(places).replace(/(\.\d\d\d*?)0+$/, '$1')}`
}

/** Steps of 1000: `812 B`, `1.5 kB`, `300 MB`, `1.6 GB`, `2 TB`. */
export function bytesText(bytes: number): string {
  let size = bytes
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (size < 1000) return `${shortNumber(size)} ${unit}`
    size /= 1000
  }
  return `${shortNumber(size)} TB`
}

/** One decimal below ten, and none that is zero. */
const shortNumber = (n: number): number => (n < 10 ? Number(n.toFixed(1)) : Math.round(n))

/** A whole number with a comma at each thousand. Intl would say the same, and takes 15 ms of a start. */
export const wholeText = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

/** Durations as people write them: a number with `ms`, `s`, `m`, `h` or `d`. */
const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
export type DurationUnit = keyof typeof UNIT_MS

/** A hundred years: no sum with an instant leaves the range of a date. */
export const MAX_DURATION_MS = 36_525 * UNIT_MS.d

const FORM = /^(\d{1,15}(?:\.\d{1,9})?)\s*(ms|s|m|h|d)?$/

/** Whole ms, or null when it is no duration. A bare number counts only where `bareUnit` says what it means. */
export function parseDuration(text: string, bareUnit?: DurationUnit): number | null {
  const match = FORM.exec(text.trim())
  const unit = Object.entries(UNIT_MS).find(([name]) => name === (match?.[2] ?? bareUnit))
  if (!match || !unit) return null
  const ms = Math.round(Number(match[1]) * unit[1])
  return ms <= MAX_DURATION_MS ? ms : null
}

/** The shortest exact form, which `parseDuration` reads back: `90s`, `2h`. */
export function formatDuration(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((u) => ms > 0 && ms % UNIT_MS[u] === 0) ?? 'ms'
  return `${ms / UNIT_MS[unit]}${unit}`
}

export const toUnit = (ms: number, unit: DurationUnit): number => ms / UNIT_MS[unit]

/** Sizes as people write them: "512MB", "1.5 GiB". kB, MB, GB and TB are steps of 1000, KiB, MiB, GiB and TiB of 1024. */
const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** Whole bytes; a bare number is bytes. Null when it is none. */
export function parseBytes(text: string): number | null {
  const match = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]{0,3})\s*$/i.exec(text)
  if (!match) return null
  const size = SIZES[(match[2] || 'b').toLowerCase()]
  const bytes = size === undefined ? NaN : Math.round(Number(match[1]) * size)
  return Number.isSafeInteger(bytes) ? bytes : null
}
