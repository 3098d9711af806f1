/** Server-sent events, and the ways in which a stream can go wrong. */
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { piecesOf, type Behaviour } from './behaviour.ts'

/** Nothing waits for ever, not even `hang`. */
const MAX_HANG_MS = 10 * 60_000

export const newId = (prefix: string): string =>
  prefix + randomUUID().replaceAll('-', '').slice(0, 24)

export interface EventStream {
  /** `name` null leaves the `event:` line out. */
  send(name: string | null, data: unknown): void
  end(): void
}

export function openStream(response: ServerResponse): EventStream {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': newId('req_'),
  })
  return {
    send(name, data) {
      const head = name === null ? '' : `event: ${name}\n`
      response.write(`${head}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
    },
    end: () => void response.end(),
  }
}

/**
 * Sends a text piece by piece, as the behaviour wants it. False when the stream must not be finished:
 * it hung, was dropped, or ended with the protocol's own error (`fail`).
 */
export async function streamText(
  behaviour: Behaviour,
  response: ServerResponse,
  text: string,
  to: { piece: (text: string) => void; fail: () => void },
): Promise<boolean> {
  if (behaviour.name === 'slow') return streamSlowly(behaviour, response, to.piece)
  for (const piece of piecesOf(text)) {
    to.piece(piece)
    if (behaviour.name === 'hangmid') {
      await hang(response)
      return false
    }
    if (behaviour.name === 'drop') {
      // Lets the piece leave before the socket closes.
      await delay(50)
      response.destroy()
      return false
    }
    if (behaviour.name === 'streamerr') {
      to.fail()
      response.end()
      return false
    }
  }
  return true
}

async function streamSlowly(
  behaviour: Behaviour,
  response: ServerResponse,
  piece: (text: string) => void,
): Promise<boolean> {
  const chunks = Number(behaviour.args.chunks ?? 40)
  for (let n = 1; n <= chunks && !response.destroyed; n++) {
    piece(`chunk ${n} of ${chunks}. `)
    await delay(Number(behaviour.args.delay ?? 500))
  }
  return !response.destroyed
}

/** Until the caller goes away. */
export function hang(response: ServerResponse): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, MAX_HANG_MS)
    response.once('close', () => {
      clearTimeout(timer)
      done()
    })
  })
}
