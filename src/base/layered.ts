/**
 * Maps and sets that show another one as it would be after some changes, which only they hold. What lies below may take up the same
 * changes one by one meanwhile: nothing of that shows here.
 */

export class LayeredMap<K, V> extends Map<K, V> {
  readonly #below: ReadonlyMap<K, V>
  /** Of keys that lie below, in their place. */
  readonly #changed = new Map<K, V>()
  /** Of other keys, and of those that were taken out before: at the end. */
  readonly #added = new Map<K, V>()
  readonly #gone = new Set<K>()
  #size: number

  constructor(below: ReadonlyMap<K, V>) {
    super()
    this.#below = below
    this.#size = below.size
  }
  override get size(): number {
    return this.#size
  }
  override get(key: K): V | undefined {
    const own = this.#own(key)
    return own !== undefined || this.#gone.has(key) ? own : this.#below.get(key)
  }
  override has(key: K): boolean {
    return this.#added.has(key) || (!this.#gone.has(key) && this.#below.has(key))
  }
  override set(key: K, value: V): this {
    const isBelow = !this.#gone.has(key) && !this.#added.has(key) && this.#below.has(key)
    if (!isBelow && !this.#added.has(key)) this.#size += 1
    ;(isBelow ? this.#changed : this.#added).set(key, value)
    return this
  }
  override delete(key: K): boolean {
    if (!this.has(key)) return false
    this.#added.delete(key)
    this.#changed.delete(key)
    this.#gone.add(key)
    this.#size -= 1
    return true
  }
  override clear(): void {
    for (const key of [...this.keys()]) this.delete(key)
  }
  /** Its value, and from now on its own: `copy` of the one below. */
  mine(key: K, copy: (value: V) => V): V | undefined {
    const own = this.#own(key)
    if (own !== undefined || !this.has(key)) return own
    const value = this.#below.get(key)
    if (value === undefined) return undefined
    const copied = copy(value)
    this.#changed.set(key, copied)
    return copied
  }
  override *entries(): MapIterator<[K, V]> {
    for (const [key, value] of this.#below)
      if (!this.#gone.has(key) && !this.#added.has(key))
        yield [key, this.#changed.get(key) ?? value]
    yield* this.#added
  }
  override *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key
  }
  override *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value
  }
  override [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }
  override forEach(run: (value: V, key: K, map: Map<K, V>) => void): void {
    for (const [key, value] of this) run(value, key, this)
  }
  #own(key: K): V | undefined {
    return this.#added.get(key) ?? this.#changed.get(key)
  }
}

export class LayeredSet<K> extends Set<K> {
  readonly #below: ReadonlySet<K>
  readonly #added = new Set<K>()
  readonly #gone = new Set<K>()
  #size: number

  constructor(below: ReadonlySet<K>) {
    super()
    this.#below = below
    this.#size = below.size
  }
  override get size(): number {
    return this.#size
  }
  override has(key: K): boolean {
    return this.#added.has(key) || (!this.#gone.has(key) && this.#below.has(key))
  }
  override add(key: K): this {
    if (this.has(key)) return this
    this.#added.add(key)
    this.#size += 1
    return this
  }
  override delete(key: K): boolean {
    if (!this.has(key)) return false
    this.#added.delete(key)
    this.#gone.add(key)
    this.#size -= 1
    return true
  }
  override clear(): void {
    for (const key of [...this.keys()]) this.delete(key)
  }
  override *values(): SetIterator<K> {
    for (const key of this.#below) if (!this.#gone.has(key) && !this.#added.has(key)) yield key
    yield* this.#added
  }
  override keys(): SetIterator<K> {
    return this.values()
  }
  override *entries(): SetIterator<[K, K]> {
    for (const key of this.values()) yield [key, key]
  }
  override [Symbol.iterator](): SetIterator<K> {
    return this.values()
  }
  override forEach(run: (value: K, key: K, set: Set<K>) => void): void {
    for (const key of this) run(key, key, this)
  }
}
