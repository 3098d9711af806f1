/** The clock of a history, and what was done to it: both are needed to judge what the owner made of it. */
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'

/** One moment on both clocks, ms. */
export interface Moment {
  readonly monotonic: number
  readonly wall: number
}

export interface SimTime {
  readonly clock: ManualClock
  now(): Moment
  /** The owner's process stands still: time passes and no timer fires before it goes on. */
  stall(ms: number): void
  jump(ms: number): void
  /** Ms since then in which the owner's process could run. */
  listenedSince(monotonic: number): number
  /** When a limit of `ms` that began then is over: a standstill that reaches beyond its end is given back. */
  endOf(monotonic: number, ms: number): number
  /** The wall clock was set, forward or back, since then. */
  wasSetSince(monotonic: number): boolean
}

export function createSimTime(): SimTime {
  const clock = createManualClock()
  const stalls: { readonly until: number; readonly ms: number }[] = []
  let setAt = Number.NEGATIVE_INFINITY
  return {
    clock,
    now: () => ({ monotonic: clock.monotonic(), wall: clock.now() }),
    stall(ms) {
      clock.stall(ms)
      stalls.push({ until: clock.monotonic(), ms })
    },
    jump(ms) {
      clock.jump(ms)
      setAt = clock.monotonic()
    },
    listenedSince(monotonic) {
      const stalledMs = stalls
        .filter(({ until }) => until > monotonic)
        .reduce((sum, { until, ms }) => sum + Math.min(ms, until - monotonic), 0)
      return clock.monotonic() - monotonic - stalledMs
    },
    endOf(monotonic, ms) {
      const later = stalls.filter(({ until }) => until > monotonic)
      return later.reduce((end, one) => (one.until > end ? end + one.ms : end), monotonic + ms)
    },
    wasSetSince: (monotonic) => setAt >= monotonic,
  }
}
