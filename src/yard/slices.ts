/** Long work in short pieces, so that the owner's loop goes on between them. */
import type { Steps } from '../base/steps.ts'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** A turn of the loop for everybody else. */
export const breathe = (): Promise<void> => nextTurn()

/** Well below what a person would feel, also on a slow machine. */
const PIECE_MS = 8
const LOOK_EVERY = 32

export interface Pacer {
  /** Asked once per small item: null while this piece has time left, else what to wait for. Rejects when the signal says so. */
  pause(): Promise<void> | null
  /** The same, asked once per larger piece. */
  check(): Promise<void> | null
}

/** `pieceMs`: where work goes on beside agents all the time, shorter pieces than for one request. */
export function createPacer(
  signal?: AbortSignal,
  now: () => number = () => performance.now(),
  pieceMs: number = PIECE_MS,
): Pacer {
  let startedAt = now()
  let count = 0
  const check = (): Promise<void> | null =>
    now() - startedAt < pieceMs
      ? null
      : breathe().then(() => {
          signal?.throwIfAborted()
          startedAt = now()
        })
  return {
    pause: () => (++count % LOOK_EVERY === 0 ? check() : null),
    check,
  }
}

/** All of it, in pieces where it is long. */
export async function inPieces<T>(steps: Steps<T>): Promise<T> {
  const pacer = createPacer()
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    const wait = pacer.pause()
    if (wait) await wait
  }
}
