/** Changes what tasks say, as an edit that can be taken back. */
import type { TaskChange } from '../../../contract/task.ts'
import type { TaskCard, TaskView } from '../../../contract/view.ts'
import type { Problem } from '../../model/session/problem.ts'
import { useCommand, useSession, type CommandRun } from '../../model/session/session-context.tsx'
import { sendCommand, type Session } from '../../model/session/session.ts'
import { sendChanges } from '../action.ts'
import { making, type Edit, type SendEdit } from '../history.ts'

/** As a list of changes takes them: a gate as its text. */
export type TaskFields = Extract<TaskChange, { do: 'edit' }>['edit']

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
  const all = (edit: FieldEdit['to']) =>
    sendChanges(cards.map((card) => ({ do: 'edit', id: card.id, edit: edit(card) })))
  return edited(session, { label, redo: all(to), undo: all(back) })
}

export interface DependencyEnds {
  readonly blocker: string
  readonly dependent: string
}

/** Adds or removes dependencies: all of them or none. Null when it was accepted, else the refusal. */
export function editDependencies(
  session: Session,
  how: 'add' | 'remove',
  ends: readonly DependencyEnds[],
): Promise<Problem | null> {
  const { tasks } = session.yard.getState()
  const name = (id = ''): string => tasks.get(id)?.title ?? id
  const all = (field: 'addAfter' | 'removeAfter') =>
    sendChanges(
      ends.map(({ blocker, dependent }) => ({
        do: 'edit',
        id: dependent,
        edit: { [field]: [blocker] },
      })),
    )
  const [first, ...others] = ends
  const waits = how === 'add' ? 'waits for' : 'no longer waits for'
  const label =
    others.length === 0
      ? `${name(first?.dependent)} ${waits} ${name(first?.blocker)}`
      : `${how === 'add' ? 'Added' : 'Removed'} ${ends.length} dependencies`
  const [add, remove] = [all('addAfter'), all('removeAfter')]
  return how === 'add'
    ? edited(session, { label, redo: add, undo: remove }, { quiet: true })
    : edited(session, { label, redo: remove, undo: add })
}

const edited = (session: Session, edit: Edit, how?: { readonly quiet: boolean }) =>
  making(async (own) => {
    const result = await sendCommand(session, edit.redo)
    if (!result.ok) return result.error
    own.remember(session, edit, how)
    return null
  })

export const editOf =
  (id: string, fields: TaskFields): SendEdit =>
  ({ task }, commandId) =>
    task.edit({ id, ...fields, commandId })

export interface TaskEdit {
  /** In the past tense: `Changed the description of “Build”`. */
  readonly label: string
  readonly next: TaskFields
  /** The same fields as they were: sent to take it back. */
  readonly before: TaskFields
  /** Whether the task still says what the person started from. Left out: the newest word wins. */
  readonly isAsBefore?: (current: TaskView) => boolean
}

/** changed: somebody else was quicker; nothing was sent. refused: `run` shows why. */
export type SaveResult = 'saved' | 'changed' | 'refused'

/** From a place that shows itself what was refused. */
export function saveTask(
  session: Session,
  { run }: Pick<CommandRun, 'run'>,
  { id, label, next, before, isAsBefore }: TaskEdit & { readonly id: string },
): Promise<SaveResult> {
  return making(async (own) => {
    let isChanged = false
    const isDone = await run(async (client, commandId) => {
      isChanged = isAsBefore !== undefined && !isAsBefore(await client.task.get({ id }))
      if (!isChanged) await editOf(id, next)(client, commandId)
    }, own.waitsForPerson)
    if (!isDone) return 'refused'
    if (isChanged) return 'changed'
    own.remember(session, { label, undo: editOf(id, before), redo: editOf(id, next) })
    return 'saved'
  })
}

export const editTask = async (...edit: Parameters<typeof saveTask>): Promise<boolean> =>
  (await saveTask(...edit)) === 'saved'

export interface TaskEditing extends CommandRun {
  save(edit: TaskEdit): Promise<SaveResult>
}

export function useTaskEdit(id: string): TaskEditing {
  const session = useSession()
  const command = useCommand()
  return { ...command, save: (edit) => saveTask(session, command, { id, ...edit }) }
}
