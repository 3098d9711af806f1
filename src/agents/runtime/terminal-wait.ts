/** Waits until a person's terminal takes up the stage that was made ready for it. */
import type { Clock } from '../../base/clock.ts'
import { readOwner } from '../process/stage-files.ts'

/** A terminal that has asked for a stage claims it at once, or has ended. */
const PATIENCE_MS = 30_000
const LOOK_MS = 100

/** Resolves once the stage has an owner, its time is over, or `isOver` says so. The caller decides by the folder. */
export function waitForTerminal(
  folder: string,
  clock: Clock,
  isOver: () => boolean,
): Promise<void> {
  const until = clock.monotonic() + PATIENCE_MS
  return new Promise((resolve) => {
    const look = (): void => {
      if (isOver() || clock.monotonic() >= until || isTaken(folder)) return resolve()
      clock.after(LOOK_MS, look)
    }
    look()
  })
}

function isTaken(folder: string): boolean {
  try {
    return readOwner(folder).kind !== 'nobody'
  } catch {
    return false // not to be read now; the time limit ends this
  }
}
