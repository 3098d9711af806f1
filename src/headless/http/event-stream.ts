/** Server-sent events: the reader sets the pace. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'

export function openEventStream(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
}

/** Resolves when there is room for more, or when `signal` says that nobody reads any more. */
export async function writeEvents(
  response: ServerResponse,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted || response.write(text)) return
  await once(response, 'drain', { signal }).catch(() => {}) // it went away instead; the loop sees that
}

/** Remembers a signal that arrives while none is awaited. */
export function createBell() {
  let isRung = false
  let wake: (() => void) | null = null
  const ring = (): void => {
    isRung = true
    wake?.()
  }
  return {
    ring,
    /** True when it rang, false when `ms` have passed. */
    wait(clock: Clock, ms: number): Promise<boolean> {
      return new Promise((resolve) => {
        const cancel = clock.after(ms, () => settle(false))
        const settle = (rang: boolean): void => {
          cancel()
          wake = null
          isRung = false
          resolve(rang)
        }
        wake = () => settle(true)
        if (isRung) settle(true)
      })
    },
  }
}
