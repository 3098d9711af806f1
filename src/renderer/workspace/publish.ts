/** Publishing drafts as an edit: it can be taken back for as long as nothing of it has started. */
import type { TaskCard } from '../../contract/view.ts'
import type { YardClient } from '../session/link.ts'
import { Refusal } from '../session/refusal.ts'
import type { Edit } from './history.ts'

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
    undo: async ({ task }, commandId) => {
      const views = await Promise.all(ids.map((id) => task.get({ id })))
      const begun = views.find(({ status, attempts }) => status !== 'open' || attempts > 0)
      if (begun) throw new Refusal(`“${begun.title}” has started.`)
      for (const id of ids) await task.hold({ id, commandId: `${commandId}:${id}` })
    },
    redo: async ({ task }: YardClient, commandId: string) => {
      for (const id of ids) await task.publish({ id, only: true, commandId: `${commandId}:${id}` })
    },
  }
}

/** What a reply to `publish` released. */
export function releasedBy(reply: unknown): readonly string[] {
  const isReply = typeof reply === 'object' && reply !== null && 'published' in reply
  return isReply && Array.isArray(reply.published) ? reply.published.map(String) : []
}
