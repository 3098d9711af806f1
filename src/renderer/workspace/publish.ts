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
      await inBatches(ids, async (id) => {
        const { status, attempts, title } = await task.get({ id })
        if (status !== 'open' || attempts > 0) throw new Refusal(`“${title}” has started.`)
      })
      await inBatches(ids, (id) =>
        task.hold({ id, asDraft: true, commandId: `${commandId}:${id}` }),
      )
    },
    redo: async ({ task }: YardClient, commandId: string) => {
      await inBatches(ids, (id) =>
        task.publish({ id, only: true, commandId: `${commandId}:${id}` }),
      )
    },
  }
}

/** So many requests stand at the host at once. */
const BATCH = 50

/** Rejects with the first refusal, after its batch. */
async function inBatches(
  ids: readonly string[],
  send: (id: string) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < ids.length; from += BATCH)
    await Promise.all(ids.slice(from, from + BATCH).map(send))
}

/** Those whose publication brings the others with it: what waits for a draft is published with that. */
export function firstDrafts(drafts: readonly TaskCard[]): readonly TaskCard[] {
  const ids = new Set(drafts.map(({ id }) => id))
  return drafts.filter(({ after }) => !after.some((id) => ids.has(id)))
}

/** What a reply to `publish` released. */
export function releasedBy(reply: unknown): readonly string[] {
  const isReply = typeof reply === 'object' && reply !== null && 'published' in reply
  return isReply && Array.isArray(reply.published) ? reply.published.map(String) : []
}
