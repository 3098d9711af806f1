/** Changes what a task says, as an edit that can be taken back. What somebody else has changed meanwhile is not written over unasked. */
import { useCallback } from 'react'
import type { TaskView } from '../../../contract/view.ts'
import { useCommand, useSession, type CommandRun } from '../../model/session/session-context.tsx'
import { making } from '../history.ts'
import { editOf, type TaskFields } from './edit.ts'

export interface TaskChange {
  /** In the past tense: `Changed the description of “Build”`. */
  readonly label: string
  readonly next: TaskFields
  /** The same fields as they were: sent to take it back. */
  readonly before: TaskFields
  /** Whether the task still says what the person started from. Left out: the newest word wins. */
  readonly isAsBefore?: (current: TaskView) => boolean
}

/** changed: somebody else was quicker; nothing was sent. refused: said at the place of the act. */
export type SaveResult = 'saved' | 'changed' | 'refused'

export interface TaskEditing extends CommandRun {
  save(change: TaskChange): Promise<SaveResult>
}

export function useTaskEdit(id: string): TaskEditing {
  const session = useSession()
  const command = useCommand()
  const { run } = command
  const save = useCallback(
    ({ label, next, before, isAsBefore }: TaskChange): Promise<SaveResult> =>
      making(async (own) => {
        let isChanged = false
        const isDone = await run(async ({ task }, commandId) => {
          isChanged = isAsBefore !== undefined && !isAsBefore(await task.get({ id }))
          if (!isChanged) await task.edit({ id, ...next, commandId })
        })
        if (!isDone) return 'refused'
        if (isChanged) return 'changed'
        own.remember(session, { label, undo: editOf(id, before), redo: editOf(id, next) })
        return 'saved'
      }),
    [session, run, id],
  )
  return { ...command, save }
}
