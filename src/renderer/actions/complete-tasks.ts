/** Marks tasks as done by hand, with what follows said before. */
import type { TaskCard } from '../../contract/view.ts'
import type { Session } from '../model/session/session.ts'
import { plural } from '../ui/numbers.ts'
import { ask } from './ask.ts'
import { wouldBecomeReady } from '../model/reach.ts'
import { doAct } from './send-acts.ts'
import { countOf, TASK_ACTS } from './task-acts.ts'

/** Without an agent to stop and dependents to start it is done at once. */
export async function completeTasks(session: Session, cards: readonly TaskCard[]): Promise<void> {
  const open = cards.filter((card) => TASK_ACTS.complete.blocked(card) === null)
  const alive = open.filter(({ status }) => status === 'in-progress').length
  const ready = wouldBecomeReady(
    session.yard.getState().tasks,
    new Set(open.map(({ id }) => id)),
  ).length
  if (alive + ready > 0) {
    const answer = await ask({
      title: `Mark ${countOf(open)} as done?`,
      lines: [
        ...(alive > 0 ? [`${plural(alive, 'agent')} at work on it will be stopped.`] : []),
        ...(ready > 0 ? [`${plural(ready, 'task')} would become ready.`] : []),
      ],
      choices: [{ id: 'done', label: 'Mark as done', look: 'main' }],
    })
    if (answer === null) return
  }
  await doAct(session, TASK_ACTS.complete, open)
}
