import { utcIso } from './instant.ts'

/**
 * Time as a port. `now` is wall time in ms since 1970 and may jump (sleep, NTP, a person);
 * `monotonic` never goes back. Timers fire once, at or after `ms` from now by the monotonic clock.
 */
export interface Clock {
  now(): number
  monotonic(): number
  /** Returns a function that cancels the timer; calling it twice is harmless. */
  after(ms: number, run: () => void): () => void
}

/** Longest delay that `setTimeout` honours (2^31-1 ms); a longer one would fire at once. */
const MAX_DELAY_MS = 2_147_483_647

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.max(0, Math.min(ms, MAX_DELAY_MS)))
    return () => clearTimeout(timer)
  },
}

/** An instant to the minute, for words that are kept: the same wherever they are read. */
export const utcText = (at: number): string => `${utcIso(at).slice(0, -8)}Z`
