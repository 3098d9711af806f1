/**
 * The coordinator's one timer. It fires at the earliest due time and, whatever else happens, at every poll interval: a yard that is
 * never quiet must not put off its backstop.
 */
import type { Clock } from '../base/clock.ts'

export interface LoopTimer {
  /** Sets the timer anew: `dueInMs` from now, or at the next poll if that is sooner. */
  set(dueInMs: number, everyMs: number): void
  /** Ms of wall time that passed since the last call while the machine slept, or that the clock was set forward. */
  sleptMs(): number
  /** Ms for which the loop stood still (this process was stopped, or the machine overloaded), told by a ring that is late; 0 if it did not. */
  stalledMs(): number
  stop(): void
}

/** A ring that is later than this had no loop to ring in. */
const STALLED_AFTER_MS = 2000

export function createLoopTimer(clock: Clock, onRing: (isBeat: boolean) => void): LoopTimer {
  let cancel: (() => void) | null = null
  let lastBeatAt = clock.monotonic()
  let setAt = clock.monotonic()
  let dueAt = Infinity
  let seen = { wall: clock.now(), monotonic: clock.monotonic() }
  return {
    set(dueInMs, everyMs) {
      cancel?.()
      const beatInMs = lastBeatAt + everyMs - clock.monotonic()
      const waitMs = Math.max(1, Math.min(dueInMs, beatInMs))
      setAt = clock.monotonic()
      dueAt = setAt + waitMs
      cancel = clock.after(waitMs, () => {
        const isBeat = clock.monotonic() >= lastBeatAt + everyMs - 1
        if (isBeat) lastBeatAt = clock.monotonic()
        onRing(isBeat)
      })
    },
    sleptMs() {
      const now = { wall: clock.now(), monotonic: clock.monotonic() }
      const slept = now.wall - seen.wall - (now.monotonic - seen.monotonic)
      seen = now
      return slept
    },
    stalledMs: () => (clock.monotonic() > dueAt + STALLED_AFTER_MS ? clock.monotonic() - setAt : 0),
    stop: () => cancel?.(),
  }
}
