/** Opened keys as variables of an environment, and the one place that has all their values. */

interface OpenedKey {
  readonly name: string
  /** Null = there is none to give. */
  readonly value: string | null
}

export interface KeyVariables {
  /** The person's own environment has it, which wins. An empty one is as good as none. */
  isSet(name: string): boolean
  /** Exactly these from now on; where a key has left, the environment is as it was before. */
  apply(keys: readonly OpenedKey[]): void
  /** Blots out every value that was applied since the start. */
  mask(text: string): string
}

/** `fold` is the same for names that mean the same variable. */
export function createKeyVariables(
  env: Record<string, string | undefined>,
  fold: (name: string) => string,
): KeyVariables {
  const before = new Map(Object.entries(env))
  const set = new Set([...before].flatMap(([name, value]) => (value ? [fold(name)] : [])))
  const given = new Set<string>()
  // Agents that were started with one that is gone by now may still say it.
  const secrets = new Set<string>()
  const isSet = (name: string): boolean => set.has(fold(name))
  return {
    isSet,
    apply(keys: readonly OpenedKey[]): void {
      for (const name of given) {
        if (before.has(name)) env[name] = before.get(name)
        else delete env[name]
      }
      given.clear()
      for (const { name, value } of keys) {
        if (value === null) continue
        if (value.length >= SHORTEST_SECRET)
          secrets.add(value).add(JSON.stringify(value).slice(1, -1))
        if (isSet(name)) continue
        env[name] = value
        given.add(name)
      }
    },
    mask: (text) =>
      [...secrets]
        .toSorted((a, b) => b.length - a.length)
        .reduce((masked, secret) => masked.replaceAll(secret, '***'), text),
  }
}

/** A shorter one would blot out innocent text. */
const SHORTEST_SECRET = 8
