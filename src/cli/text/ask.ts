/** Questions that a person answers on a terminal. */
import type { Interface } from 'node:readline/promises'

/** The line that is typed, trimmed; null at ^C, ^D and at the end of the input. */
export async function askLine(terminal: Interface, question: string): Promise<string | null> {
  const { promise: closed, resolve } = Promise.withResolvers<null>()
  const end = (): void => resolve(null)
  terminal.once('close', end)
  try {
    const line = await Promise.race([terminal.question(question), closed])
    return line?.trim() ?? null
  } catch (error) {
    if (isEnd(error)) return null
    throw error
  } finally {
    terminal.off('close', end)
  }
}

const isEnd = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'AbortError' || ('code' in error && error.code === 'ERR_USE_AFTER_CLOSE'))
