/** Asking for a task's result to be merged: what it will do is said first. */
import type { ChangeView } from '../../contract/change.ts'
import type { TaskCard } from '../../contract/view.ts'
import type { Session } from '../model/session/session.ts'
import { ask } from '../actions/ask.ts'
import { countOf } from '../actions/action.ts'
import { land, sendOrOffer } from '../actions/requests.ts'
import { showToast } from '../model/toasts.ts'
import { mergeBlocked, mergeLabel, mergeLines } from './change-text.ts'

/** True when the person wants it. */
export async function wantsMerge(
  card: TaskCard,
  view: ChangeView,
  verify: string | null,
): Promise<boolean> {
  const label = mergeLabel(view)
  const answer = await ask({
    title: `${label}: ${countOf([card])}?`,
    lines: mergeLines(view, verify),
    choices: [{ id: 'merge', label, look: 'main' }],
  })
  return answer !== null
}

/** For a place without a note of its own: what is in the way is told as a toast. */
export async function mergeTask(
  session: Session,
  card: TaskCard,
  verify: string | null,
): Promise<void> {
  const found = await session.call((client) => client.change.of({ task: card.id }))
  const tell = (text: string): void => showToast(`${card.title}: ${text}`, { kind: 'error' })
  if (!found.ok) return tell(found.error.message)
  const { tasks } = session.yard.getState()
  const blocked = mergeBlocked(card, found.value, tasks.get(found.value.landing?.mergeTask ?? ''))
  if (blocked !== null) return tell(blocked)
  if (!(await wantsMerge(card, found.value, verify))) return
  await sendOrOffer(session, land(card.id), `Merge ${countOf([card])}`)
}
