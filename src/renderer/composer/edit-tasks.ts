/** Changes one field of several tasks as one edit that can be taken back. */
import type { TaskCard } from '../../contract/view.ts'
import type { YardClient } from '../session/link.ts'
import type { Problem } from '../session/problem.ts'
import { sendCommand } from '../session/send-command.ts'
import type { Session } from '../session/session.ts'
import { making } from '../workspace/history.ts'

type Change = Omit<Parameters<YardClient['task']['edit']>[0], 'id' | 'commandId'>

export interface FieldEdit {
  /** In the past tense: `Gave 3 tasks to codex`. */
  readonly label: string
  readonly to: (card: TaskCard) => Change
  /** What puts the card's own value back. */
  readonly back: (card: TaskCard) => Change
}

/** Stops at the first refusal and gives it; what was changed until then can be taken back. */
export function editTasks(
  session: Session,
  cards: readonly TaskCard[],
  { label, to, back }: FieldEdit,
): Promise<Problem | null> {
  return making(async (own) => {
    const sent: TaskCard[] = []
    let problem: Problem | null = null
    for (const card of cards) {
      const result = await sendCommand(session, ({ task }, commandId) =>
        task.edit({ id: card.id, ...to(card), commandId }),
      )
      if (!result.ok) {
        problem = result.error
        break
      }
      sent.push(card)
    }
    const each =
      (change: FieldEdit['to']) =>
      async ({ task }: YardClient, commandId: string): Promise<void> => {
        for (const card of sent)
          await task.edit({ id: card.id, ...change(card), commandId: `${commandId}:${card.id}` })
      }
    if (sent.length > 0) own.remember(session, { label, undo: each(back), redo: each(to) })
    return problem
  })
}
