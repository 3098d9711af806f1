/** Instants as ms since 1970, within what a date can hold. */

/** The last instant that a date can hold, ms since 1970; the first one is its negative. */
export const MAX_INSTANT_MS = 8_640_000_000_000_000

/** The nearest instant that a date can hold. What an earlier program stored, or an agent wrote, may lie beyond. */
export const clipInstant = (at: number): number =>
  Number.isNaN(at) ? 0 : Math.min(Math.max(Math.trunc(at), -MAX_INSTANT_MS), MAX_INSTANT_MS)

/** Stands for an instant that is later or earlier than a date can hold. */
export const isClipped = (at: number): boolean => Math.abs(at) >= MAX_INSTANT_MS

/** ISO 8601 in UTC; never throws. */
export const utcIso = (at: number): string => new Date(clipInstant(at)).toISOString()
