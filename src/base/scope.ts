/** Owner of resources. `close` runs the closers in reverse order, each once, and waits for each; the first error is rethrown after all ran. */
export interface Scope {
  add(close: () => void | Promise<void>): void
  close(): Promise<void>
}

export function createScope(): Scope {
  const closers: (() => void | Promise<void>)[] = []
  let closing: Promise<void> | null = null
  const closeAll = async (): Promise<void> => {
    const errors: unknown[] = []
    for (let close = closers.pop(); close; close = closers.pop()) {
      try {
        await close()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
  return {
    add: (close) => void closers.push(close),
    close: () => (closing ??= closeAll()),
  }
}
