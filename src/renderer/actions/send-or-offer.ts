/** Commands of parts without a place of their own for what went wrong: a toast offers to send again what was not sent. */
import type { Result } from '../../base/result.ts'
import { maySendAgain, type Problem } from '../model/session/problem.ts'
import { sendCommand, type SendCommand, type Session } from '../model/session/session.ts'
import { showToast } from '../model/toasts.ts'

/**
 * What was not sent waits for the person, however long; the act that it belongs to goes on once it was sent. Only other refusals
 * come back. `what`: named in the toast. `onAsk`: the person is asked.
 */
export async function sendOrOffer<T>(
  session: Pick<Session, 'call'>,
  send: SendCommand<T>,
  what: string,
  onAsk: () => void = () => {},
): Promise<Result<T, Problem>> {
  const commandId = crypto.randomUUID()
  for (;;) {
    const result = await sendCommand(session, send, commandId)
    if (result.ok || !maySendAgain(result.error)) return result
    const { message } = result.error
    onAsk()
    await new Promise<void>((run) =>
      showToast(`${what}: ${message}`, { kind: 'error', act: { label: 'Send again', run } }),
    )
  }
}
