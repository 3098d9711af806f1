/** Commands that wait for the connection, each for as long as it may. */
import type { Clock } from '../../../base/clock.ts'

export interface Outbox {
  readonly size: number
  /** True once the connection is there; false when `ms` are over before, or `refuse` was called. */
  wait(ms: number): Promise<boolean>
  /** The connection is there. */
  release(): void
  /** It will not come, or leads elsewhere. */
  refuse(): void
}

/** `onSize` is told how many wait whenever that changes. */
export function createOutbox(clock: Clock, onSize: (size: number) => void): Outbox {
  const waiting = new Set<(isThere: boolean) => void>()
  const settleAll = (isThere: boolean): void => {
    for (const settle of waiting) settle(isThere)
  }
  return {
    get size() {
      return waiting.size
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const settle = (isThere: boolean): void => {
          cancel()
          waiting.delete(settle)
          resolve(isThere)
          onSize(waiting.size)
        }
        const cancel = clock.after(ms, () => settle(false))
        waiting.add(settle)
        onSize(waiting.size)
      }),
    release: () => settleAll(true),
    refuse: () => settleAll(false),
  }
}
