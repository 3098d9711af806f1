/** Mail as server-sent events: what waits for a machine, and then each message as it is sent. The reader sets the pace. */
import type { Clock } from '../../base/clock.ts'
import type { Delivery } from '../../domain/messages/message.ts'
import type { EntityChange } from '../../domain/plan.ts'
import { COMMENT_MS, DIRECTORY_EVENT } from '../../fleet/mail/hub/hub-wire.ts'
import type { TokenCall } from '../../fleet/routes.ts'
import {
  directoryOf,
  mailFor,
  mailWaitingFor,
  waitingAmong,
  type WaitingMail,
} from '../../yard/fleet/hub-mail.ts'
import type { Yard } from '../../yard/yard.ts'
import { createBell, openEventStream, writeEvents } from '../http/event-stream.ts'

/** Of one token. With one more the oldest ends: that is mostly one whose client is gone without a word. */
const MOST_STREAMS = 4

export function createMailStreams(yard: Yard, clock: Clock) {
  const open = new Map<string, AbortController[]>()
  const enter = (token: string): { signal: AbortSignal; leave: () => void } => {
    const own = new AbortController()
    const streams = [...(open.get(token) ?? []), own]
    if (streams.length > MOST_STREAMS) streams.shift()?.abort()
    open.set(token, streams)
    const leave = (): void => {
      const left = (open.get(token) ?? []).filter((each) => each !== own)
      if (left.length === 0) open.delete(token)
      else open.set(token, left)
    }
    return { signal: own.signal, leave }
  }
  return {
    /** Resolves when the client is gone, its token ends, or the endpoint closes. */
    async serve(call: TokenCall, after: number): Promise<void> {
      const { signal, leave } = enter(call.token.id)
      try {
        await streamMail(yard, call, {
          after,
          clock,
          signal: AbortSignal.any([signal, call.signal]),
        })
      } finally {
        leave()
      }
    },
  }
}

async function streamMail(
  yard: Yard,
  { token, response }: TokenCall,
  options: { readonly after: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const { after, clock, signal } = options
  const news = createBell()
  signal.addEventListener('abort', news.ring, { once: true })
  let waiting = mailWaitingFor(yard, token).filter(({ place }) => place > after)
  const stops = [
    yard.onReloaded(news.ring),
    yard.onCommitted(({ changes }) => {
      waiting.push(...waitingAmong(yard, token, sentIn(changes)))
      news.ring()
    }),
  ]
  const nextText = (): string | null => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const text = eventOf(yard, token, next)
      if (text !== null) return text
    }
    waiting = []
    return null
  }
  openEventStream(response)
  let said = ''
  try {
    while (!signal.aborted) {
      const directory = `event: ${DIRECTORY_EVENT}\ndata: ${JSON.stringify(directoryOf(yard, token))}\n\n`
      const text = directory === said ? nextText() : directory
      if (text === directory) said = directory
      if (text !== null) await writeEvents(response, text, signal)
      else if (await news.wait(clock, COMMENT_MS)) continue
      else await writeEvents(response, ': alive\n\n', signal)
    }
  } finally {
    for (const stop of stops) stop()
    response.end()
  }
}

/** Acknowledged meanwhile: nothing. */
function eventOf(yard: Yard, token: TokenCall['token'], { id, place }: WaitingMail): string | null {
  const envelope = mailFor(yard, token, id)
  return envelope && `id: ${place}\ndata: ${JSON.stringify(envelope)}\n\n`
}

const sentIn = (changes: readonly EntityChange[]): Delivery[] =>
  changes.flatMap((change) =>
    change.entity === 'delivery' && change.before === null && change.after ? [change.after] : [],
  )
