/** Changes one field of several tasks as one edit that can be taken back. */
import type { TaskCard } from '../../contract/view.ts'
import type { YardClient } from '../model/session/link.ts'
import type { Problem } from '../model/session/problem.ts'
import { sendCommand } from '../model/session/send-command.ts'
import type { Session } from '../model/session/session.ts'
import { making } from './history.ts'
import { sendChanges } from './task-acts.ts'

type Change = Omit<Parameters<YardClient['task']['edit']>[0], 'id' | 'commandId'>

export interface FieldEdit {
  /** In the past tense: `Gave 3 tasks to codex`. */
  readonly label: string
  readonly to: (card: TaskCard) => Change
  /** What puts the card's own value back. */
  readonly back: (card: TaskCard) => Change
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
