/** Changes what tasks say, as an edit that can be taken back. */
import type { TaskCard } from '../../../contract/view.ts'
import type { YardClient } from '../../model/session/link.ts'
import type { Problem } from '../../model/session/problem.ts'
import { sendCommand, type Session } from '../../model/session/session.ts'
import type { CommandRun } from '../../model/session/session-context.tsx'
import { sendChanges } from '../action.ts'
import { making, type SendEdit } from '../history.ts'

export type TaskFields = Omit<Parameters<YardClient['task']['edit']>[0], 'id' | 'commandId'>

export interface FieldEdit {
  /** In the past tense: `Gave 3 tasks to codex`. */
  readonly label: string
  readonly to: (card: TaskCard) => TaskFields
  /** What puts the card's own value back. */
  readonly back: (card: TaskCard) => TaskFields
}

/** One command: all of them or none. Null when it was accepted, else the refusal. */
export function editTasks(
  session: Session,
  cards: readonly TaskCard[],
  { label, to, back }: FieldEdit,
): Promise<Problem | null> {
  return making(async (own) => {
    const all = (edit: FieldEdit['to']) =>
      sendChanges(cards.map((card) => ({ do: 'edit', id: card.id, edit: edit(card) })))
    const result = await sendCommand(session, all(to))
    if (!result.ok) return result.error
    own.remember(session, { label, undo: all(back), redo: all(to) })
    return null
  })
}

interface TaskEdit {
  readonly id: string
  readonly label: string
  readonly next: TaskFields
  /** The same fields as they were: sent to take it back. */
  readonly before: TaskFields
}

export const editOf =
  (id: string, fields: TaskFields): SendEdit =>
  ({ task }, commandId) =>
    task.edit({ id, ...fields, commandId })

/** From a place that shows itself what was refused. False when it was. */
export function editTask(
  session: Session,
  { run }: Pick<CommandRun, 'run'>,
  { id, label, next, before }: TaskEdit,
): Promise<boolean> {
  return making(async (own) => {
    if (!(await run(editOf(id, next), own.waitsForPerson))) return false
    own.remember(session, { label, undo: editOf(id, before), redo: editOf(id, next) })
    return true
  })
}

/** Adds or removes a dependency. Null when it was accepted, else the refusal. */
export function editDependency(
  session: Session,
  how: 'add' | 'remove',
  link: { readonly blocker: string; readonly dependent: string },
): Promise<Problem | null> {
  return making(async (own) => {
    const { blocker, dependent } = link
    const { tasks } = session.yard.getState()
    const name = (id: string): string => tasks.get(id)?.title ?? id
    const send = (isAdding: boolean): SendEdit =>
      editOf(dependent, isAdding ? { addAfter: [blocker] } : { removeAfter: [blocker] })
    const result = await sendCommand(session, send(how === 'add'))
    if (!result.ok) return result.error
    const label =
      how === 'add'
        ? `${name(dependent)} waits for ${name(blocker)}`
        : `${name(dependent)} no longer waits for ${name(blocker)}`
    const edit = { label, redo: send(how === 'add'), undo: send(how !== 'add') }
    own.remember(session, edit, { quiet: how === 'add' })
    return null
  })
}
