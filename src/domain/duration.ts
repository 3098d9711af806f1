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
