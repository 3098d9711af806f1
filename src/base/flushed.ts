/** A stream as `process.stdout` is one. */
interface Sink {
  readonly destroyed: boolean
  readonly writableEnded: boolean
  write(text: string, done: () => void): unknown
}

/**
 * When the stream has handed on everything that was written to it: leaving a process before that cuts off its last words.
 * `withinMs`: where nobody may be reading.
 */
export function flushed(stream: Sink, withinMs?: number): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) return resolve()
    if (withinMs !== undefined) setTimeout(resolve, withinMs)
    stream.write('', () => resolve())
  })
}
