/** The news that one subscriber has not taken yet. Bounded: who is too slow loses all that waits and sees a gap in the sequence. */
import type { Patch } from '../../contract/view.ts'

export interface PatchQueue {
  put(patch: Patch): void
  /** The next patch; null once closed and empty. Only one taker at a time. */
  take(): Promise<Patch | null>
  close(): void
}

export function createPatchQueue(limit: number): PatchQueue {
  let waiting: Patch[] = []
  let taker: ((patch: Patch | null) => void) | null = null
  let isClosed = false
  const hand = (patch: Patch | null): boolean => {
    const take = taker
    taker = null
    take?.(patch)
    return take !== null
  }
  return {
    put(patch) {
      if (isClosed || hand(patch)) return
      if (waiting.length < limit) return void waiting.push(patch)
      // Moved nodes make no gap that a subscriber could see, so they are the one thing that is kept.
      const moved = waiting.flatMap(({ positions }) => (positions ? [positions] : []))
      waiting = [{ ...patch, positions: merged([...moved, patch.positions ?? {}]) }]
    },
    take() {
      const next = waiting.shift()
      if (next) return Promise.resolve(next)
      if (isClosed) return Promise.resolve(null)
      return new Promise((resolve) => (taker = resolve))
    },
    close() {
      isClosed = true
      hand(null)
    },
  }
}

function merged(all: readonly NonNullable<Patch['positions']>[]): Patch['positions'] {
  const sum = new Map(all.flatMap((positions) => Object.entries(positions)))
  return sum.size > 0 ? Object.fromEntries(sum) : null
}
