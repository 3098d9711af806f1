/** `GET /api/events`: the journal as server-sent events. The reader sets the pace: rows are read from the store as they are taken. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { toJournalRow } from '../../yard/handlers/service-handlers.ts'
import type { Yard } from '../../yard/yard.ts'

const PAGE_ROWS = 200
const HEARTBEAT_MS = 15_000

/** The sequence number to go on from: what the client saw last, else `?since=`, else 0; null when it is no number. */
export function sinceOf(request: IncomingMessage, query: URLSearchParams): number | null {
  const last = request.headers['last-event-id']
  const text = (typeof last === 'string' && last !== '' ? last : query.get('since')) ?? '0'
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** Resolves when the client is gone or the host closes (`signal`). */
export async function streamEvents(
  yard: Pick<Yard, 'store' | 'onCommitted'>,
  response: ServerResponse,
  options: { readonly since: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const gone = new AbortController()
  const signal = AbortSignal.any([gone.signal, options.signal])
  response.once('close', () => gone.abort())
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
  const news = createBell()
  const stop = yard.onCommitted(news.ring)
  signal.addEventListener('abort', news.ring, { once: true })
  let next = options.since
  try {
    while (!signal.aborted) {
      const rows = yard.store.journal(next, PAGE_ROWS)
      for (const row of rows) next = row.seq
      const text = rows.map(
        (row) => `id: ${row.seq}\ndata: ${JSON.stringify(toJournalRow(row))}\n\n`,
      )
      if (rows.length > 0) await write(response, text.join(''), signal)
      else if (await news.wait(options.clock, HEARTBEAT_MS)) continue
      else await write(response, ': alive\n\n', signal)
    }
  } finally {
    stop()
    response.end()
  }
}

async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(text)) return
  await once(response, 'drain', { signal }).catch(() => {}) // it went away instead; the loop sees that
}

/** Remembers a signal that arrives while none is awaited. */
function createBell() {
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
