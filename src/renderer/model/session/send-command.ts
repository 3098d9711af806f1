/** Sends a command under one id: whatever happens to the connection, it has one effect. */
import type { Result } from '../../../base/result.ts'
import type { YardClient } from './link.ts'
import type { Problem } from './refusal.ts'
import type { Session } from './session.ts'

/** `commandId` goes with every request that it makes. One that takes no id cannot be told from a second one. */
export type SendCommand<T> = (client: YardClient, commandId: string) => Promise<T>

/** Waits for a lost connection as `Session.call` says. The same `commandId` again has no second effect. */
export function sendCommand<T>(
  session: Pick<Session, 'call'>,
  send: SendCommand<T>,
  commandId: string = crypto.randomUUID(),
): Promise<Result<T, Problem>> {
  const how = send.length > 1 ? 'repeats' : 'waits'
  return session.call((client) => send(client, commandId), how)
}
