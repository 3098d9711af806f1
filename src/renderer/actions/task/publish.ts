/** Publishing drafts, with those that wait for them. It can be taken back for as long as nothing of it has started. */
import type { TaskCard } from '../../../contract/view.ts'
import { countOf, dependentFacts, sendChanges, type Action } from '../action.ts'
import type { Edit } from '../history.ts'

export const publish: Action = {
  id: 'task.publish',
  label: 'Publish',
  icon: 'play',
  keys: ['u'],
  blocked: ({ isHeld, card }) => (isHeld && card.status === 'open' ? null : 'It is no draft'),
  note: (subject, facts) =>
    dependentFacts([subject], facts).waiting === 0 ? null : 'With all drafts that wait for it.',
  run: async ({ send, remember, tasks }, subjects) => {
    const cards = firstDrafts(subjects.map(({ card }) => card))
    const changes = cards.map(({ id }) => ({ do: 'publish', id }) as const)
    const sent = await send(sendChanges(changes), `Publish ${countOf(cards)}`)
    const edit = sent.ok ? publishEdit(sent.value.ids.flat(), tasks) : null
    if (edit) remember(edit)
    return sent.ok
  },
}

/** `ids`: all that were released, those downstream among them. */
export function publishEdit(
  ids: readonly string[],
  tasks: ReadonlyMap<string, TaskCard>,
): Edit | null {
  const [first] = ids
  if (first === undefined) return null
  const name = ids.length === 1 ? `“${tasks.get(first)?.title ?? first}”` : `${ids.length} tasks`
  return {
    label: `Published ${name}`,
    undo: sendChanges(ids.map((id) => ({ do: 'hold', id, asDraft: true }))),
    redo: sendChanges(ids.map((id) => ({ do: 'publish', id, only: true }))),
  }
}

/** Those whose publication brings the others with it: what waits for a draft is published with that. */
export function firstDrafts(drafts: readonly TaskCard[]): readonly TaskCard[] {
  const ids = new Set(drafts.map(({ id }) => id))
  return drafts.filter(({ after }) => !after.some((id) => ids.has(id)))
}
