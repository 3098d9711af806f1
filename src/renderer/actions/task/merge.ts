/** Asks for every done task's changes to be merged, with what that means said before. */
import type { TaskCard } from '../../../contract/view.ts'
import type { Session } from '../../model/session/session.ts'
import { plural } from '../../ui/format.ts'
import { announce, showToast } from '../../model/toasts.ts'
import { ask, type Question } from '../ask.ts'
import { historyReason } from '../../model/shown-time.ts'
import { sendOrOffer } from '../requests.ts'

/** Only the host knows which of them have changed anything in git. */
const mayMerge = ({ status, landing }: TaskCard): boolean =>
  status === 'done' && landing !== 'landed' && landing !== 'queued'

export function mergeAllBlocked(session: Session): string | null {
  const { tasks } = session.yard.getState()
  return (
    historyReason() ?? ([...tasks.values()].some(mayMerge) ? null : 'No done task is left to merge')
  )
}

export const mergeAllQuestion = (cards: Iterable<TaskCard>): Question => {
  const count = [...cards].filter(mayMerge).length
  return {
    title: 'Merge all that are done?',
    lines: [
      `${plural(count, 'done task')} ${count === 1 ? 'is' : 'are'} looked at. Those with changes in git are merged one after the other, in the order of the graph.`,
      'Where one clashes with its branch, a task to settle that is made; the others go on.',
      'It cannot be undone from here: history is not rewritten.',
    ],
    choices: [{ id: 'merge', label: 'Merge all', look: 'main' }],
  }
}

export async function mergeAll(session: Session): Promise<void> {
  if ((await ask(mergeAllQuestion(session.yard.getState().tasks.values()))) === null) return
  const sent = await sendOrOffer(
    session,
    ({ change }, commandId) => change.landAll({ commandId }),
    'Merge all',
  )
  if (!sent.ok) return
  const { length } = sent.value.tasks
  const said =
    length === 0
      ? 'No done task has changes to merge.'
      : `Queued ${plural(length, 'task')} to merge.`
  announce(said)
  showToast(said)
}
