/** A stream of mail that is kept open: it goes on behind what came last, however often it is cut. */
import type { Clock } from '../../../base/clock.ts'
import { errorText } from '../../../base/text.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import type { FleetAnswer } from '../../pinned-client.ts'
import { createEventParser, type StreamEvent } from './event-parser.ts'
import { type HubClient, retryAfterMs } from './hub-client.ts'
import { MAIL_PATH, SILENCE_MS } from './hub-wire.ts'

export interface StreamParts {
  readonly hub: Pick<HubClient, 'ask'>
  readonly clock: Clock
  /** 0 to 1, of the waits between two tries. */
  readonly random: () => number
  /** Of the last event that counts already; null = from the beginning. */
  lastId(): string | null
  /** One after the other: the next is read when this has resolved. */
  onEvent(event: StreamEvent): void | Promise<void>
  /** Null = it is open. */
  onState(problem: Failure | null): void
}

export interface MailStream {
  /** Tries again now, where it waits. */
  retry(): void
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>
}

const FIRST_WAIT_MS = 1000
const MOST_WAIT_MS = 300_000
/** One that was open for so long begins with short waits again. */
const STEADY_MS = 60_000

export function openMailStream(parts: StreamParts): MailStream {
  const { clock, random, onState } = parts
  const closing = new AbortController()
  let wake = (): void => {}
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, () => wake())
      wake = () => {
        cancel()
        wake = () => {}
        resolve()
      }
      if (closing.signal.aborted) wake()
    })
  const run = async (): Promise<void> => {
    let tries = 0
    while (!closing.signal.aborted) {
      const since = clock.monotonic()
      const ended = await streamOnce(parts, closing.signal)
      if (closing.signal.aborted) return
      onState(ended)
      if (clock.monotonic() - since >= STEADY_MS) tries = 0
      const most = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries)
      tries = Math.min(tries + 1, 20)
      await pause(retryAfterMs(ended) ?? random() * most)
    }
  }
  const running = run()
  return {
    retry: () => wake(),
    async close() {
      closing.abort()
      wake()
      await running
    },
  }
}

/** Resolves with why it ended. */
async function streamOnce(parts: StreamParts, closing: AbortSignal): Promise<Failure> {
  const { hub, onState } = parts
  const lastId = parts.lastId()
  const headers = {
    accept: 'text/event-stream',
    ...(lastId === null ? {} : { 'last-event-id': lastId }),
  }
  const answer = await hub.ask(MAIL_PATH, { headers, signal: closing }, (found) => found)
  if (!answer.ok) return answer.error
  const { headers: said, body } = answer.value
  const type = said['content-type'] ?? ''
  if (!type.startsWith('text/event-stream')) {
    body.destroy()
    return failure('not-running', `the hub answered with ${type || 'no type'} instead of a stream`)
  }
  onState(null)
  return readStream(parts, body, closing)
}

async function readStream(
  { clock, onEvent }: StreamParts,
  body: FleetAnswer['body'],
  closing: AbortSignal,
): Promise<Failure> {
  const parse = createEventParser()
  const stop = (): void => void body.destroy()
  closing.addEventListener('abort', stop, { once: true })
  let cancel = (): void => {}
  const listen = (): void => {
    cancel = clock.after(SILENCE_MS, () =>
      body.destroy(new Error(`nothing came for ${SILENCE_MS / 1000} s`)),
    )
  }
  try {
    listen()
    for await (const piece of body) {
      // What is read slowly here is no silence of the hub.
      cancel()
      for (const event of parse(piece as Uint8Array)) await onEvent(event)
      listen()
    }
    return failure('not-running', 'the hub has ended the stream')
  } catch (error) {
    return failure('not-running', `the stream of mail was cut: ${errorText(error)}`)
  } finally {
    cancel()
    closing.removeEventListener('abort', stop)
    body.destroy()
  }
}
