/** Goes to what a row of the journal is about. */
import type { TimelineRow } from '../../../contract/page.ts'
import type { Session } from '../../model/session/session.ts'
import { navigate } from '../../model/route.ts'
import { showToast } from '../../model/toasts.ts'

/** A row names its agent at most, so the journal itself is asked for the task. */
export async function openRow(session: Session, row: TimelineRow): Promise<void> {
  const found = await session.call(async (client) => {
    const [entry] = await client.service.journal({ since: row.seq - 1, limit: 1 })
    if (entry?.entity === 'agent') {
      const { task } = await client.agent.get({ id: entry.id })
      return { task, agent: entry.id }
    }
    return { task: entry ? taskOf(entry) : null, agent: null }
  })
  if (!found.ok) return showToast(found.error.message, { kind: 'error' })
  const { task, agent } = found.value
  if (task === null || !session.yard.getState().tasks.has(task))
    return showToast(task === null ? 'It is about no task' : 'Its task is no more')
  navigate({ task, tab: agent === null ? null : 'output', agent })
}

/** Null for what concerns no single task. */
export function taskOf(entry: {
  readonly entity: string
  readonly id: string
  readonly set: Readonly<Record<string, unknown>>
}): string | null {
  if (entry.entity === 'task') return entry.id
  if (entry.entity === 'dependency') return entry.id.slice(entry.id.indexOf('>') + 1)
  const { taskId } = entry.set
  return typeof taskId === 'string' ? taskId : null
}
