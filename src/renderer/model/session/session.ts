/** The page's side of its yard: what it shows, and what is sent to it. */
import type { Clock } from '../../../base/clock.ts'
import { err, type Result } from '../../../base/result.ts'
import { type Connector, createConnector } from './connector.ts'
import { type OpenLink, sendOver, type YardClient } from './link.ts'
import { notAnswered, notSent, type Problem, unanswered } from './problem.ts'
import { createYardStore, type YardStore } from './yard-view.ts'

export type { Connection } from './connector.ts'

/**
 * once: a question; without a connection it is refused at once. waits: a command; it waits up to `PATIENCE_MS` for the connection.
 * repeats: and it is sent again when the connection was lost before the answer: each sending carries the same command id.
 */
export type Sending = 'once' | 'waits' | 'repeats'

export interface Session {
  readonly yard: YardStore['state']
  readonly connection: Connector['connection']
  /** Sends one request. A refusal and a lost connection are values. */
  call<T>(send: (client: YardClient) => Promise<T>, how?: Sending): Promise<Result<T, Problem>>
  /** Connects now instead of at the end of the wait. */
  tryNow(): void
  close(): void
}

/** How long a command waits for the connection before it is given back as not sent. */
export const PATIENCE_MS = 10_000

export function openSession(open: OpenLink, clock: Clock): Session {
  const store = createYardStore(clock)
  const connector = createConnector({ open, clock, store })
  return {
    yard: store.state,
    connection: connector.connection,
    async call(send, how = 'once') {
      let until: number | null = null
      let unsent = notSent
      for (;;) {
        const link = connector.answering()
        const answer = link === null ? 'cut' : await sendOver(link, send)
        if (answer !== 'cut') return answer
        if (link !== null && how === 'waits') return err(notAnswered)
        if (link !== null && how === 'repeats') unsent = unanswered
        until ??= clock.monotonic() + PATIENCE_MS
        if (how === 'once' || !(await connector.wait(until - clock.monotonic()))) return err(unsent)
      }
    },
    tryNow: connector.tryNow,
    close: connector.close,
  }
}

/** `commandId` goes with every request that it makes. One that takes no id cannot be told from a second one. */
export type SendCommand<T> = (client: YardClient, commandId: string) => Promise<T>

/** Sends a command under one id: whatever happens to the connection, it has one effect. It waits for a lost connection as `Session.call` says. */
export function sendCommand<T>(
  session: Pick<Session, 'call'>,
  send: SendCommand<T>,
  commandId: string = crypto.randomUUID(),
): Promise<Result<T, Problem>> {
  const how = send.length > 1 ? 'repeats' : 'waits'
  return session.call((client) => send(client, commandId), how)
}
