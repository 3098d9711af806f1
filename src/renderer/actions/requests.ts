/** What is sent under a command id and is no action on tasks, and the sending from where no place shows what was refused. */
import type { Result } from '../../base/result.ts'
import type { YardClient } from '../model/session/link.ts'
import { maySendAgain, type Problem } from '../model/session/problem.ts'
import { sendCommand, type SendCommand, type Session } from '../model/session/session.ts'
import { showToast } from '../model/toasts.ts'

const command = <T>(send: SendCommand<T>): SendCommand<T> => send

/** Asks for a task's result to be merged, or only for a branch and a text for a pull request. */
export const land = (task: string, pullRequest = false) =>
  command(({ change }, commandId) => change.land({ task, pullRequest, commandId }))

/** On a line of a task's changes. */
export const comment = (input: Omit<Parameters<YardClient['change']['comment']>[0], 'commandId'>) =>
  command(({ change }, commandId) => change.comment({ ...input, commandId }))

/** A person's score of a result beside the model's, or taking it back. */
export const scoreResult = (
  input: Omit<Parameters<YardClient['evaluation']['score']>[0], 'commandId'>,
) => command(({ evaluation }, commandId) => evaluation.score({ ...input, commandId }))

export const removeWorktree = (name: string) =>
  command(({ change }, commandId) => change.removeWorktree({ name, commandId }))

/** Removes the worktrees whose work has landed. */
export const removeLandedWorktrees = command(({ change }, commandId) => change.gc({ commandId }))

/**
 * For parts without a place of their own for what went wrong. What was not sent waits for the person, however long, and goes on once it
 * was sent; any other refusal is shown, and comes back. `what`: named in the toasts. `onAsk`: the person is asked.
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
    if (result.ok) return result
    const text = `${what}: ${result.error.message}`
    if (!maySendAgain(result.error)) {
      showToast(text, { kind: 'error' })
      return result
    }
    onAsk()
    await new Promise<void>((run) =>
      showToast(text, { kind: 'error', act: { label: 'Send again', run } }),
    )
  }
}
