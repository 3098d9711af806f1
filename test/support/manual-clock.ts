/** A clock that only moves when told to. Timers fire in the order in which they are due, each at its own instant. */
import type { Clock } from '../../src/base/clock.ts'

export interface ManualClock extends Clock {
  /** Both clocks go on; fires what falls due on the way. */
  advance(ms: number): void
  /** Wall time is set or the machine slept: only `now` moves. */
  jump(ms: number): void
  /** The process stands still: both clocks go on, and what falls due fires late, at the next `advance`. */
  stall(ms: number): void
  /** Ms until the next timer; null without one. */
  nextInMs(): number | null
  readonly timers: number
}

/** Monday 2024-01-01 00:00 UTC. */
export const START_AT = 1_704_067_200_000

export function createManualClock(startAt = START_AT): ManualClock {
  let wall = startAt
  let monotonic = 1000
  let count = 0
  const timers = new Map<number, { dueAt: number; run: () => void }>()
  const nextTimer = (): [number, { dueAt: number; run: () => void }] | null => {
    let best: [number, { dueAt: number; run: () => void }] | null = null
    for (const entry of timers) if (!best || entry[1].dueAt < best[1].dueAt) best = entry
    return best
  }
  const move = (ms: number): void => {
    wall += ms
    monotonic += ms
  }
  return {
    now: () => wall,
    monotonic: () => monotonic,
    after(ms, run) {
      const id = (count += 1)
      timers.set(id, { dueAt: monotonic + Math.max(0, ms), run })
      return () => void timers.delete(id)
    },
    advance(ms) {
      const end = monotonic + ms
      for (let next = nextTimer(); next && next[1].dueAt <= end; next = nextTimer()) {
        timers.delete(next[0])
        move(Math.max(0, next[1].dueAt - monotonic))
        next[1].run()
      }
      move(end - monotonic)
    },
    jump: (ms) => void (wall += ms),
    stall: move,
    nextInMs() {
      const next = nextTimer()
      return next && Math.max(0, next[1].dueAt - monotonic)
    },
    get timers() {
      return timers.size
    },
  }
}
