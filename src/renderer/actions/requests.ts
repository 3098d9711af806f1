/** What is sent under a command id and is no action on tasks: for `useCommand`, where the place itself shows what was refused. */
import type { SendCommand } from '../model/session/session.ts'
import type { YardClient } from '../model/session/link.ts'

type Input<F extends (input: never) => unknown> = Omit<Parameters<F>[0], 'commandId'>
type Output<F extends (...input: never) => unknown> = Awaited<ReturnType<F>>
type Change = YardClient['change']

/** Asks for a task's result to be merged, or only for a branch and a text for a pull request. */
export const land =
  (task: string, pullRequest = false): SendCommand<Output<Change['land']>> =>
  ({ change }, commandId) =>
    change.land({ task, pullRequest, commandId })

/** On a line of a task's changes. */
export const comment =
  (input: Input<Change['comment']>): SendCommand<Output<Change['comment']>> =>
  ({ change }, commandId) =>
    change.comment({ ...input, commandId })

export const removeWorktree =
  (name: string): SendCommand<Output<Change['removeWorktree']>> =>
  ({ change }, commandId) =>
    change.removeWorktree({ name, commandId })

/** Removes the worktrees whose work has landed. */
export const removeLandedWorktrees: SendCommand<Output<Change['gc']>> = ({ change }, commandId) =>
  change.gc({ commandId })
