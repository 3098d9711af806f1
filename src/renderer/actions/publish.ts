/** Publishing drafts as an edit: it can be taken back for as long as nothing of it has started. */
import type { TaskCard } from '../../contract/view.ts'
import type { Edit } from './history.ts'
import { sendChanges } from './task-acts.ts'

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
