/**
 * The coordinator's one timer. It rings at the earliest due time and, whatever else happens, at every beat: a yard that is
 * never quiet must not put off its backstop.
 */
import type { Clock } from '../base/clock.ts'

export interface Beat {
  /** Sets the timer anew: `dueInMs` from now, or at the next beat if that is sooner. */
  set(dueInMs: number, everyMs: number): void
  /** Ms of wall time that passed since the last call while the machine slept, or that the clock was set forward. */
  sleptMs(): number
  stop(): void
}

export function createBeat(clock: Clock, onRing: (isBeat: boolean) => void): Beat {
  let cancel: (() => void) | null = null
  let lastBeatAt = clock.monotonic()
  let seen = { wall: clock.now(), monotonic: clock.monotonic() }
  return {
    set(dueInMs, everyMs) {
      cancel?.()
      const beatInMs = lastBeatAt + everyMs - clock.monotonic()
      cancel = clock.after(Math.max(1, Math.min(dueInMs, beatInMs)), () => {
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
    stop: () => cancel?.(),
  }
}
