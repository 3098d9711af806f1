/** The arguments and options of one invocation, read by name. What commander hands over is untyped; this is its door. */
export interface Words {
  /** An argument that must be there. */
  arg(index: number): string
  argOrNull(index: number): string | null
  /** A variadic argument. */
  rest(index: number): readonly string[]
  text(option: string): string | undefined
  number(option: string): number | undefined
  /** True or false as it was said; undefined when it was not. */
  flag(option: string): boolean | undefined
  list(option: string): readonly string[] | undefined
  has(option: string): boolean
}

export function createWords(
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): Words {
  const argOrNull = (index: number): string | null => {
    const value = args[index]
    return typeof value === 'string' ? value : null
  }
  return {
    argOrNull,
    arg(index) {
      const value = argOrNull(index)
      if (value === null) throw new Error(`argument ${index} was not declared as required`)
      return value
    },
    rest: (index) => texts(args[index]) ?? [],
    text(option) {
      const value = options[option]
      return typeof value === 'string' ? value : undefined
    },
    number(option) {
      const value = options[option]
      return typeof value === 'number' ? value : undefined
    },
    flag(option) {
      const value = options[option]
      return typeof value === 'boolean' ? value : undefined
    },
    list: (option) => texts(options[option]),
    has: (option) => options[option] !== undefined,
  }
}

const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : undefined
