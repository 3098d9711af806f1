/** Reproducible randomness (mulberry32): the same seed gives the same numbers on every machine. */
export interface SeededRandom {
  /** 0 ≤ x < 1. */
  next(): number
  /** A whole number, `low` and `high` included. */
  int(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** One of the keys, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K
}

export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    weighted(weights) {
      const keys = (Object.keys(weights) as (keyof typeof weights)[]).filter((k) => weights[k] > 0)
      const last = keys.at(-1)
      if (last === undefined) throw new Error('nothing to pick from')
      let at = next() * keys.reduce((sum, key) => sum + weights[key], 0)
      for (const key of keys) {
        at -= weights[key]
        if (at < 0) return key
      }
      return last
    },
  }
}
