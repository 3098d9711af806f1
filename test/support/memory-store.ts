/** A real store in memory, and a loop whose turns the test takes itself. */
import { openStore, type OpenStore } from '../../src/store/open-store.ts'
import { START_AT } from './manual-clock.ts'

export async function openMemoryStore(path = ':memory:'): Promise<OpenStore> {
  const opened = await openStore({ path, at: START_AT })
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

export interface Turns {
  /** The port that dispatcher and coordinator get. */
  readonly defer: (run: () => void) => void
  /** Work that waits for its turn. */
  readonly waiting: number
  /** Takes the next turn, if any waits, after all that is only a promise away. */
  step(): Promise<void>
  /** Takes turns until nothing waits and all promises of them have settled. */
  idle(): Promise<void>
}

/** Ends after everything that is only a promise away. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export function createTurns(): Turns {
  const queue: (() => void)[] = []
  return {
    defer: (run) => void queue.push(run),
    get waiting() {
      return queue.length
    },
    async step() {
      await settled()
      queue.shift()?.()
    },
    async idle() {
      for (let turns = 0; ; turns += 1) {
        if (turns > 100_000) throw new Error('the loop never comes to rest')
        await settled()
        const run = queue.shift()
        if (!run) return
        run()
      }
    },
  }
}
